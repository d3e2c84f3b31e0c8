"""What several people do with one request, and with all of them, through the real process."""

from __future__ import annotations

import signal

from tests.e2e.world import ADA, BEN, OLGA, ROSA, World, button

CLUSTER = "chat-prod"


def test_an_approver_proposes_another_size_and_everybody_agrees_to_that(world: World) -> None:
    world.bot()
    before = world.cluster(CLUSTER)["unitCount"]
    request = world.ask_for(f"{CLUSTER} {before + 3} because launch week")
    world.approve(request, ADA)
    world.until(lambda: "1 of 2" in str(world.card(request)["blocks"]))

    world.command(f"edit {request} {before + 1} because one will do", BEN)
    world.until(lambda: button(world.card(request), "agree"))
    world.press(world.card(request), "agree", ROSA)
    world.until(lambda: not button(world.card(request), "agree"))
    assert world.standing(request) == "Waiting"
    world.approve(request, ADA)

    world.until_standing(request, "Done")
    assert world.cluster(CLUSTER)["unitCount"] == before + 1
    assert len(world.changes(CLUSTER)) == 1


def test_the_button_of_a_card_that_has_not_caught_up_does_nothing(world: World) -> None:
    world.bot()
    before = world.cluster(CLUSTER)["unitCount"]
    request = world.ask_for(f"{CLUSTER} {before + 1}")
    world.slack_fault("drop", method="chat.update", times=1000)
    world.command(f"edit {request} {before + 3}", BEN)
    world.until(lambda: world.whispers(BEN))

    world.approve(request, ADA)

    world.until(lambda: any("another plan" in each for each in world.whispers(ADA)))
    world.end_slack_faults()
    world.until(lambda: button(world.card(request), "agree"))
    assert "1 of 2" in str(world.card(request)["blocks"])


def test_a_freeze_holds_what_is_agreed_and_letting_go_carries_it_out_once(world: World) -> None:
    world.bot()
    before = world.cluster(CLUSTER)["unitCount"]
    request = world.ask_for(f"{CLUSTER} {before + 1}")
    world.command("freeze because the quarter closes", ADA)
    world.until(lambda: any("quarter closes" in str(each["blocks"]) for each in world.messages()))
    world.approve(request, ADA)
    world.approve(request, BEN)
    world.until(lambda: "quarter closes" in str(world.card(request)["blocks"]))
    assert world.updates() == []
    world.restart_bot()

    world.command("unfreeze", OLGA)
    world.until(lambda: any("not among" in each for each in world.whispers(OLGA)))
    assert world.updates() == []
    world.command("unfreeze", BEN)

    world.until_standing(request, "Done")
    assert world.cluster(CLUSTER)["unitCount"] == before + 1
    assert len(world.changes(CLUSTER)) == 1


def test_in_an_emergency_one_named_person_acts_alone_and_somebody_else_answers_for_it(world: World) -> None:
    world.bot()
    before = world.cluster(CLUSTER)["unitCount"]
    request = world.ask_for(f"{CLUSTER} {before + 1}")
    world.command(f"break-glass {request} {CLUSTER} because it is down", OLGA)
    world.until(lambda: any("not among" in each for each in world.whispers(OLGA)))
    world.command(f"break-glass {request} chat because it is down", ROSA)
    world.until(lambda: any("repeat the cluster's name" in each for each in world.whispers(ROSA)))
    assert world.standing(request) == "Waiting"

    world.command(f"break-glass {request} {CLUSTER} because it is down", ROSA)

    world.until_standing(request, "Done")
    assert len(world.changes(CLUSTER)) == 1
    world.until(lambda: any(f"<@{ADA}>" in each and f"<@{BEN}>" in each for each in whole(world, request)))
    world.command(f"review {request} justified because it was down indeed", ROSA)
    world.until(lambda: any("someone else must review" in each for each in world.whispers(ROSA)))
    assert button(world.card(request), "review")
    world.command(f"review {request} justified because it was down indeed", ADA)
    world.until(lambda: not button(world.card(request), "review"))


def test_a_changed_policy_is_read_when_told_to_and_a_wrong_one_is_not_taken(world: World) -> None:
    world.clear_out()
    written = world.policy.read_text(encoding="utf-8")
    bot = world.start_bot()
    try:
        world.policy.write_text(written.replace("approvals = 1", "approvals = 9"), encoding="utf-8")
        bot.tell(signal.SIGHUP)
        world.until(lambda: "policy" in bot.said())
        world.command("scale docs-idle 2")
        world.until(lambda: any("Nobody could ever approve" in each for each in world.whispers(ROSA)))

        world.policy.write_text(written.replace("approvals = 1", 'approvals = "many"'), encoding="utf-8")
        bot.tell(signal.SIGHUP)
        world.until(lambda: "rule 2: approvals" in bot.said())
        world.command("scale docs-idle 3")
        world.until(lambda: sum("Nobody could ever approve" in each for each in world.whispers(ROSA)) == 2)
        assert bot.alive
    finally:
        world.policy.write_text(written, encoding="utf-8")
        world.clear_out()


def whole(world: World, request: int) -> list[str]:
    """Everything that stands in a request's thread."""
    ts = world.card(request)["ts"]
    return [str(each["blocks"]) for each in world.messages() if each.get("thread_ts") == ts]

"""What a digest says needs somebody: each thing with its reason and its button, and each failing alone."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from approvals.policy import People
from commands._digest import told
from commands._digest_message import message
from commands._loads import loads
from commands._resizings import resizings
from dac.anomalies import Anomalies, Anomaly
from dac.budgets import Budget as TeamBudget
from dac.digest import Digest, Kind, Line, Scope
from dac.errors import Unavailable
from dac.figures import Unknown
from dac.findings import Severity
from dac.month_end import Resizing
from dac.usage import Budget, Budgets
from tests.commands.advice import advised
from tests.commands.charges import CHAT, DAY, row
from tests.commands.fleets import BUSY, QUIET, world
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import bare, live, markup, refused
from tests.fakes import ANN, BOB, CAT, EVE, REGION, START, cluster, fleet, gap, model, policy, rule

ALL = Scope()
RULES = policy(rule(break_glass=People(users=frozenset({EVE}))))


def charged(room: Room, *amounts: tuple[str, str], resource_id: str = CHAT, currency: str = "USD") -> None:
    """So much on every day of the last final week, and on every day of the one before."""
    last = (room.clock.now() - 2 * DAY).replace(hour=0, minute=0)
    room.oracle.charged = [*(room.oracle.charged or [])]
    for now, before in amounts:
        spans = ((1, now), (8, before))
        room.oracle.charged += [
            row(last - DAY * (first + back), amount, resource_id=resource_id, currency=currency)
            for first, amount in spans
            for back in range(7)
        ]


def calm(room: Room) -> Room:
    """Where nothing is unknown."""
    room.oracle.charged = []
    room.oracle.budgeted = Budgets(found=(), read_at=START)
    room.oracle.anomalous = Anomalies(since=date(2026, 10, 1), found=(), read_at=START)
    return room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return calm(Room(tmp_path, world((cluster(), BUSY)), rules=RULES))


def digest(room: Room, scope: Scope = ALL) -> Digest:
    return told(room.services, scope, room.clock.now(), ZoneInfo("UTC"))


def found(room: Room, kind: Kind, scope: Scope = ALL) -> list[Line]:
    """And the message that shows it is one that Slack takes."""
    made = digest(room, scope)
    reply = message(made, {})
    assert refused(reply.text, reply.blocks) == []
    assert bare(reply.blocks) == []
    for text in (*markup(reply.blocks), reply.text):
        assert live(text) == []
    for line in lines(reply.blocks):
        assert understood(line)
    chosen = [each for each in made.lines if each.kind is kind]
    text = html.unescape(shown(reply))
    assert all(f"`{each.key}`" in text for each in chosen[:3])
    assert all(each.sources for each in chosen)
    return chosen


def said(found: Iterable[Line]) -> list[tuple[str, str, str]]:
    return [(each.key, each.name, each.text) for each in found]


def presses(line: Line) -> list[str]:
    return [each.line for each in line.presses]


REGIONAL = Scope(by="region", value=REGION)
ELSEWHERE = Scope(by="region", value="us-chicago-1")


def test_what_is_idle_has_its_saving_and_a_request_to_end_it(tmp_path: Path) -> None:
    held = world(
        (cluster("busy"), BUSY),
        (cluster("idle", units=4, time_created=START - 40 * DAY), QUIET),
        (cluster("bare"), None),
        (cluster("tuning", type="FINE_TUNING", unit_shape="SMALL_COHERE"), None),
        (cluster("training", type="FINE_TUNING", unit_shape="SMALL_COHERE"), None),
        (cluster("odd", unit_shape="VERA_X9"), QUIET),
        (cluster("full", endpoint_capacity=1), BUSY),
        (cluster("dead", lifecycle_state="FAILED"), QUIET),
    )
    tuned = model(id="ocid1.model..triage", name="triage", type="CUSTOM", tuned_on=cluster("tuning").id)
    served = model(id="ocid1.model..served", name="served", type="CUSTOM", tuned_on=cluster("training").id)
    (serving,) = (each for each in held.endpoints if each.name == "busy-endpoint")
    endpoints = (*held.endpoints, serving.model_copy(update={"id": "ocid1.e", "name": "e", "model_id": served.id}))
    held = held.model_copy(update={"models": (*held.models, tuned, served), "endpoints": endpoints})
    lines_ = {each.name: each for each in found(calm(Room(tmp_path, held)), Kind.IDLE)}
    assert list(lines_) == ["idle", "bare", "training", "tuning", "odd"]
    assert lines_["idle"].text == (
        "No calls in 72 h, which cost $6,912. Deleting it saves $71,424 a month (744 h at list price). "
        "To be deleted first: endpoint idle-endpoint"
    )
    assert lines_["idle"].key == "idle:1.idle"
    # Oracle refuses to delete a cluster before what hangs on it.
    assert presses(lines_["idle"]) == ["endpoint delete idle-endpoint because idle is idle"]
    assert lines_["bare"].text == (
        "No endpoint: nothing can call it, and it costs. Deleting it saves $35,712 a month (744 h at list price), from "
        "24 Nov 12:00 UTC at the latest, when its minimum of 744 unit-hours is met"
    )
    assert presses(lines_["bare"]) == ["delete bare because nothing runs on it"]
    assert lines_["tuning"].text.startswith("Fine-tuning cluster with nothing being trained")
    assert presses(lines_["tuning"]) == ["model delete triage because tuning is idle"]
    assert lines_["training"].text.endswith("To be deleted first: model served, which is served")
    assert presses(lines_["training"]) == []
    assert lines_["odd"].text.endswith("save is not known. To be deleted first: endpoint odd-endpoint")
    assert all(each.asks for each in lines_.values())


def test_what_is_larger_than_needed_has_the_smaller_size_as_a_request(tmp_path: Path) -> None:
    room = calm(advised(tmp_path))
    lines_ = found(room, Kind.OVERSIZED)
    assert {each.name for each in lines_} >= {"support-two"}
    assert all(each.worth and each.worth.amount > 0 for each in lines_)
    assert len({each.key for each in lines_}) == len(lines_)
    assert not {each.name for each in lines_} & {each.name for each in found(room, Kind.IDLE)}


def unread(room: Room) -> list[str]:
    return [each.settle for each in digest(room).unknown if each.what == "which clusters are larger than needed"]


def test_every_cluster_is_looked_at_the_dearest_first(tmp_path: Path) -> None:
    held = [cluster(f"chat-{number:02}", units=1 + number % 7, endpoint_capacity=99) for number in range(70)]
    room = calm(Room(tmp_path, world(*((each, BUSY) for each in held))))
    assert unread(room) == []
    room.oracle.fail("history", Unavailable("Monitoring does not answer."), times=70)
    (said_,) = unread(room)
    assert said_.startswith("The load of 70 of 70 clusters was not read (chat-06, chat-13, chat-20, 67 more). ")
    # Every look at the clock is a second later: 25 are waited for.
    seconds = count()
    ticking = replace(room.services, now=lambda: START + timedelta(seconds=next(seconds)))
    histories = loads(held, ticking)
    assert sum(isinstance(each, Unknown) for each in histories.values()) == 70 - 24


def test_a_minimum_that_is_met_soon_is_told(tmp_path: Path) -> None:
    soon = cluster("soon", time_created=START - timedelta(days=28))
    later = cluster("later", time_created=START - timedelta(days=20))
    room = calm(
        Room(tmp_path, world((soon, BUSY), (later, BUSY), (cluster("met", time_created=START - DAY * 40), BUSY)))
    )
    (line,) = found(room, Kind.COMMITMENT)
    assert line.text == (
        "From 26 Nov 12:00 UTC at the latest it can be deleted without owing more: its minimum of 744 unit-hours is met"
    )
    assert line.until == START + timedelta(days=3)
    assert not line.asks


def test_a_model_that_retires_is_told_once_with_its_clusters(tmp_path: Path) -> None:
    held = world(*((cluster(f"chat-{number}"), BUSY) for number in range(5)))
    going = model(time_dedicated_retired=START + timedelta(days=20))
    room = calm(Room(tmp_path, held.model_copy(update={"models": (going,)})))
    (line,) = found(room, Kind.RETIREMENT)
    assert line.name == "chat-0, chat-1, chat-2, 2 more"
    assert "retires on 2026-12-13, in 20 days" in line.text
    assert presses(line) == ["migrate chat-0", "migrate chat-1", "migrate chat-2"]
    assert line.severity is Severity.ATTENTION


def test_requests_that_wait_say_for_whom(room: Room) -> None:
    room.say("scale chat 4 because launch")
    (line,) = found(room, Kind.REQUEST)
    assert said([line]) == [("request:1", "chat", "Scale chat from 2 to 4 units")]
    assert line.who == room.request().can_still_approve
    assert BOB in line.who
    assert line.until == room.request().expires_at
    assert line.link == "https://team.slack.example/archives/CTEAM/p0000000000000001"
    assert presses(line) == ["request 1"]
    assert message(digest(room), {}).text.endswith("Needs attention: 1 request waiting")
    assert len(found(room, Kind.REQUEST, REGIONAL)) == 1
    assert found(room, Kind.REQUEST, ELSEWHERE) == []


def test_a_request_that_waits_for_who_asked_says_so(room: Room) -> None:
    room.say("scale chat 4")
    room.say("edit 1 3", BOB)
    room.clock.advance(minutes=2)
    room.say("approve 1", CAT)
    (line,) = found(room, Kind.REQUEST)
    assert line.who == (ANN,)


def test_an_emergency_is_told_as_a_review_that_is_owed_and_then_as_reviewed(room: Room) -> None:
    room.say("scale chat 4")
    room.say("break-glass 1 chat because it is on fire", EVE)
    (line,) = found(room, Kind.REVIEW)
    assert line.text == "Scale chat from 2 to 4 units, done without approval: “it is on fire”"
    assert BOB in line.who
    assert presses(line) == ["review 1"]
    assert found(room, Kind.EMERGENCY) == []
    assert found(room, Kind.REVIEW, ELSEWHERE) == []
    room.say("review 1 justified because it was", BOB)
    assert found(room, Kind.REVIEW) == []
    (line,) = found(room, Kind.EMERGENCY)
    assert line.text.endswith("“it is on fire”. Reviewed: justified")
    assert line.who == (EVE,)
    assert not line.asks
    assert found(room, Kind.EMERGENCY, ELSEWHERE) == []
    since = told(room.services, Scope(), room.clock.now(), ZoneInfo("UTC"), since=room.clock.now() + DAY)
    assert not [each for each in since.lines if each.kind is Kind.EMERGENCY]


def test_an_emergency_that_was_none_says_so(room: Room) -> None:
    room.say("scale chat 4")
    room.say("break-glass 1 chat because why not", EVE)
    room.say("review 1 unjustified because it could have waited", BOB)
    (line,) = found(room, Kind.EMERGENCY)
    assert line.text.endswith("Reviewed: not justified")


def leased(room: Room, span: str) -> None:
    room.say(f"scale chat 4 --for {span}")
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    room.pass_time(minutes=30)


def test_a_lease_that_ends_soon_can_be_extended(room: Room) -> None:
    leased(room, "8h")
    (line,) = found(room, Kind.LEASE)
    assert said([line]) == [("lease:1", "chat", "4 units, then 2 again")]
    assert line.asks
    assert presses(line) == ["extend 1"]
    assert found(room, Kind.LEASE, ELSEWHERE) == []


def test_a_lease_that_ends_within_the_week_is_told_and_asks_for_nothing(room: Room) -> None:
    leased(room, "5d")
    (line,) = found(room, Kind.LEASE)
    assert not line.asks


def test_a_lease_that_ends_later_is_not_told(room: Room) -> None:
    leased(room, "20d")
    assert found(room, Kind.LEASE) == []


def scaled(room: Room, number: int, size: int) -> None:
    room.say(f"scale chat {size}")
    room.say(f"approve {number}", BOB)
    room.pass_time(minutes=1)
    room.pass_time(minutes=30)


def test_what_moved_has_the_request_that_did_it(room: Room) -> None:
    charged(room, ("2304", "1152"))
    scaled(room, 1, 4)
    # What was done after those days explains nothing of them.
    assert [each.text for each in found(room, Kind.MOVER)] == [
        "$8,064 → $16,128 (+100 %). No request of ours explains it"
    ]
    room.clock.advance(hours=6 * 24)
    room.oracle.charged = []
    charged(room, ("2304", "1152"))
    (line,) = found(room, Kind.MOVER)
    assert line.text == "$8,064 → $16,128 (+100 %). Scale chat from 2 to 4 units, 23 Nov"
    assert (line.request, line.name) == (1, "chat")
    assert presses(line) == ["request 1", "cost actual chat 2026-11-13..2026-11-26"]


def test_of_several_requests_the_last_are_told(room: Room) -> None:
    for number, size in ((1, 4), (2, 3), (3, 5)):
        scaled(room, number, size)
    room.clock.advance(hours=6 * 24)
    charged(room, ("2304", "1152"))
    (line,) = found(room, Kind.MOVER)
    assert line.text.endswith(
        "Scale chat from 3 to 5 units, 23 Nov; before that: Scale chat from 4 to 3 units, 23 Nov; and 1 more"
    )


def test_hours_that_are_still_to_come_in_make_nothing_move(room: Room) -> None:
    charged(room, ("1152", "1152"))
    assert found(room, Kind.MOVER) == []


def test_what_is_new_or_gone_or_has_no_name_moved_too(tmp_path: Path) -> None:
    new = cluster("new", time_created=START - timedelta(days=5))
    room = calm(Room(tmp_path, world((new, BUSY))))
    charged(room, ("100", "0"), resource_id=new.id)
    charged(room, ("0", "50"), resource_id="ocid1.generativeaidedicatedaicluster.oc1..gone99")
    charged(room, ("5", "0"), resource_id="")
    assert said(found(room, Kind.MOVER)) == [
        ("mover:-1.new", "new", "$0 → $700. Made 18 Nov; no request of ours explains it"),
        ("mover:..gone99", "…gone99", "$350 → $0 (-100 %). Not listed any more; no request of ours explains it"),
        ("mover:none", "no resource named", "$0 → $35. Oracle does not tell what it is for"),
    ]


def test_what_moved_in_two_currencies_is_two_lines_each_with_a_key(room: Room) -> None:
    charged(room, ("2304", "1152"))
    charged(room, ("100", "0"), currency="EUR")
    lines = {each.key: each.text for each in found(room, Kind.MOVER)}
    assert len(lines) == 2
    room.say("digest")
    for key, text in lines.items():
        weeks = "0 EUR → 700 EUR" if key.endswith("-eur") else "$8,064 → $16,128"
        assert text.startswith(weeks)
        assert f"*chat* · {weeks}" in shown(room.say(f"cost explain {key}"))


def test_budgets_of_oracle_and_of_the_team_are_held_against_what_was_spent(tmp_path: Path) -> None:
    rules = policy().model_copy(
        update={
            "budgets": (
                TeamBudget(name="Everything & all", monthly=Decimal(20_000)),
                TeamBudget(name="chat", clusters=frozenset({"chat*"}), monthly=Decimal(100), currency="EUR"),
                TeamBudget(name="Chat!", clusters=frozenset({"chat*"}), monthly=Decimal(50_000)),
            )
        }
    )
    room = calm(Room(tmp_path, world((cluster(), BUSY), (cluster("other", region="us-chicago-1"), BUSY)), rules=rules))
    charged(room, ("1000", "1000"))
    charged(room, ("1", "0"), resource_id="ocid1.gone")
    charged(room, ("14", "0"), currency="EUR")
    known = Budget(
        id="ocid1.budget.oc1..prod0001",
        name="prod <!here>",
        amount=Decimal(180_000),
        actual=Decimal("96412.37"),
        forecast=Decimal("171350.2"),
        target_type="COMPARTMENT",
        targets=(cluster().compartment_id,),
    )
    over = known.model_copy(update={"id": "ocid1.budget.oc1..over0001", "forecast": Decimal(200_000)})
    bare_one = known.model_copy(
        update={"id": "ocid1.budget.oc1..bare0001", "actual": None, "forecast": None, "targets": ()}
    )
    nearly = bare_one.model_copy(
        update={"id": "ocid1.budget.oc1..near0001", "actual": Decimal(170_000), "processing": "SINGLE_USE"}
    )
    room.oracle.budgeted = Budgets(found=(known, over, bare_one, nearly), read_at=START)
    lines_ = found(room, Kind.BUDGET)
    assert said(lines_) == [
        (
            "budget:everything-all",
            "Everything & all",
            "$14,007 of $20,000 spent (70.0 %), November so far; at the pace of its final days $21,010.50 by its end",
        ),
        (
            "budget:chat",
            "chat",
            "98 EUR of 100 EUR spent (98.0 %), November so far; at the pace of its final days 147 EUR by its end",
        ),
        (
            "budget:chat-2",
            "Chat!",
            (
                "$14,000 of $50,000 spent (28.0 %), November so far; at the pace of its final days $21,000 by its end; "
                "$7 of clusters that are gone, whose names are not known, are not in it"
            ),
        ),
        (
            "budget:prod0001",
            "prod <!here>",
            (
                "96,412.37 of 180,000.00 spent (53.6 %), 171,350.20 foreseen by Oracle, in your rate card's currency, "
                "for everything in its compartment"
            ),
        ),
        ("budget:over0001", "prod <!here>", lines_[4].text),
        (
            "budget:bare0001",
            "prod <!here>",
            "180,000.00, not reckoned yet, in your rate card's currency, for everything in its compartment",
        ),
        ("budget:near0001", "prod <!here>", lines_[6].text),
    ]
    assert lines_[6].text.endswith("for everything in its compartment, once and not by the month")
    assert [each.severity for each in lines_] == [
        Severity.ATTENTION,
        Severity.ATTENTION,
        Severity.OK,
        Severity.OK,
        Severity.ATTENTION,
        Severity.OK,
        Severity.ATTENTION,
    ]
    regional = found(room, Kind.BUDGET, REGIONAL)
    assert [each.key for each in regional] == ["budget:chat", "budget:chat-2"]
    place = Scope(by="compartment", value=cluster().compartment_id, name="prod")
    assert [each.key for each in found(room, Kind.BUDGET, place)] == [
        "budget:everything-all",
        "budget:chat",
        "budget:chat-2",
        "budget:prod0001",
        "budget:over0001",
    ]
    room.oracle.charged = None
    unread = found(room, Kind.BUDGET)
    assert [each.key for each in unread] == [each.key for each in lines_]
    assert unread[1].text == "What is spent of 100 EUR is not known, for what Oracle charged is not"
    assert (unread[1].figure, unread[1].severity) == (None, Severity.UNKNOWN)


@pytest.mark.parametrize(
    ("processing", "ends"),
    [
        ("MONTH", "for everything with its tag"),
        ("INVOICE", "for everything with its tag, by your invoice's period and not the month"),
        ("<!here>\nWEEK", "for everything with its tag, by <!here> WEEK and not the month"),
    ],
)
def test_a_budget_of_oracles_says_of_which_time_it_is(room: Room, processing: str, ends: str) -> None:
    one = Budget(id="ocid1.budget.oc1..x", name="x", amount=Decimal(1), target_type="TAG", processing=processing)
    room.oracle.budgeted = Budgets(found=(one,), read_at=START)
    (line,) = found(room, Kind.BUDGET)
    assert line.text.endswith(ends)


def test_a_budget_of_the_teams_own_marks_what_may_change_and_counts_what_a_request_deleted(tmp_path: Path) -> None:
    room = calm(Room(tmp_path, fleet(cluster(), cluster("old", units=1))))
    olds = TeamBudget(name="olds", clusters=frozenset({"old*"}), monthly=Decimal(100))
    room.rules = room.rules.model_copy(update={"budgets": (olds,)})
    room.say("delete old because nobody calls it")
    room.say("approve 1", BOB)
    for _ in range(4):
        room.pass_time(minutes=30)
    room.oracle.remove(cluster("old").id)
    yesterday = START.replace(hour=0) - DAY
    gone = [row(yesterday - DAY * back, "20", resource_id=cluster("old").id) for back in (1, 2, 3)]
    room.oracle.charged = [row(yesterday, "1000"), *gone]
    (line,) = found(room, Kind.BUDGET)
    assert line.text.startswith("$60 of $100 spent ⏳ (60.0 %)")
    room.oracle.charged = [row(yesterday, "1000"), *gone[1:]]
    (line,) = found(room, Kind.BUDGET)
    assert line.text.startswith("$40 of $100 spent (40.0 %)")


def test_a_budget_of_which_more_is_spent_than_its_pace_comes_to_has_none(tmp_path: Path) -> None:
    rules = policy(rule()).model_copy(update={"budgets": (TeamBudget(name="all", monthly=Decimal(100)),)})
    room = calm(Room(tmp_path, world((cluster(), BUSY)), rules=rules))
    room.oracle.charged = [row((START - DAY).replace(hour=0, minute=0), "95")]
    (line,) = found(room, Kind.BUDGET)
    assert line.text == "$95 of $100 spent ⏳ (95.0 %), November so far"
    assert line.severity is Severity.ATTENTION


def test_a_budget_in_whose_currency_nothing_has_come_in_yet_is_not_told_as_none_spent(room: Room) -> None:
    room.rules = room.rules.model_copy(update={"budgets": (TeamBudget(name="all", monthly=Decimal(100)),)})
    room.oracle.charged = []
    assert found(room, Kind.BUDGET)[0].text.startswith("nothing yet of $100 spent (0.0 %)")


def test_a_currency_without_a_budget_is_told(room: Room) -> None:
    charged(room, ("1", "1"))
    (line,) = found(room, Kind.BUDGET)
    assert line.text == (
        "No budget in USD at Oracle or in the policy file, so there is no limit to compare this month with"
    )
    room.rules = room.rules.model_copy(update={"budgets": (TeamBudget(name="eur", monthly=1, currency="EUR"),)})
    charged(room, ("1", "1"), currency="EUR")
    assert [each.key for each in found(room, Kind.BUDGET)] == ["budget:eur", "budget:none-usd"]
    assert found(room, Kind.BUDGET)[0].severity is Severity.BROKEN
    room.oracle.budgeted = None
    assert found(room, Kind.BUDGET)[1].text.startswith("No budget in USD in the policy file")


def test_anomalies_are_of_the_last_week_and_of_the_scope(room: Room) -> None:
    one = Anomaly(
        id="ocid1.costanomaly.oc1..one00001",
        name="x",
        day=date(2026, 11, 20),
        monitor="Generative AI in Frankfurt",
        region=REGION,
        impact=Decimal(864),
        root_cause='{"more": "<!here> units"}',
        compartment_ids=(cluster().compartment_id,),
        resource_ids=(CHAT,),
    )
    less = one.model_copy(update={"id": "..less0001", "impact": Decimal(-5), "root_cause": "", "resource_ids": ()})
    vague = one.model_copy(update={"id": "..vague001", "impact": None, "region": "", "compartment_ids": ()})
    old = one.model_copy(update={"id": "..old00001", "day": date(2026, 11, 10)})
    others = one.model_copy(update={"id": "..other001", "monitor": "Object Storage"})
    room.oracle.anomalous = Anomalies(since=date(2026, 10, 1), found=(one, less, vague, old, others), read_at=START)
    lines_ = found(room, Kind.ANOMALY)
    assert said(lines_) == [
        (
            "anomaly:one00001",
            "Generative AI in Frankfurt",
            "20 Nov: 864.00 more than foreseen, in your rate card's currency; in Oracle's words: more: <!here> units",
        ),
        (
            "anomaly:less0001",
            "Generative AI in Frankfurt",
            "20 Nov: 5.00 less than foreseen, in your rate card's currency",
        ),
        (
            "anomaly:vague001",
            "Generative AI in Frankfurt",
            "20 Nov: another sum than foreseen; in Oracle's words: more: <!here> units",
        ),
    ]
    assert [each.asks for each in lines_] == [True, False, True]
    place = Scope(by="compartment", value=cluster().compartment_id, name="prod")
    assert len(found(room, Kind.ANOMALY, REGIONAL)) == len(found(room, Kind.ANOMALY, place)) == 2
    assert found(room, Kind.ANOMALY, ELSEWHERE) == []
    assert found(room, Kind.ANOMALY, Scope(by="tag", value="team=x")) == []
    room.oracle.anomalous = Anomalies(since=date(2026, 11, 20), found=(one,), read_at=START)
    assert found(room, Kind.ANOMALY) == []


def test_what_is_not_known_takes_its_own_lines_alone(room: Room) -> None:
    charged(room, ("2304", "1152"))
    room.say("scale chat 4")
    room.oracle.budgeted = room.oracle.anomalous = None
    made = digest(room)
    assert [(each.what, each.settle) for each in made.unknown] == [
        ("what budgets say", "let the reading identity see them"),
        ("which cost anomalies Oracle found", "let the reading identity read them"),
    ]
    assert {each.kind for each in made.lines} == {Kind.BUDGET, Kind.REQUEST, Kind.MOVER, Kind.COMMITMENT}
    room.oracle.fail("fleet", Unavailable("Oracle does not answer."))
    made = digest(room)
    assert made.clusters is None
    assert {each.kind for each in made.lines} == {Kind.BUDGET, Kind.REQUEST, Kind.MOVER}
    assert made.foreseen is None


def test_what_the_month_will_have_cost_is_told_with_its_method(room: Room) -> None:
    charged(room, ("1152", "1152"))
    made = digest(room)
    assert made.foreseen is not None
    reply = html.unescape(shown(message(made, {})))
    # 14 days were charged and are final; 10 follow at 48 dollars an hour.
    assert "*By the end of November*: about *$27,648*" in reply
    assert "Foreseen by: days that are final as Oracle charged them" in reply
    room.oracle.add(cluster("odd", unit_shape="VERA_X9"))
    assert "⚪ Not known: what November will have cost. The price of VERA_X9" in shown(message(digest(room), {}))


def test_two_methods_that_differ_are_both_told(room: Room) -> None:
    charged(room, ("100", "100"))
    assert "by what is final, and the average of the last 7 final days" in shown(message(digest(room), {}))


def test_changes_of_size_known_from_requests_are_part_of_what_is_foreseen(room: Room) -> None:
    leased(room, "5d")
    ended = room.request().ended_at
    lease = room.request().lease
    assert ended
    assert lease
    room.say("scale chat 6 --for 2h --at in 1d")
    room.say("approve 2", BOB)
    room.say("scale chat 7 --at in 2d")
    room.say("approve 3", BOB)
    room.say("scale chat 8")
    begins = room.request(2).start_at
    assert begins
    assert [(each.at, each.before, each.after) for each in resizings(room.services.requests, room.clock.now())] == [
        (ended, 2, 4),
        (lease.ends_at, 4, 2),
        (begins, 4, 6),
        (begins + timedelta(hours=2), 6, 4),
        (room.request(3).start_at, 4, 7),
    ]
    assert all(isinstance(each, Resizing) for each in resizings(room.services.requests, START - DAY))


def test_what_was_not_listed_is_told(tmp_path: Path) -> None:
    room = calm(Room(tmp_path, fleet(cluster(), gaps=(gap(),))))
    assert any(each.what == "which clusters there are in eu-frankfurt-1" for each in digest(room).unknown)


def test_on_the_first_of_a_month_a_budget_is_held_against_the_last(room: Room) -> None:
    room.rules = room.rules.model_copy(update={"budgets": (TeamBudget(name="all", monthly=Decimal(100)),)})
    charged(room, ("10", "1"))
    room.clock.advance(hours=8 * 24)
    (line,) = found(room, Kind.BUDGET)
    assert line.text == "$77 of $100 spent (77.0 %), November"
    assert not line.asks

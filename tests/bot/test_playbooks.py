"""A playbook in Slack: gone through in one message with its transcript, and offered to who speaks of a symptom."""

from __future__ import annotations

import pytest

from tests.bot.people import OPS, Json, Slack, buttons, shown, until


def _looked(slack: Slack) -> Json | None:
    found = (each for each in slack.messages(OPS) if each.get("bot_id") and "Look again" in buttons(each))
    return next(found, None)


@pytest.mark.usefixtures("bot")
def test_a_doctor_looks_into_a_cluster_and_leaves_a_transcript(slack: Slack) -> None:
    slack.command("rosa", "doctor search-embed")
    message = until(lambda: _looked(slack), "what the doctor found", 60)
    assert "Ruled out" in shown(message)
    files = until(lambda: [each for each in slack.state()["files"] if each["name"].endswith(".md")], "the transcript")
    assert files[0]["name"].startswith("doctor-search-embed-")


@pytest.mark.usefixtures("bot")
def test_who_speaks_of_a_symptom_is_offered_its_playbook_alone(slack: Slack) -> None:
    slack.say("rosa", "<@U0DACBOT> search-embed is not responding")
    offer = slack.told("rosa", "Endpoint not responding")
    assert "Look into it" in buttons(offer)
    assert not [each for each in slack.messages(OPS, "ben") if each.get("bot_id")]

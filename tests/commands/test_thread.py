"""A request's thread: the detail, each decision with its comment, the progress, and word to the person who asked."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from approvals.events import (
    BOT,
    Denied,
    Expired,
    Failed,
    Outdated,
    Progressed,
    Succeeded,
)
from approvals.policy import People
from approvals.states import State
from commands._thread import thread
from dac.scaling import ScalePlan
from tests.commands.happenings import WORDS, Words, a_plan, asked, told
from tests.commands.requests import NAMES, paths, story
from tests.commands.room import texts
from tests.fakes import ANN, BOB, CAT, EVE, LEADS, ONCALL


def said(name: str, words: Words = WORDS["short"], *, priced: bool = True) -> dict[str, str]:
    """Each message of the thread as one text."""
    found = story(name, words, priced=priced)
    return {key: "\n".join(texts(each.blocks)) for key, each in thread(found.request, found.events).items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_message_once_there_keeps_its_name_whatever_happens_next(name: str) -> None:
    path = paths(a_plan(), WORDS["short"])[name]
    names: list[str] = []
    for length in range(1, len(path) + 1):
        found = told(*path[:length])
        now = list(thread(found.request, found.events))
        assert set(names) <= set(now)
        names = now


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_of_an_event_never_changes_afterwards(name: str) -> None:
    path = paths(a_plan(), WORDS["short"])[name]
    seen: dict[str, object] = {}
    for length in range(1, len(path) + 1):
        found = told(*path[:length])
        for key, message in thread(found.request, found.events).items():
            if key.startswith("event:"):
                said = (message.text, [block for block in message.blocks if block["type"] != "actions"])
                assert seen.setdefault(key, said) == said


ENDED = [
    name for name in NAMES if isinstance(story(name).events[-1].body, Succeeded | Failed | Outdated | Expired | Denied)
]


@pytest.mark.parametrize("name", ENDED)
def test_the_end_is_told_to_the_person_who_asked_unless_it_is_that_of_a_lease(name: str) -> None:
    found, last = story(name), story(name).events[-1]
    assert (f"<@{ANN}>" in said(name)[f"event:{last.seq}"]) is (found.request.returns is None)


@pytest.mark.parametrize(
    "name", ["denied", "denied by two", "expired", "expired agreed", "expired unconsented", "stale", "stale back"]
)
def test_where_nothing_was_changed_the_thread_says_so(name: str) -> None:
    assert "othing was changed" in said(name)[f"event:{story(name).events[-1].seq}"]


def test_every_decision_stands_with_its_comment() -> None:
    found = said("approved")
    assert "<@UBOB> approved" in found["event:2"]
    assert ">fine by me" in found["event:2"]
    assert "<@UCAT> approved" in found["event:3"]
    assert "<@UCAT> denied" in said("denied")["event:3"]
    assert ">fine by me" in said("denied")["event:3"]


def test_a_decision_without_a_comment_has_no_empty_quotation() -> None:
    assert "\n" not in said("pending", WORDS["none"])["event:2"]


@pytest.mark.parametrize("name", NAMES)
def test_the_detail_has_the_steps_the_reason_the_rule_and_the_sum(name: str) -> None:
    detail = said(name)["detail"]
    request = story(name).request
    for step in request.plan.steps:
        assert step in detail
    assert f">{request.reason}" in detail
    assert request.rule.name in detail
    assert request.rule_digest[:12] in detail
    assert request.plan.subject.id in detail
    workings = request.plan.cost_working if isinstance(request.plan, ScalePlan) else None
    for working in workings or ():
        assert working in detail
    assert ("“approve”" in detail) is (request.state is State.PENDING)


@pytest.mark.parametrize("reason", ["launch " * 285, "1. deploy\n\n2. call\n• see R&D <a|b>"], ids=["long", "lines"])
def test_the_whole_reason_stands_in_the_thread(reason: str) -> None:
    assert reason.strip() in unquoted(said("pending", Words(reason=reason.strip()))["detail"])


@pytest.mark.parametrize(
    "reason", ["&" * 2000, "\n".join("x" * 1000), "<" * 1000], ids=["ampersands", "a line a letter", "brackets"]
)
def test_a_reason_that_grows_when_written_out_stands_whole_in_the_thread(reason: str) -> None:
    parts = [text for name, text in said("pending", Words(reason=reason)).items() if name.split(":")[0] in PARTS]
    assert reason.replace("\n", "") in unquoted("\n".join(parts)).replace("\n", "")


PARTS = {"detail", "reason"}


def unquoted(mrkdwn: str) -> str:
    """As a person reads it."""
    return html.unescape(re.sub("^>", "", mrkdwn, flags=re.MULTILINE))


def test_an_unknown_price_says_in_the_detail_what_would_settle_it() -> None:
    detail = said("pending", priced=False)["detail"]
    assert "is not known" in detail
    assert "pricing page" in detail
    assert "$" not in detail


@pytest.mark.parametrize("name", ["pending", "approved", "denied", "expired", "cancelled", "stale"])
def test_there_is_no_progress_before_anything_was_begun(name: str) -> None:
    assert "progress" not in said(name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("applying unsent", "Asking Oracle"),
        ("applying", "40 %"),
        ("applying", "ocid1.generativeaiworkrequest.oc1..w1"),
        ("applying unnamed", "0 %"),
        ("applied", "100 %"),
        ("failed", "without success"),
    ],
)
def test_progress_is_one_message_that_is_brought_up_to_date(name: str, says: str) -> None:
    assert says in said(name)["progress"]


def test_a_work_request_without_a_name_leaves_none() -> None:
    assert "Work request" not in said("applying unnamed")["progress"]


def test_done_says_how_long_it_took() -> None:
    path = paths(a_plan(), WORDS["short"])["applying"]
    found = told(*path, (BOT, Progressed(percent=90)), (BOT, Succeeded(outcome="chat is ACTIVE with 4 units.")))
    last = thread(found.request, found.events)["event:8"]
    assert "done in 4 min" in last.text
    assert "chat is ACTIVE with 4 units" in last.text


def test_a_denial_of_many_lines_is_quoted_on_every_line() -> None:
    found = told(*paths(a_plan(), WORDS["short"])["pending"], (CAT, Denied(because="too dear\n<!here> sorry")))
    assert ">too dear\n>&lt;!here&gt; sorry" in texts(thread(found.request, found.events)["event:3"].blocks)[0]


def test_a_long_denial_still_tells_the_person_who_asked() -> None:
    assert f"<@{ANN}>" in said("denied", Words(comment="<" * 2000))["event:3"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "2 of 3 people must approve; 1 denial ends it"),
        ({"denials": 2}, "2 denials end it"),
        ({"different_groups": True, "approvers": People(groups=frozenset({ONCALL, LEADS}))}, "each of another group"),
        ({"must_include": People(users=frozenset({EVE}))}, "certain ones among them"),
        ({"eligible": (BOB,), "approvals": 1}, "1 of 1 person must approve"),
        ({"returns": 11}, "agreed to with request 11"),
    ],
)
def test_the_detail_says_what_the_rule_wants(changes: dict[str, Any], says: str) -> None:
    found = told((ANN, asked(a_plan(), **changes)))
    assert says in "\n".join(texts(thread(found.request, found.events)["detail"].blocks))


def test_the_detail_has_the_sum_of_the_month_and_of_the_lease() -> None:
    assert "• Rest of November 2026: $8,640 → $17,280, +$8,640" in said("pending")["detail"]
    assert "• +$384 in all for the 8 h" in said("pending leased")["detail"]
    assert "• +$192 in all for the 4 h" in said("pending extension")["detail"]
    assert "$" not in said("pending extension", priced=False)["detail"]


def test_an_extension_has_no_progress_for_nothing_is_asked_of_oracle() -> None:
    assert "progress" not in said("applied extension")

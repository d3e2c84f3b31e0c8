"""The cards look as they were last agreed to look, and every view can be printed for Block Kit Builder."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from approvals.states import State
from commands import COMMANDS
from sandbox.slack.blockkit import validate
from tests import storybook
from tests.commands.requests import state_of
from tests.commands.sound import markup, unsourced

DRAWN = storybook.cards()
VIEWS = dict(storybook.views())


@pytest.mark.parametrize("name", DRAWN)
def test_a_card_is_as_it_was_agreed_or_the_change_is_written_down(name: str) -> None:
    agreed = json.loads(storybook.golden(name).read_text(encoding="utf-8"))
    assert DRAWN[name] == agreed, "if this is meant: python -m tests.storybook --write"


def test_there_is_no_agreed_card_that_nobody_draws() -> None:
    assert {path.stem for path in storybook.CARDS.glob("*.json")} == set(DRAWN)


def test_there_is_an_agreed_card_for_every_state() -> None:
    assert {state_of(name.replace("-", " ")) for name in DRAWN} == set(State)


@pytest.mark.parametrize("name", VIEWS)
def test_slack_takes_every_view_of_the_storybook(name: str) -> None:
    payload = VIEWS[name]
    kind = payload.get("type", "message")
    assert validate(kind, payload["blocks"] if kind == "message" else payload) == []


@pytest.mark.parametrize(
    "name",
    list(VIEWS),
)
def test_no_view_names_money_without_its_source_and_date(name: str) -> None:
    assert not unsourced(VIEWS[name].get("text", ""), VIEWS[name]["blocks"])


def test_the_storybook_has_every_form_and_every_help() -> None:
    for verb in COMMANDS:
        assert f"form/{verb.replace(' ', '-')}" in VIEWS
        assert f"help/{verb.replace(' ', '-')}" in VIEWS


def test_some_views_name_money_and_some_dates() -> None:
    every = "\n".join(text for view in VIEWS.values() for text in markup(view))
    assert "$" in every
    assert "<!date^" in every


def test_printing_gives_the_json_of_what_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    storybook.main(["card/pending-unknown"])
    name, _, body = capsys.readouterr().out.partition("\n")
    assert name == "# card/pending-unknown"
    assert json.loads(body) == DRAWN["pending-unknown"]


def test_links_open_what_would_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    storybook.main(["--links", "card/pending-unknown"])
    link = capsys.readouterr().out.splitlines()[1]
    assert json.loads(unquote(link.split("#", 1)[1])) == DRAWN["pending-unknown"]


def test_writing_leaves_exactly_the_cards_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(storybook, "CARDS", tmp_path)
    (tmp_path / "gone.json").write_text("{}", encoding="utf-8")
    storybook.main(["--write"])
    assert {path.stem for path in tmp_path.iterdir()} == set(DRAWN)
    assert json.loads((tmp_path / "stale.json").read_text(encoding="utf-8")) == DRAWN["stale"]
    assert f"{len(DRAWN)} cards" in capsys.readouterr().out

from __future__ import annotations

import signal
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from approvals.policy import Channels, MonthlyChange, People, Policy, Rule, UnitsChange
from approvals.store import Store
from approvals.windows import FreezeWindow
from bot.policy_file import PolicyFile
from dac.budgets import Budget
from dac.errors import Invalid
from tests.bot.house import ONE_APPROVAL, ROOT, House, Time
from tests.bot.people import Slack, until
from tests.bot.test_main import program

TWO_APPROVALS = ONE_APPROVAL.replace("approvals = 1", "approvals = 2").replace("one is enough", "two are needed")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(ONE_APPROVAL)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "dac.sqlite3")


@pytest.fixture
def file(path: Path, store: Store) -> PolicyFile:
    return PolicyFile(path, store, Time().now)


def test_what_is_read_at_the_start_is_on_record(file: PolicyFile, store: Store) -> None:
    assert store.policy_digest() == file.current().digest


def test_a_wrong_file_at_the_start_is_an_error_and_not_on_record(path: Path, store: Store) -> None:
    path.write_text(ONE_APPROVAL.replace("approvals = 1", 'approvals = "many"'))
    with pytest.raises(Invalid, match=r"policy\.toml: line 5: rule 1: approvals"):
        PolicyFile(path, store, Time().now)
    assert store.policy_digest() == ""


def test_a_changed_file_counts_once_it_is_read_again(file: PolicyFile, path: Path, store: Store) -> None:
    path.write_text(TWO_APPROVALS)
    assert file.current().rules[0].approvals == 1
    file.reload()
    assert file.current().rules[0].approvals == 2
    assert store.policy_digest() == file.current().digest


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[rule]\n", "line 1"),
        (f"{ONE_APPROVAL}expires_after = 3\n", "line 7"),
        (f"{ONE_APPROVAL}wrong = 1\n", "line 7: rule 1: wrong"),
        ("", "no rule"),
        (b"\xff", "cannot be read"),
        (None, "cannot be read"),
    ],
    ids=["toml", "twice", "no such key", "empty", "no text", "gone"],
)
def test_a_wrong_file_changes_nothing_and_the_log_says_why(
    file: PolicyFile, path: Path, store: Store, caplog: pytest.LogCaptureFixture, text: str | bytes | None, why: str
) -> None:
    before = store.policy_digest()
    path.unlink()
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    file.reload()
    assert file.current().rules[0].name == "one is enough"
    assert store.policy_digest() == before
    assert "The policy stays as it was." in caplog.text
    assert why in caplog.text


def test_the_same_policy_is_on_record_once_however_often_it_is_read(tmp_path: Path, home: House) -> None:
    policy = home.policy(ONE_APPROVAL)
    first = home.start(policy_file=policy)
    first.on_loop(first.bot.reload_policy())
    home.start(policy_file=policy)
    policy.write_text(f"# another comment\n{ONE_APPROVAL}")
    first.on_loop(first.bot.reload_policy())
    with first.database() as db:
        assert db.execute("SELECT count(*) FROM events WHERE action = 'policy'").fetchone()[0] == 1


def test_a_request_keeps_its_rule_and_the_next_is_judged_anew(home: House, slack: Slack) -> None:
    policy = home.policy(ONE_APPROVAL)
    bot = home.start(policy_file=policy)
    slack.command("rosa", "scale search-embed 2")
    slack.card("0 of 1")
    policy.write_text(TWO_APPROVALS)
    bot.on_loop(bot.bot.reload_policy())
    slack.command("rosa", "scale chat-prod 3")
    slack.card("0 of 2", request_id=2)
    slack.press("ada", slack.card("0 of 1"), "Approve")
    home.carry_out(bot)
    assert bot.request(2).state == "pending"


def test_sighup_has_it_read_again_and_a_wrong_one_is_told_to_the_log_alone(home: House) -> None:
    slack = home.slack
    policy = home.policy(ONE_APPROVAL)
    process = program(home, policy_file=policy)
    try:
        assert process.stdout
        slack.connected()
        for text, said in ((ONE_APPROVAL + "wrong = 1\n", "there is no such key"), (TWO_APPROVALS, "has changed")):
            policy.write_text(text)
            process.send_signal(signal.SIGHUP)
            until(lambda said=said: said in process.stdout.readline(), said)  # type: ignore[misc]
        slack.command("rosa", "scale search-embed 2")
        slack.card("0 of 2")
        assert not slack.direct("rosa")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_sighup_before_slack_was_there_does_not_end_the_bot(home: House) -> None:
    home.slack.fault("outage")
    process = program(home, policy_file=home.policy(ONE_APPROVAL))
    try:
        assert process.stdout
        assert "waiting for it" in process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        home.slack.clear_faults()
        home.slack.connected()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_the_example_shows_every_field_of_every_table() -> None:
    held = tomllib.loads((ROOT / "policy.example.toml").read_text(encoding="utf-8"))
    rule = held["rule"][0]
    shown: dict[type[BaseModel], set[str]] = {
        Policy: {"rules", "budgets", "freezers"}
        & {{"rule": "rules", "budget": "budgets"}.get(key, key) for key in held},
        Budget: set(held["budget"][0]),
        Rule: set(rule),
        People: set(held["freezers"]),
        Channels: set(rule["notify"]),
        UnitsChange: set(rule["units_change"]),
        MonthlyChange: set(rule["monthly_change"]),
        FreezeWindow: set().union(*rule["freeze"]),
    }
    for model, keys in shown.items():
        assert {info.alias or name for name, info in model.model_fields.items()} == keys, model.__name__

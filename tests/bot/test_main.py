from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.__main__ import CHATTY, main
from bot.occurrences import Occurrences
from bot.schedules import ScheduleBook
from bot.settings import Settings, variable
from dac.digest import Scope
from dac.recurrence import recurrence
from tests.bot.conftest import MakeHouse
from tests.bot.house import APP_TOKEN, BOT_TOKEN, MANIFEST, ONE_APPROVAL, ROOT, SECRET, House
from tests.bot.people import FINOPS, GENERAL, OPS, ROSA, Json, until

SECRETS = (BOT_TOKEN, APP_TOKEN, SECRET)


def environment(home: House, **changes: object) -> dict[str, str]:
    """What `python -m bot` is told; a change to None leaves that out."""
    values = home.values() | {"slack_signing_secret": SECRET} | changes
    return {variable(name): str(value) for name, value in values.items() if value is not None}


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Levels are the process's: they are put back."""
    names = [None, *CHATTY]
    before = [logging.getLogger(name).level for name in names]
    yield
    for name, level in zip(names, before, strict=True):
        logging.getLogger(name).setLevel(level)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`python -m bot …` in this process: its exit status and what it says."""

    def running(command: str, told: dict[str, str]) -> tuple[int, str, str]:
        for name in map(variable, Settings.model_fields):
            monkeypatch.delenv(name, raising=False)
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["bot", command])
        status = main()
        said = capsys.readouterr()
        assert not [each for each in SECRETS if each in said.out + said.err]
        return status, said.out, said.err

    return running


def program(home: House, *arguments: str, **changes: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | environment(home, **changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class TestCheck:
    def test_when_all_is_well_every_line_says_so(self, home: House, run: Run) -> None:
        status, said, _ = run("check", environment(home))
        lines = said.splitlines()
        assert status == 0
        assert all(line.startswith("ok  ") for line in lines)
        for what in (
            "policy: 4 rules",
            "policy rule “production”: 2 of 2 people must approve",
            "policy, freezers: 3 people",
            "database",
            "handbook: Team handbook",
            "signed in to Sandbox as",
            "Slack scopes: all there",
            "Socket Mode",
        ):
            assert [line for line in lines if what in line], what
        assert len([line for line in lines if "Oracle, reading clusters" in line]) == 4
        assert len([line for line in lines if "Oracle, signing in for changes" in line]) == 2

    def test_what_can_be_done_without_is_a_warning_and_the_status_stays_nought(self, home: House, run: Run) -> None:
        status, said, _ = run("check", environment(home, oci_home_region="eu-frankfurt-1"))
        warned = [line for line in said.splitlines() if not line.startswith("ok  ")]
        assert status == 0
        assert [line.split(":")[0] for line in warned] == [
            "warn Oracle, reading what Oracle charged",
            "warn Oracle, reading Oracle's budgets",
            "warn Oracle, reading Oracle's cost anomalies",
        ]

    def test_over_http_no_app_token_is_wanted(self, home: House, run: Run) -> None:
        status, said, _ = run("check", environment(home, transport="http", slack_app_token=None))
        assert status == 0
        assert "app token" not in said

    @pytest.mark.parametrize(
        ("changes", "bad"),
        [
            ({"slack_bot_token": "xoxb-wrong"}, "Slack bot token: not accepted (invalid_auth)"),
            ({"slack_bot_token": APP_TOKEN}, "Slack bot token: not accepted (not_allowed_token_type)"),
            ({"slack_app_token": "xapp-wrong"}, "Slack app token: not accepted (invalid_auth)"),
            (
                {"slack_api_url": "http://127.0.0.1:9/api/"},
                "Slack does not answer (ClientConnectorError) (http://127.0.0.1:9/api/)",
            ),
            ({"policy_file": "nowhere.toml"}, "policy: The policy file nowhere.toml cannot be read"),
            ({"policy_file": MANIFEST}, "policy:"),
            ({"database": ROOT}, "database:"),
            ({"handbook_dir": "nowhere"}, "handbook: The handbook's folder nowhere is not there"),
            ({"oci_config_file": "nowhere"}, "Oracle, reading clusters in us-chicago-1"),
            ({"oci_profile": "NOBODY"}, "Oracle, reading clusters in us-chicago-1"),
            ({"oci_executor_profile": None}, "Oracle, signing in for changes in us-chicago-1: No identity for changes"),
            ({"oci_endpoint": "http://127.0.0.1:9"}, "Oracle, reading clusters in us-chicago-1"),
        ],
        ids=[
            "bot token",
            "tokens mixed up",
            "app token",
            "slack away",
            "policy missing",
            "policy wrong",
            "database",
            "handbook",
            "oracle config",
            "oracle profile",
            "executor",
            "oracle away",
        ],
    )
    def test_what_is_bad_is_said_and_the_status_is_one(
        self, home: House, run: Run, changes: dict[str, object], bad: str
    ) -> None:
        status, said, _ = run("check", environment(home, **changes))
        assert status == 1
        assert [line for line in said.splitlines() if line.startswith("BAD ") and bad in line]
        assert [line for line in said.splitlines() if line.startswith("ok  ")]

    def test_scopes_that_were_not_granted_are_named(self, make_house: MakeHouse, tmp_path: Path, run: Run) -> None:
        less = tmp_path / "manifest.yml"
        less.write_text(re.sub(r".*(usergroups:read|im:write).*\n", "", MANIFEST.read_text()))
        status, said, _ = run("check", environment(make_house(manifest=less)))
        assert status == 1
        assert "BAD  Slack scopes: missing im:write, usergroups:read: install the app again" in said

    @pytest.mark.parametrize(
        ("kind", "method"),
        [
            ("ratelimited", "auth.test"),
            ("ratelimited", "apps.connections.open"),
            ("drop", "auth.test"),
            ("drop", "apps.connections.open"),
            ("http_500", "auth.test"),
            ("http_500", "apps.connections.open"),
        ],
    )
    def test_a_slack_in_trouble_is_a_finding_and_not_a_crash(
        self, home: House, run: Run, kind: str, method: str
    ) -> None:
        home.slack.fault(kind, method=method, times=None)
        status, said, _ = run("check", environment(home))
        assert status == 1
        assert "BAD  Slack" in said

    @pytest.mark.parametrize(
        ("channel", "line", "status"),
        [
            (OPS, f"ok   watch channel: I am in {OPS}", 0),
            (FINOPS, f"BAD  watch channel: {FINOPS} is no id of a channel that I am in; invite me there with /in", 1),
            ("C0NOWHERE", "BAD  watch channel: C0NOWHERE is no id of a channel", 1),
            (GENERAL, f"BAD  watch channel: {GENERAL} is archived: open it again", 1),
        ],
    )
    def test_whether_the_watch_can_tell_its_channel_is_told(
        self, home: House, run: Run, channel: str, line: str, status: int
    ) -> None:
        home.slack.do("archive", channel=GENERAL)
        found, said, _ = run("check", environment(home, watch_channel=channel))
        assert found == status
        assert [each for each in said.splitlines() if each.startswith(line)], said

    def test_a_public_channel_nobody_has_invited_it_to_is_a_warning(self, home: House, run: Run) -> None:
        home.slack.do("membership", channel=OPS, user="U0DACBOT", joined=False)
        _, said, _ = run("check", environment(home, watch_channel=OPS))
        assert f"warn watch channel: I am not in {OPS}: I may post but cannot find again" in said

    def test_a_watch_channel_that_slack_says_nothing_of_is_bad(self, home: House, run: Run) -> None:
        home.slack.fault("http_500", method="conversations.history", times=None)
        status, said, _ = run("check", environment(home, watch_channel=OPS))
        assert status == 1
        assert f"BAD  watch channel: {OPS}: Slack answers 500" in said

    def test_scheduled_digests_that_nobody_looks_after_or_that_do_not_come_are_named(
        self, home: House, run: Run
    ) -> None:
        database = home.settings().database
        book = ScheduleBook(database)
        for person in ("U0NOBODY", ROSA):
            when = recurrence("daily 09:00 UTC", ZoneInfo("UTC"))
            book.add(OPS, person, when, Scope(), at=home.time.now(), delivery=person)
        due = Occurrences(database, "one", timedelta(seconds=30))
        at = home.time.now() + timedelta(days=1)
        due.come_round(at)
        key = next(key for key in due.waiting(at)[OPS] if key[0] == 2)
        assert due.claim(key, at)
        due.refused(key, "the channel is archived", at, at)
        _, said, _ = run("check", environment(home))
        assert "warn digest schedule 1: its owner, U0NOBODY, has left; `/dac digest take-over 1`" in said
        assert "warn digest schedule 2: kept by its channel: the channel is archived" in said

    def test_people_the_policy_names_who_are_not_there_are_named(self, home: House, run: Run) -> None:
        policy = home.policy(
            f"""
[freezers]
users = ["U0FREEZER"]
{ONE_APPROVAL}
break_glass = {{ users = ["U0NOBODY", "U01ROSA"], groups = ["S0NOSUCH"] }}
notify = {{ users = ["U0NOBODY"], groups = ["S01APPROVERS"] }}
"""
        )
        status, said, _ = run("check", environment(home, policy_file=policy))
        assert status == 1
        rule = next(line for line in said.splitlines() if "one is enough" in line)
        assert rule == (
            "BAD  policy rule “one is enough”: 1 of 2 people must approve; "
            "group S0NOSUCH: not accepted (no_such_subteam); user U0NOBODY: not accepted (user_not_found)"
        )
        assert "BAD  policy, freezers: 0 people; user U0FREEZER: not accepted (user_not_found)" in said.splitlines()

    def test_everybody_is_looked_up_once(self, home: House, run: Run) -> None:
        run("check", environment(home))
        assert len(home.slack.calls("usergroups.users.list")) == 2
        assert len(home.slack.calls("users.info")) == 2

    def test_it_changes_nothing(self, home: House, run: Run) -> None:
        run("check", environment(home))
        assert home.oracle.changes() == 0
        assert not home.slack.calls("chat.postMessage")


@pytest.mark.parametrize("command", ["check", "run"])
def test_wrong_settings_are_said_in_a_line_each(home: House, run: Run, command: str) -> None:
    told = environment(home, poll_seconds="often", oci_regions=None)
    status, said, error = run(command, told)
    assert (status, said) == (1, "")
    assert error.splitlines() == [
        "DAC_OCI_REGIONS is not set",
        "DAC_POLL_SECONDS: Input should be a valid number, unable to parse string as a number",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"slack_bot_token": "xoxb-wrong"}, "Slack does not accept DAC_SLACK_BOT_TOKEN (invalid_auth)."),
        ({"policy_file": "nowhere.toml"}, "The policy file nowhere.toml cannot be read"),
        ({"database": ROOT}, "database"),
        ({"database": "/proc/nowhere/dac.sqlite3"}, "nowhere"),
    ],
    ids=["bot token", "policy", "a folder", "no such folder"],
)
def test_what_keeps_the_bot_from_starting_is_said_in_a_sentence(
    home: House, run: Run, changes: dict[str, object], said: str
) -> None:
    status, _, error = run("run", environment(home, **changes))
    assert status == 1
    assert said in error
    assert len(error.splitlines()) == 1


def test_without_settings_the_program_says_what_it_needs_and_shows_no_traceback(home: House) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bot"], cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.decode().splitlines() == [
        "DAC_SLACK_BOT_TOKEN is not set",
        "DAC_OCI_REGIONS is not set",
        "DAC_OCI_COMPARTMENTS is not set",
    ]


def test_told_to_stop_it_ends_well(home: House, run: Run) -> None:
    def meanwhile() -> Json:
        home.slack.connected()
        answer = home.slack.command("rosa", "status")
        home.slack.told("rosa", "10 clusters")
        os.kill(os.getpid(), signal.SIGTERM)
        return answer

    with ThreadPoolExecutor(1) as beside:
        answered = beside.submit(meanwhile)
        status, _, error = run("run", environment(home))
    assert answered.result()["ack"] == "acked"
    assert (status, error) == (0, "")
    until(lambda: home.slack.state()["sockets"] == 0, "the end of the connection")


def test_told_to_stop_before_slack_was_there_it_ends_well(home: House) -> None:
    home.slack.fault("outage")
    process = program(home)
    try:
        assert process.stdout
        assert "waiting for it" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    finally:
        process.kill()
        process.communicate()


def test_what_is_logged_holds_no_secret_however_much_is_logged(home: House) -> None:
    slack = home.slack
    process = program(home, log_level="DEBUG", policy_file=home.policy(ONE_APPROVAL), slack_signing_secret=SECRET)
    try:
        slack.connected()
        slack.fault("http_500", method="chat.postMessage")
        slack.fault("ratelimited", method="response_url")
        home.oracle.fault("status", status=500, times=2)
        slack.command("rosa", "status")
        slack.command("rosa", "scale search-embed 2 because launch week")
        slack.press("ada", slack.card("0 of 1"), "Approve")
        slack.say("ada", "@dac help")
        slack.card("Being carried out")
        home.oracle.fault("drop", times=2)
        home.oracle.advance(120)
        slack.card("Done")
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "At work as U0DACBOT" in said
    key = (home.keys / "executor.pem").read_text().splitlines()[3]
    for secret in (*SECRETS, key, "BEGIN PRIVATE KEY", "/response/T0SANDBOX", "ticket=", 'signature="'):
        assert secret not in said, secret
    assert "Traceback" not in said


def test_what_is_logged_as_usual_is_short(home: House) -> None:
    slack = home.slack
    process = program(home, policy_file=home.policy(ONE_APPROVAL))
    try:
        slack.connected()
        slack.command("rosa", "status")
        slack.told("rosa", "10 clusters")
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert len(said.splitlines()) == 1, said

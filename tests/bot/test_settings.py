from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from bot.settings import Settings, read, variable
from dac.errors import Invalid

GOOD = {
    "DAC_SLACK_BOT_TOKEN": "xoxb-very-secret",
    "DAC_SLACK_APP_TOKEN": "xapp-very-secret",
    "DAC_SLACK_SIGNING_SECRET": "signing-very-secret",
    "DAC_OCI_REGIONS": "us-chicago-1",
    "DAC_OCI_COMPARTMENTS": "ocid1.compartment.oc1..a",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing but what a test sets."""
    for name in map(variable, Settings.model_fields):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    told(monkeypatch, GOOD)


def told(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def complaint() -> list[str]:
    with pytest.raises(Invalid) as wrong:
        read()
    assert "very-secret" not in str(wrong.value)
    assert wrong.value.__cause__ is None
    return str(wrong.value).splitlines()


def test_what_must_be_set_is_enough() -> None:
    settings = read()
    assert settings.oci_regions == ("us-chicago-1",)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.transport == "socket"


@pytest.mark.parametrize("missing", ["DAC_SLACK_BOT_TOKEN", "DAC_OCI_REGIONS", "DAC_OCI_COMPARTMENTS"])
def test_what_is_missing_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.delenv(missing)
    assert complaint() == [f"{missing} is not set"]


def test_everything_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        monkeypatch.delenv(name)
    assert complaint() == [
        "DAC_SLACK_BOT_TOKEN is not set",
        "DAC_OCI_REGIONS is not set",
        "DAC_OCI_COMPARTMENTS is not set",
    ]


TRANSPORTS = [("socket", "DAC_SLACK_APP_TOKEN"), ("http", "DAC_SLACK_SIGNING_SECRET")]


@pytest.mark.parametrize(("transport", "needed"), TRANSPORTS)
def test_each_transport_needs_its_own_secret(monkeypatch: pytest.MonkeyPatch, transport: str, needed: str) -> None:
    monkeypatch.setenv("DAC_TRANSPORT", transport)
    monkeypatch.delenv(needed)
    lines = complaint()
    assert len(lines) == 1
    assert lines[0].startswith(needed)


@pytest.mark.parametrize(("transport", "needed"), [*TRANSPORTS, ("socket", "DAC_SLACK_BOT_TOKEN")])
def test_an_empty_secret_is_none(monkeypatch: pytest.MonkeyPatch, transport: str, needed: str) -> None:
    told(monkeypatch, {"DAC_TRANSPORT": transport, needed: ""})
    lines = complaint()
    assert len(lines) == 1
    assert lines[0].startswith(needed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DAC_TRANSPORT", "pigeon"),
        ("DAC_HTTP_PORT", "99999"),
        ("DAC_HTTP_PORT", "web"),
        ("DAC_OCI_REGIONS", " , ,"),
        ("DAC_OCI_COMPARTMENTS", ","),
        ("DAC_OCI_AUTH", "magic"),
        ("DAC_OCI_EXECUTOR_AUTH", "magic"),
        ("DAC_COMMAND_THREADS", "0"),
        ("DAC_COMMAND_QUEUE", "-1"),
        ("DAC_FRESH_SECONDS", "-1"),
        ("DAC_POLL_SECONDS", "0"),
        ("DAC_LEASE_SECONDS", "0"),
        ("DAC_LOG_LEVEL", "LOUD"),
        ("DAC_POLL_SECONDS", "xoxb-very-secret"),
        ("DAC_LOG_LEVEL", "xoxb-very-secret"),
        ("DAC_WATCH_CHANNEL", "#ops"),
        ("DAC_WATCH_SECONDS", "0"),
        ("DAC_WATCH_FROM", "ok"),
        ("DAC_WATCH_QUIET", "at night"),
        ("DAC_WATCH_QUIET", "22:00-22:00 UTC"),
        ("DAC_WATCH_QUIET", "22:00-25:00 UTC"),
        ("DAC_WATCH_QUIET", "22:00-07:00 Europe/Berlim"),
        ("DAC_PRICE_LIST_URL", "http://prices.example.com/very-secret"),
        ("DAC_PRICE_LIST_URL", "ftp://127.0.0.1/very-secret"),
        ("DAC_PRICE_LIST_URL", "https:very-secret"),
        ("DAC_PRICE_LIST_URL", "https://very-secret.example.com/|>"),
        ("DAC_PRICE_LIST_URL", "https://[very-secret"),
    ],
)
def test_what_is_wrong_is_named_in_one_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    lines = complaint()
    assert len(lines) == 1
    assert lines[0].startswith(f"{name}: ")


def test_each_thing_that_is_wrong_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {"DAC_TRANSPORT": "pigeon", "DAC_LOG_LEVEL": "LOUD", "DAC_POLL_SECONDS": "0"})
    assert [line.split(":")[0] for line in complaint()] == ["DAC_TRANSPORT", "DAC_POLL_SECONDS", "DAC_LOG_LEVEL"]


@pytest.mark.parametrize("url", ["https://slack-gov.com/api", "https://slack-gov.com/api/"])
def test_slacks_address_is_the_one_its_own_tools_know(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SLACK_API_URL", url)
    assert read().slack_api_url == "https://slack-gov.com/api/"


def test_lists_are_separated_by_commas_and_spaces_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {"DAC_OCI_REGIONS": " us-chicago-1 ,eu-frankfurt-1,", "DAC_OCI_COMPARTMENTS": "a,b , c"})
    assert read().oci_regions == ("us-chicago-1", "eu-frankfurt-1")
    assert read().oci_compartments == ("a", "b", "c")


def test_the_teams_catalogue_files_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read().catalog_files == ()
    monkeypatch.setenv("DAC_CATALOG_FILES", "prices.toml, ours/own.toml")
    assert read().catalog_files == (Path("prices.toml"), Path("ours/own.toml"))


def test_the_price_list_is_read_over_https_except_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read().price_list_url.startswith("https://apexapps.oracle.com/")
    monkeypatch.setenv("DAC_PRICE_LIST_URL", "http://127.0.0.1:8000/prices/")
    assert read().price_list_url == "http://127.0.0.1:8000/prices/"


def test_a_variable_nobody_knows_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAC_FAVOURITE_COLOUR", "blue")
    assert read()


def test_secrets_are_not_shown_by_accident() -> None:
    settings = read()
    assert "very-secret" not in f"{settings!r} {settings}" + settings.model_dump_json()


def test_nothing_can_be_changed_after_it_was_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read().log_level = "DEBUG"  # type: ignore[misc]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described_and_has_a_variable(name: str) -> None:
    assert len(str(Settings.model_fields[name].description)) > 10
    assert variable(name) == {"slack_api_url": "SLACK_API_URL"}.get(name, f"DAC_{name.upper()}")


def test_quiet_hours_are_read_with_their_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read().quiet is None
    monkeypatch.setenv("DAC_WATCH_QUIET", "22:00 - 07:00 europe/berlin")
    quiet = read().quiet
    assert quiet
    assert (quiet.start, quiet.end, str(quiet.zone)) == (time(22), time(7), "Europe/Berlin")

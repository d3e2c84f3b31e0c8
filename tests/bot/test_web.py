from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
import urllib.error
import urllib.request

import pytest

from dac.errors import DacError
from tests.bot.conftest import MakeHouse
from tests.bot.house import ONE_APPROVAL, SECRET, House
from tests.bot.people import Slack, until

BODY = json.dumps({"type": "url_verification", "challenge": "are-you-there"}).encode()


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def fetch(port: int, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest}",
    }


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def http(make_house: MakeHouse, port: int) -> House:
    """A bot that Slack reaches over HTTP."""
    home = make_house(events_url=f"http://127.0.0.1:{port}/slack/events")
    home.start(
        transport="http",
        http_host="127.0.0.1",
        http_port=port,
        slack_signing_secret=SECRET,
        slack_app_token=None,
        policy_file=home.policy(ONE_APPROVAL),
    )
    until(lambda: well(port), "the web server")
    return home


def well(port: int) -> bool:
    try:
        return fetch(port, "/healthz")[0] == 200
    except urllib.error.URLError:
        return False


def test_over_http_commands_buttons_forms_and_mentions_work(http: House) -> None:
    slack = http.slack
    assert slack.command("rosa", "scale")["ack"] == "acked"
    slack.form("rosa")
    assert slack.submit("rosa", cluster="search-embed", units="many")["errors"]
    assert slack.submit("rosa", cluster="search-embed", units="2")["ok"]
    card = slack.card("0 of 1")
    slack.reply(card, "What will be done")
    slack.press("rosa", card, "Approve")
    slack.told("rosa", "someone else must decide")
    slack.say("ada", "@dac approve", thread_ts=card["ts"])
    slack.card("Being carried out")
    assert not slack.calls("apps.connections.open")


def test_over_http_a_delivery_that_comes_again_acts_once(http: House) -> None:
    slack = http.slack
    slack.fault("duplicate", times=None)
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    slack.reply(card, "What will be done")
    slack.say("ada", "@dac approve", thread_ts=card["ts"])
    http.carry_out(http.bots[0])
    slack.card("Done")
    assert http.bots[0].happened().count("approve") == 1
    assert "refuse" not in http.bots[0].happened()


def test_slack_can_verify_the_address(http: House) -> None:
    assert http.slack.do("verify_url") == {"ok": True}


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        signed(BODY, secret="somebody else's"),
        signed(BODY, secret=""),
        signed(BODY, at=time.time() - 600),
        signed(b"another body"),
    ],
    ids=["unsigned", "wrong secret", "empty secret", "ten minutes old", "another body"],
)
def test_what_slack_has_not_signed_just_now_is_refused(http: House, port: int, headers: dict[str, str]) -> None:
    status, said = fetch(port, "/slack/events", BODY, headers)
    assert status == 401
    assert "are-you-there" not in said


def test_a_forged_command_does_nothing(http: House, port: int) -> None:
    forged = b"command=%2Fdac&text=scale+search-embed+2&user_id=U01ROSA&channel_id=C01OPS&trigger_id=1.2"
    headers = signed(forged, secret="guess") | {"content-type": "application/x-www-form-urlencoded"}
    assert fetch(port, "/slack/events", forged, headers)[0] == 401
    assert fetch(port, "/slack/events", BODY, signed(BODY))[0] == 200
    assert http.bots[0].count() == 0


@pytest.mark.parametrize("path", ["/", "/slack", "/healthz/", "/slack/events/../x", "/metrics"])
def test_there_is_nothing_else_to_be_had(http: House, port: int, path: str) -> None:
    assert fetch(port, path) == (404, '{"error": "not found"}')


def test_with_socket_mode_only_health_is_served_and_it_tells_the_connection(
    home: House, slack: Slack, port: int
) -> None:
    home.start(http_host="127.0.0.1", http_port=port)
    until(lambda: well(port), "the web server")
    assert fetch(port, "/healthz") == (200, '{"slack": "ok"}')
    assert fetch(port, "/slack/events", BODY, signed(BODY))[0] == 404
    slack.fault("outage")
    until(lambda: fetch(port, "/healthz")[0] == 503, "the outage on the health page")
    assert json.loads(fetch(port, "/healthz")[1]) == {"slack": "not connected"}
    slack.clear_faults()
    until(lambda: well(port), "health")


def test_a_port_that_is_taken_ends_the_start_in_a_sentence(home: House, port: int) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", port))
        held.listen()
        with pytest.raises(DacError, match="DAC_HTTP_PORT"):
            home.start(http_host="127.0.0.1", http_port=port)

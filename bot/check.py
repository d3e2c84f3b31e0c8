"""What `python -m bot check` tells: whether tokens, scopes, Oracle, policy and database are as they must be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from approvals.store import Store
from bot.build import oracle_config, read_policy
from bot.oracle import connect
from bot.settings import Settings
from dac.catalog import shipped
from dac.errors import DacError

MANIFEST = Path(__file__).parent.parent / "manifest.yml"

Finding = tuple[str, bool, str]
"""What was looked at, whether it is as it must be, and a sentence."""


async def report(settings: Settings, *, now: Callable[[], datetime], say: Callable[[str], None] = print) -> int:
    """Say every finding; the exit status is 1 if one is bad."""
    findings = [*_files(settings), *await _slack(settings)]
    findings += await asyncio.to_thread(lambda: list(_oracle(settings, now)))
    for what, good, sentence in findings:
        say(f"{'ok  ' if good else 'BAD '} {what}: {sentence}")
    return 0 if all(good for _, good, _ in findings) else 1


def _files(settings: Settings) -> Iterator[Finding]:
    try:
        rules = read_policy(settings.policy_file).rules
        yield "policy", True, f"{len(rules)} rules in {settings.policy_file}"
    except DacError as error:
        yield "policy", False, str(error)
    try:
        Store(settings.database)
        yield "database", True, str(settings.database)
    except (DacError, OSError) as error:
        yield "database", False, f"{settings.database}: {error}"


async def _slack(settings: Settings) -> list[Finding]:
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, timeout=10
    )
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        return [("Slack bot token", False, f"not accepted ({error.response.get('error')})")]
    except Exception as error:  # noqa: BLE001 - whatever keeps Slack from answering is the finding
        return [("Slack", False, f"{settings.slack_api_url} does not answer ({type(error).__name__})")]
    findings = [("Slack bot token", True, f"signed in to {answer.get('team')} as {answer.get('user')}")]
    granted = {each.strip() for each in str(answer.headers.get("x-oauth-scopes", "")).split(",")}
    wanted = set(yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"])
    missing = sorted(wanted - granted)
    findings.append(
        (
            "Slack scopes",
            not missing,
            f"missing {', '.join(missing)}: install the app again" if missing else "all there",
        )
    )
    if settings.transport == "socket" and settings.slack_app_token:
        try:
            await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
            findings.append(("Slack app token", True, "opens Socket Mode"))
        except SlackApiError as error:
            findings.append(("Slack app token", False, f"not accepted ({error.response.get('error')})"))
    return findings


def _oracle(settings: Settings, now: Callable[[], datetime]) -> Iterator[Finding]:
    oracle = connect(oracle_config(settings, shipped()), now=now)
    try:
        for each in oracle.check():
            yield f"Oracle, {each.what}", each.ok, each.sentence
    finally:
        oracle.close()

"""What `python -m bot check` tells: whether tokens, Oracle, policy, database and digests are as they must be."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import aiohttp
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from approvals.policy import People
from approvals.store import Store
from bot.build import oracle_config
from bot.catalog_files import read_catalog
from bot.handbook_folder import read_handbook
from bot.oracle import connect
from bot.playbook_folder import read_playbooks
from bot.policy_file import read_policy
from bot.schedules import ScheduleBook
from bot.settings import Settings
from dac.catalog import shipped
from dac.errors import DacError

MANIFEST = Path(__file__).parent.parent / "manifest.yml"

Finding = tuple[str, bool | None, str]
"""What was looked at, whether it is as it must be (None: not, but it can be done without), and a sentence."""

MARKS = {True: "ok  ", False: "BAD ", None: "warn"}


async def report(settings: Settings, *, now: Callable[[], datetime], say: Callable[[str], None] = print) -> int:
    """Say every finding; the exit status is 1 if one is bad."""
    findings = [*_files(settings), *await _slack(settings), *await _people(settings), *await _owners(settings)]
    findings += await asyncio.to_thread(lambda: list(_oracle(settings, now)))
    for what, good, sentence in findings:
        say(f"{MARKS[good]} {what}: {sentence}")
    return 1 if any(good is False for _, good, _ in findings) else 0


def _files(settings: Settings) -> Iterator[Finding]:
    try:
        rules = read_policy(settings.policy_file).rules
        yield "policy", True, f"{len(rules)} rules in {settings.policy_file}"
    except DacError as error:
        yield "policy", False, str(error)
    try:
        read_catalog(settings.catalog_files)
        yield "catalogue", True, ", ".join(("as shipped", *(f"over it {path}" for path in settings.catalog_files)))
    except DacError as error:
        yield "catalogue", False, str(error)
    try:
        yield "handbook", True, str(read_handbook(settings.handbook_dir).source)
    except DacError as error:
        yield "handbook", False, str(error)
    try:
        yield "playbooks", True, f"{len(read_playbooks(settings.playbooks_dir).playbooks)} playbooks"
    except DacError as error:
        yield "playbooks", False, str(error)
    try:
        Store(settings.database)
        yield "database", True, str(settings.database)
    except (DacError, OSError) as error:
        yield "database", False, f"{settings.database}: {error}"


async def _slack(settings: Settings) -> list[Finding]:
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, timeout=10
    )
    answer, why = await _asked(client.auth_test)
    if answer is None:
        return [("Slack bot token", False, f"{why} ({settings.slack_api_url})")]
    findings: list[Finding] = [("Slack bot token", True, f"signed in to {answer.get('team')} as {answer.get('user')}")]
    granted = {each.strip() for each in str(answer.headers.get("x-oauth-scopes", "")).split(",")}
    wanted = set(yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"])
    missing = sorted(wanted - granted)
    told = f"missing {', '.join(missing)}: install the app again" if missing else "all there"
    findings.append(("Slack scopes", not missing, told))
    if settings.transport == "socket" and settings.slack_app_token:
        token = settings.slack_app_token.get_secret_value()
        opened, why = await _asked(lambda: client.apps_connections_open(app_token=token))
        findings.append(("Slack app token", opened is not None, why or "opens Socket Mode"))
    if settings.watch_channel:
        findings.append(("watch channel", *await _may_post(client, settings.watch_channel, granted)))
    return findings


async def _may_post(client: AsyncWebClient, channel: str, granted: set[str]) -> tuple[bool | None, str]:
    """Whether it can tell something there and find it again."""
    answer, why = await _asked(lambda: client.conversations_history(channel=channel, limit=1))
    if answer is not None:
        # Slack shows what was said in an archived channel, too. Without the scope for this it is left at that.
        about, _ = await _asked(lambda: client.conversations_info(channel=channel))
        if about and about["channel"].get("is_archived"):
            return False, f"{channel} is archived: open it again, or name another in DAC_WATCH_CHANNEL"
        return True, f"I am in {channel}"
    if "not_in_channel" in why and "chat:write.public" in granted:
        told = "I may post but cannot find again a message whose posting was cut short"
        return None, f"I am not in {channel}: {told}; invite me there with /invite"
    if "not_in_channel" in why or "channel_not_found" in why:
        return False, f"{channel} is no id of a channel that I am in; invite me there with /invite"
    return False, f"{channel}: {why}"


async def _owners(settings: Settings) -> list[Finding]:
    """Of each scheduled digest whether somebody looks after it, and whether it gets through."""
    try:
        schedules = ScheduleBook(settings.database).every()
    except (DacError, OSError):
        return []
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, timeout=10
    )
    look_up, wrong = _LookUp(client), list[Finding]()
    for each in schedules:
        _, why = await look_up.people(People(users=frozenset({each.owner})))
        if any("has left" in said or "user_not_found" in said for said in why):
            told = f"its owner, {each.owner}, has left; `/dac digest take-over {each.id}` gives it another"
            wrong.append((f"digest schedule {each.id}", None, told))
        if each.trouble:
            whose = "something of mine" if each.trouble.ours else "its channel"
            wrong.append((f"digest schedule {each.id}", None, f"kept by {whose}: {each.trouble.said}"))
    return wrong or [("digest schedules", True, f"{len(schedules)}, none in trouble as far as is known")]


async def _people(settings: Settings) -> list[Finding]:
    """Whether everybody the policy names is there, and whether each rule's approvers can be enough."""
    try:
        policy = read_policy(settings.policy_file)
    except DacError:
        return []
    look_up = _LookUp(
        AsyncWebClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, timeout=10)
    )
    findings: list[Finding] = []
    for rule in policy.rules:
        people, unknown = await look_up.people(rule.approvers)
        for others in (rule.requesters, rule.must_include, rule.notify, rule.break_glass):
            unknown |= (await look_up.people(others or People()))[1]
        told = "; ".join([f"{rule.approvals} of {len(people)} people must approve", *sorted(unknown)])
        findings.append((f"policy rule “{rule.name}”", not unknown and len(people) >= rule.approvals, told))
    if policy.freezers:
        people, unknown = await look_up.people(policy.freezers)
        findings.append(("policy, freezers", not unknown, "; ".join([f"{len(people)} people", *sorted(unknown)])))
    return findings


class _LookUp:
    """Asks Slack for each person and each group once: it may be asked for twenty groups a minute."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._found: dict[str, tuple[set[str], str]] = {}

    async def people(self, named: People) -> tuple[set[str], set[str]]:
        """Those who are there, and what is wrong with the others."""
        people, unknown = set[str](), set[str]()
        for each, kind in [*((user, self._user) for user in named.users), *((g, self._group) for g in named.groups)]:
            if each not in self._found:
                self._found[each] = await kind(each)
            there, why = self._found[each]
            people |= there
            unknown |= {why} if why else set()
        return people, unknown

    async def _user(self, user: str) -> tuple[set[str], str]:
        answer, why = await _asked(functools.partial(self._client.users_info, user=user))
        if answer is None:
            return set(), f"user {user}: {why}"
        return (set(), f"user {user}: has left") if answer["user"].get("deleted") else ({user}, "")

    async def _group(self, group: str) -> tuple[set[str], str]:
        answer, why = await _asked(functools.partial(self._client.usergroups_users_list, usergroup=group))
        return (set(), f"group {group}: {why}") if answer is None else (set(answer["users"]), "")


async def _asked(call: Callable[[], Awaitable[AsyncSlackResponse]]) -> tuple[AsyncSlackResponse | None, str]:
    """What Slack answered, or why there is no answer to go by."""
    try:
        return await call(), ""
    except SlackApiError as error:
        answer = error.response
        if answer.status_code == HTTPStatus.OK and isinstance(answer.data, dict):
            return None, f"not accepted ({answer.data.get('error')})"
        return None, f"Slack answers {answer.status_code}; try again"
    except (aiohttp.ClientError, TimeoutError) as error:
        return None, f"Slack does not answer ({type(error).__name__})"


def _oracle(settings: Settings, now: Callable[[], datetime]) -> Iterator[Finding]:
    try:
        catalog = read_catalog(settings.catalog_files)
    except DacError:
        # Told above already; what Oracle says does not depend on it.
        catalog = shipped()
    oracle = connect(oracle_config(settings, catalog), now=now)
    try:
        for each in oracle.check():
            yield f"Oracle, {each.what}", each.ok or (None if each.optional else False), each.sentence
    finally:
        oracle.close()

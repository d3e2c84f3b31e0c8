"""Whether the bot's identities can do at Oracle what they are meant to; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.oracle.anomalies import CostAnomalies
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.compartments import compartment_name
from bot.oracle.config import OracleConfig
from bot.oracle.limits import SERVICE
from bot.oracle.metrics import Monitoring
from bot.oracle.usage import Usage
from dac.errors import DacError, Denied
from dac.figures import Unknown
from dac.naming import short

SETTLED_DAYS = timedelta(days=3)
"""Before today: a day whose rows are all there."""


@dataclass(frozen=True)
class Finding:
    what: str
    ok: bool
    sentence: str
    optional: bool = False
    """Whether the bot works without it, and says that it does not know."""


@dataclass(frozen=True)
class _Question:
    what: str
    ask: Callable[[], str]
    optional: bool = False


def check(
    reader: Clients, executor: Clients, calls: Calls, config: OracleConfig, now: Callable[[], datetime]
) -> list[Finding]:
    """In a fixed order, whatever answers first."""
    usage = Usage(reader, calls, config, now)
    questions = [
        *_of_reader(reader, calls, config),
        *_of_bills(usage, CostAnomalies(reader, calls, config, now, usage.home), now),
        *_of_executor(executor, calls, config),
    ]
    with ThreadPoolExecutor(config.parallel, thread_name_prefix="oracle-check") as pool:
        return list(pool.map(_find, questions))


def _find(question: _Question) -> Finding:
    try:
        return Finding(question.what, ok=True, sentence=question.ask(), optional=question.optional)
    except DacError as error:
        return Finding(question.what, ok=False, sentence=str(error), optional=question.optional)


def _of_reader(clients: Clients, calls: Calls, config: OracleConfig) -> Iterator[_Question]:
    for compartment_id in config.compartments:
        what = f"reading the name of compartment {short(compartment_id)}"
        yield _Question(what, _is_called(clients, calls, config.regions[0], compartment_id))
    for region in config.regions:
        for compartment_id in config.compartments:
            where = f"{region}, compartment {short(compartment_id)}"
            yield _Question(f"reading clusters in {where}", _lists(clients, calls, region, compartment_id))
            yield _Question(f"reading metrics in {where}", _measures(clients, calls, region, compartment_id))
        if config.limit_of_shape:
            name = next(iter(config.limit_of_shape.values()))
            yield _Question(f"reading service limits in {region}", _counts(clients, calls, region, name))


def _of_bills(usage: Usage, found_odd: CostAnomalies, now: Callable[[], datetime]) -> Iterator[_Question]:
    def charged() -> str:
        today = now().astimezone(UTC).date()
        found = usage.spend(today - SETTLED_DAYS, today - SETTLED_DAYS + timedelta(days=1))
        if isinstance(found, Unknown):
            raise Denied(f"{found.settle} Until then costs are estimated from units and hours.")
        return f"Oracle tells what it charged, in {usage.home()}: {len(found.rows)} rows of {found.since}."

    def budgeted() -> str:
        found = usage.budgets()
        if isinstance(found, Unknown):
            raise Denied(found.settle)
        return f"Oracle lists {len(found.found)} budgets."

    def odd() -> str:
        found = found_odd.anomalies()
        if isinstance(found, Unknown):
            raise Denied(found.settle)
        return f"Oracle lists {len(found.found)} cost anomalies since {found.since}."

    yield _Question("reading what Oracle charged", charged, optional=True)
    yield _Question("reading Oracle's budgets", budgeted, optional=True)
    yield _Question("reading Oracle's cost anomalies", odd, optional=True)


def _of_executor(clients: Clients, calls: Calls, config: OracleConfig) -> Iterator[_Question]:
    for region in config.regions:
        what = f"signing in for changes in {region}"
        if config.executor == config.reader:
            yield _Question(what, _one_and_the_same)
        else:
            yield _Question(what, _signs_in(_lists(clients, calls, region, config.compartments[0])))


def _one_and_the_same() -> str:
    raise Denied("The identity for changes is the one for reading: give each its own, and only this one may change.")


def _signs_in(lists: Callable[[], str]) -> Callable[[], str]:
    def ask() -> str:
        return f"{lists()} Whether it may change them shows at the first change."

    return ask


def _lists(clients: Clients, calls: Calls, region: str, compartment_id: str) -> Callable[[], str]:
    def ask() -> str:
        client = clients.generative_ai(region)
        doing = f"Listing clusters in {region}, compartment {short(compartment_id)}"
        calls.read(doing, lambda: client.list_dedicated_ai_clusters(compartment_id, limit=1))
        return f"Signed in with {clients.signs_as}; Oracle lists the clusters."

    return ask


def _is_called(clients: Clients, calls: Calls, region: str, compartment_id: str) -> Callable[[], str]:
    return lambda: f"It is called {compartment_name(clients.identity(region), calls, compartment_id)}."


def _measures(clients: Clients, calls: Calls, region: str, compartment_id: str) -> Callable[[], str]:
    def ask() -> str:
        found = Monitoring(clients.monitoring(region), calls, region, compartment_id).metric_names()
        return (
            f"Monitoring knows {len(found)} metrics of Generative AI here." if found else "Nothing measured here yet."
        )

    return ask


def _counts(clients: Clients, calls: Calls, region: str, name: str) -> Callable[[], str]:
    def ask() -> str:
        client, tenancy = clients.limits(region), clients.tenancy()
        calls.read(
            f"Reading service limit {name} in {region}",
            lambda: client.get_resource_availability(SERVICE, name, tenancy),
        )
        return "Oracle tells how much of a limit is left."

    return ask

"""/dac cost explain: the sum behind a line of the digest or of a bill, with every number that is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Annotated

from pydantic import Field

from commands import _bill, _explained
from commands._advice import offer, seen_at
from commands._answer import Answer
from commands._bill_estimated import estimated
from commands._blocks import named
from commands._command import Arguments, Call, Command, Group, Option, Reply, Rest, Services
from commands._digest_marks import meant as meant_line
from commands._digest_marks import places
from commands._estimates import unseen
from commands._explained_line import FORECAST, Explained, line, look_at, month_ahead, total
from commands.cost_actual import meant
from dac.cluster import Fleet
from dac.digest import Digest
from dac.errors import NotFound
from dac.figures import Unknown
from dac.naming import find_cluster
from dac.pricing import UnitRate, unit_rate
from dac.usage import Spend
from dac.usage_estimate import Estimate
from dac.usage_periods import period

EVERYTHING = {"", "all", "everything"}
TOTAL = "total:"


class Explain(Arguments):
    what: Annotated[
        str,
        Rest(after=""),
        Field(
            max_length=400,
            title="line",
            description="A line of the digest, such as total:month, forecast or idle:abc123; or a cluster, a part "
            "number or all, with a period such as yesterday",
        ),
    ] = FORECAST
    mine: Annotated[bool, Option(), Field(description="A line of your own digests, not the channel's")] = False
    file: Annotated[
        bool, Option(), Field(description="Show it to the whole channel, with every row as a sheet in its thread")
    ] = False


def run(args: Explain, call: Call, services: Services) -> Reply:
    what = args.what.strip().strip("`")
    return _ended(_explained_by(what, args, call, services), what, args, services)


def _explained_by(what: str, args: Explain, call: Call, services: Services) -> Explained:
    key = what.casefold()
    if key == FORECAST or key.startswith(TOTAL):
        digest = _last(call, services, mine=args.mine)
        look = look_at(digest, call, services)
        return month_ahead(digest, look) if key == FORECAST else total(key, digest, look)
    if ":" in what or (what.isascii() and what.isdigit()):
        found = meant_line(what, call, services, mine=args.mine)
        return line(found, look_at(found.digest, call, services))
    try:
        return _of_bill(what, services)
    except NotFound as error:
        raise NotFound(f"{error} `/dac digest lines` lists a digest's lines.") from None


def _last(call: Call, services: Services, *, mine: bool) -> Digest | None:
    """The one that people have before them: the channel's last, else one's own."""
    told = (digest for place in places(call, mine=mine) for digest in services.marks.digests(place))
    return next(told, None)


def _of_bill(what: str, services: Services) -> Explained:
    """As `/dac cost actual` tells it: of a cluster, a part number or everything, in a period."""
    word, span = meant(what)
    days = period(span, services.now().astimezone(UTC).date())
    fleet = services.fleet.fleet()
    part = word.upper() if word.upper() in services.catalog.part_numbers else ""
    cluster = None if part or word.casefold() in EVERYTHING else find_cluster(fleet, word)
    whom = f"part number {part}" if part else f"*{named(cluster.name)}*" if cluster else "all"
    answer = Answer(f"The sum behind {days.name}, {days.days}, for {whom.replace('*', '')}")
    spend = services.fleet.spend(days.since, days.until)
    said = f"*{days.name[:1].upper()}{days.name[1:]}*, {days.days} in UTC, for {whom}"
    if isinstance(spend, Unknown):
        made = estimated(days, cluster, fleet, services)
        wanted = [each for each in made if not part or _is_of(part, each, services)]
        return _estimated(answer, said, fleet, wanted, services)
    own = _only(spend.of(cluster.id) if cluster else spend, part)
    answer.say(said, _bill.usage_api(own.read_at.astimezone(UTC).date()))
    return Explained(answer, own if _explained.rows(answer, own) else None)


def _only(spend: Spend, part: str) -> Spend:
    rows = tuple(row for row in spend.rows if not part or row.part_number == part)
    return spend.model_copy(update={"rows": rows})


def _is_of(part: str, made: Estimate, services: Services) -> bool:
    rate = unit_rate(services.catalog, made.cluster.unit_shape)
    return isinstance(rate, UnitRate) and rate.listed.sku == part


def _estimated(answer: Answer, said: str, fleet: Fleet, made: Sequence[Estimate], services: Services) -> Explained:
    seen = seen_at(fleet)
    answer.say(f"{said}: estimated, for what Oracle charged is not known", seen)
    _explained.estimates(answer, made, services.catalog, seen, unseen(fleet))
    return Explained(answer)


def _ended(made: Explained, what: str, args: Explain, services: Services) -> Reply:
    if made.rows is None:
        return made.answer.reply()
    again = f"cost explain {what} --file" + (" --mine" if args.mine else "")
    if not args.file:
        return made.answer.reply(*offer(("Every row as a sheet, for everybody here", again)))
    known = _bill.names(services.fleet.fleet())
    # A file needs a message that everybody sees, for its thread is where it is put.
    public = replace(made.answer.reply(), public=True)
    sheet = _bill.bill(made.rows, known, f"{made.rows.since}-to-{made.rows.until}")
    return replace(public, then=iter([replace(public, files=(sheet,))]))


COMMAND = Command(
    name="cost explain",
    summary="The sum behind a line of the digest or a bill: quantities, prices, discount, every digit, one rounding.",
    arguments=Explain,
    run=run,
    examples=(
        "cost explain total:month",
        "cost explain forecast",
        "cost explain idle:abc123",
        "cost explain chat-prod yesterday",
        "cost explain B108082 last month --file",
    ),
    aliases=("explain",),
    group=Group.LOOK,
    order=17,
)

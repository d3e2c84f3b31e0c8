"""A bill where Oracle's own is not to be had: sizes and hours by the price on file, and what that leaves out."""

from __future__ import annotations

from datetime import UTC

from commands import _bill
from commands._advice import linked_up, not_known, seen_at
from commands._answer import Answer
from commands._blocks import escape, named
from commands._command import Services
from commands._estimates import estimates, ran, unseen
from dac.cluster import Cluster, Fleet
from dac.figures import Price, Unknown
from dac.pricing import cents
from dac.usage_estimate import Estimate, sums, unpriced
from dac.usage_periods import Period

MOST_SIZES = 6


def answer(days: Period, cluster: Cluster | None, fleet: Fleet | Unknown, why: Unknown, services: Services) -> Answer:
    made = [] if isinstance(fleet, Unknown) else estimated(days, cluster, fleet, services)
    priced = [each.cost for each in made if isinstance(each.cost, Price)]
    left_out = _bill.missing(made, () if isinstance(fleet, Unknown) or cluster else unseen(fleet))
    found_sums = tuple(each for each in sums(made) if each.amount or not left_out)
    known = bool(priced and found_sums)
    least = "at least " if left_out and known else ""
    said = least + (_bill.said(found_sums) if known else "*unknown*")
    plain = least + (_bill.plain(found_sums) if known else "unknown")
    found = Answer(f"{days.name}: an estimate of {plain}, for what Oracle charged is not known")
    asked = _bill.usage_api(services.now().astimezone(UTC).date())
    seen = asked if isinstance(fleet, Unknown) else seen_at(fleet)
    found.say(
        f"*{days.name[:1].upper()}{days.name[1:]}*, {days.days} in UTC: {said} for {_bill.whom(cluster)}, *estimated*"
        + (f", *without {escape(left_out)}*" if least else ""),
        seen,
        *dict.fromkeys(source for each in priced for source in each.sources),
    )
    found.small(f"What Oracle charged is not known: {linked_up(why.settle)}", asked)
    if isinstance(fleet, Unknown):
        found.small(f"Nor can it be estimated: {escape(not_known(fleet))}")
        return found
    _lines(found, made, fleet)
    _limits(found, made, fleet, services)
    return found


def estimated(days: Period, cluster: Cluster | None, fleet: Fleet, services: Services) -> list[Estimate]:
    """Of what is there, and of what requests have had deleted since the period began."""
    known = ran(fleet, services, days.since, lambda _: True)
    if cluster is not None:
        known = known._replace(clusters=(cluster,))
    return estimates(known, days.since, days.until, services)


def _lines(answer: Answer, made: list[Estimate], fleet: Fleet) -> None:
    known, seen = _bill.names(fleet), seen_at(fleet)
    told = []
    for each in made[: _bill.SHOWN]:
        name = known.get(each.cluster.id) or _bill.deleted(each.cluster)
        said = _bill.row(name, _units(each), f"{each.hours:,.1f} h", f"*{escape(_cost(each))}*")
        told.append((said, (seen, each.cost)))
    answer.lines(told)
    if len(made) > _bill.SHOWN:
        answer.small(f"{len(made) - _bill.SHOWN} more clusters are in the sum and not shown.", seen)
    for settle in dict.fromkeys(
        f"{each.cost.what}. {each.cost.settle}" for each in unpriced(made) if isinstance(each.cost, Unknown)
    ):
        answer.small(f"⚪ Not known: {linked_up(settle)}", seen)


def _limits(answer: Answer, made: list[Estimate], fleet: Fleet, services: Services) -> None:
    """What the sum does not know of."""
    if disputed := [each.cluster.name for each in made if each.disputed]:
        names = ", ".join(named(each) for each in disputed[: _bill.SHOWN])
        answer.small(
            f"⚠️ Somebody has changed {names} past me, after a request did, and I do not know when: what there is now "
            "counts from the request on.",
            seen_at(fleet),
        )
    if regions := unseen(fleet):
        answer.small(
            f"Clusters in {' and '.join(map(named, regions))} could not be read and are not in the sum.", seen_at(fleet)
        )
    minimum = services.catalog.commitments.hosting
    answer.small(
        "The sum is units × hours so far × the price on file. Sizes are those of now, and before a change that was "
        "asked for here, those before it; what others changed or deleted by themselves is not known. Nor are credits "
        f"in it, nor the rest of the {minimum.count} unit-hours that Oracle bills for a hosting cluster at the least.",
        *minimum.sources,
    )


def _units(made: Estimate) -> str:
    """Such as "1 unit", or "2→4→2 units"."""
    sizes = [each.units for each in made.spans] or [made.cluster.unit_count]
    told = "→".join(map(str, sizes if len(sizes) < MOST_SIZES else (sizes[0], "…", sizes[-1])))
    return f"{told} unit{'' if told == '1' else 's'}"


def _cost(made: Estimate) -> str:
    return str(cents(made.cost.money)) if isinstance(made.cost, Price) else "unknown"

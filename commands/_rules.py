"""How a rule of the policy reads: what it covers, who must agree, how long, when it stands still, who is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from approvals.policy import Rule
from approvals.windows import FreezeWindow
from commands._blocks import date, named
from commands._waits import called
from commands._when import said

WINDOWS = 5
"""Freeze windows told one by one."""


def short(rule: Rule, compartments: Mapping[str, str]) -> str:
    """A rule in a line or two: for what, and by whom it is approved; `compartments` are their names by OCID."""
    needed = f"{rule.approvals} of {called(rule.approvers)}"
    if rule.different_groups:
        needed += ", each of another group"
    if rule.must_include:
        needed += f", among them {called(rule.must_include)}"
    return f"*{named(rule.name)}*: {covers(rule, compartments)}\n→ {needed}"


def covers(rule: Rule, compartments: Mapping[str, str]) -> str:
    """What it is for, in words; a star means anything, and is left out."""
    told = [
        f"{what} {named(', '.join(sorted(globs)), 200)}"
        for what, globs in (
            ("", rule.actions),
            ("clusters", rule.clusters),
            ("regions", rule.regions),
            ("compartments", {compartments.get(each, each) for each in rule.compartments}),
        )
        if globs != {"*"}
    ]
    told += [f"tagged {named(f'{tag}={value}', 100)}" for tag, value in sorted(rule.tags.items())]
    if size := rule.units_change:
        told.append(f"by {_between(size.min, size.max)} units")
    if cost := rule.monthly_change:
        told.append(f"by {_between(cost.min, cost.max)} {cost.currency} a month")
    return " · ".join(each.strip() for each in told) or "every change"


def terms(rule: Rule, now: datetime) -> Iterator[tuple[str, str]]:
    """Everything else it says, by what it is about."""
    yield "Approvals", "\n".join(_approvals(rule))
    yield (
        "Time",
        "\n".join(_times(rule)),
    )
    yield "May ask", called(rule.requesters) if rule.requesters else "everybody"
    yield "Freeze windows", "\n".join(_windows(rule, now)) or "none"
    yield "Told of it", _told(rule) or "nobody beside the channel"
    yield "Card", f"<#{rule.channel}>" if rule.channel else "in the channel where it was asked"
    if rule.break_glass:
        within = f"review within {said(rule.review_within)}"
        yield "May break the glass", f"{called(rule.break_glass)}\n{within}"
    else:
        yield "May break the glass", "nobody"


def _approvals(rule: Rule) -> Iterator[str]:
    yield f"{rule.approvals} of {called(rule.approvers)}"
    if rule.different_groups:
        yield "each of another of these groups"
    if rule.must_include:
        yield f"among them {called(rule.must_include)}"
    yield "one denial ends it" if rule.denials == 1 else f"{rule.denials} denials end it"
    if rule.reason_required:
        yield "asking wants a reason"
    if rule.comment_required:
        yield "approving wants a comment"


def _times(rule: Rule) -> Iterator[str]:
    yield f"undecided, expires {said(rule.expires_after)} after asking"
    yield f"reminds after {', '.join(map(said, rule.reminders))}" if rule.reminders else "reminds nobody"
    yield f"approved, begins within {said(rule.begin_within)} or expires"


def _windows(rule: Rule, now: datetime) -> Iterator[str]:
    for window in rule.freeze[:WINDOWS]:
        until = window.until(now)
        frozen = f" · *now*, until {date(until)}" if until else ""
        yield f"{named(window.reason, 100)}: {_when(window)}{frozen}"
    if len(rule.freeze) > WINDOWS:
        yield f"… and {len(rule.freeze) - WINDOWS} more"


def _when(window: FreezeWindow) -> str:
    if window.starts and window.ends:
        return f"{window.starts:%Y-%m-%d %H:%M} to {window.ends:%Y-%m-%d %H:%M}, {window.zone}"
    days = ", ".join(window.model_dump()["days"] or ())
    return f"{days} {window.from_:%H:%M} to {window.to:%H:%M}, {window.zone}"


def _told(rule: Rule) -> str:
    channels = ", ".join(f"<#{channel}>" for channel in sorted(rule.notify.channels))
    return " · ".join(filter(None, [called(rule.notify, "and"), channels]))


def _between(least: object, most: object) -> str:
    if least is None:
        return f"at most {most}"
    return f"at least {least}" if most is None else f"{least} to {most}"

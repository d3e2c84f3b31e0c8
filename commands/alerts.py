"""/dac alerts: what the watch has told of, since when, and who sees to it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from commands._alerts import priced, row
from commands._blocks import Block, actions, button, context, date, section
from commands._command import Arguments, Call, Command, Group, Reply, Services, Word
from commands._watch import watch
from dac.alerts import Board

SHOWN = 12
"""Alerts in one answer; what is worst and newest comes first."""

EACH = 4
"""Troubles told of each of them, where they are few."""


class AlertList(Arguments):
    which: Annotated[
        Literal["open", "all"],
        Word(),
        Field(title="all", description="`all`: those that have cleared in the last day too"),
    ] = "open"


def run(args: AlertList, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    board = watch(services).board()
    found = [each for each in board.incidents if each.open or args.which == "all"]
    found.sort(key=lambda each: (not each.open, each.severity, -each.number))
    bad = sum(bool(each.open) for each in found)
    text = f"{bad} open {'alert' if bad == 1 else 'alerts'}" if bad else "No alert is open"
    blocks: list[Block] = [section(f"*{text}*")]
    most = max(min(SHOWN // max(len(found), 1), EACH), 1)
    for each in found[:SHOWN]:
        blocks += row(each, most)
    if len(found) > SHOWN:
        blocks.append(section(f"… and {len(found) - SHOWN} more; `/dac status` shows every cluster."))
    if args.which == "open" and (over := sum(not each.open for each in board.incidents)):
        blocks.append(context(f"{over} {'has' if over == 1 else 'have'} ended within the last day."))
    source = priced([alert for each in found[:SHOWN] for alert in each.alerts[:most]])
    blocks.append(context(_looked(board), *([source] if source else [])))
    others = button("The last day's, too", "alerts all") if args.which == "open" else button("Open ones", "alerts")
    return Reply(text=text, blocks=[*blocks, actions(others, button("All clusters", "status"))])


def _looked(board: Board) -> str:
    waiting = sum(each.number is None for each in board.alerts)
    looked = (
        f"Looked at the clusters {date(board.looked_at)}." if board.looked_at else "Nothing has been looked at yet."
    )
    if not waiting:
        return looked
    what, lasts = (
        ("1 thing that may be wrong is", "it has")
        if waiting == 1
        else (f"{waiting} things that may be wrong are", "they have")
    )
    return f"{looked} {what} not told yet: {lasts} to last for some minutes, or quiet hours have to end."


COMMAND = Command(
    name="alerts",
    summary="What the watch has told the channel of and is not over yet, since when, and who sees to it.",
    arguments=AlertList,
    run=run,
    examples=("alerts", "alerts all"),
    group=Group.LOOK,
    order=13,
)

"""What a playbook found, as a message: likely causes with their evidence and remedies first, the others in short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from commands._advice import offer
from commands._blocks import MESSAGE_TEXT, Block, actions, clip, context, date, escape, length, section
from dac.diagnosis import Diagnosis, Found, command_line, likely_first
from dac.playbooks import Remedy
from dac.verdicts import Ruling, Verdict

EVIDENCE = 500
"""Characters of evidence for one cause: Oracle's own words may be long."""

DETAILED = 6
"""Likely causes that are told with all that helps; of more than that nobody would know where to begin."""

UNKNOWN_SHOWN = 6
ROW = 3
"""Buttons of one cause."""

BUTTONS = 12
"""Of one message: a phone shows each in a line of its own."""


def drawn(found: Sequence[Diagnosis], names: dict[str, str]) -> list[Block]:
    """The causes of one playbook or of several, `names` filled into the command lines of their remedies."""
    pairs = likely_first(found)
    blocks: list[Block] = []
    offered: set[str] = set()
    for diagnosis, cause in pairs[:DETAILED]:
        blocks += _likely(cause, names, offered, title=diagnosis.playbook.title if len(found) > 1 else "")
    if len(pairs) > DETAILED:
        more = "\n".join(f"• {escape(cause.cause.text)}" for _, cause in pairs[DETAILED:])
        blocks.append(section(f"*Likely as well*\n{more}"))
    if unknown := _once(found, Ruling.UNKNOWN):
        told = [f"• {escape(each.cause.text)}: {_evidence(each.verdict)}{_settle(each.verdict)}" for each in unknown]
        blocks += _listed("⚪ *Not known*", told, UNKNOWN_SHOWN)
    if ruled_out := _once(found, Ruling.RULED_OUT):
        blocks.append(_ruled_out(ruled_out) if len(found) == 1 else _nothing_found(found, len(ruled_out)))
    return _within(blocks)


def summary(found: Sequence[Diagnosis]) -> str:
    """In one sentence what is likely."""
    pairs = likely_first(found)
    unknown = len(_once(found, Ruling.UNKNOWN))
    unsettled = f"; {unknown} could not be told" if unknown else ""
    if not pairs:
        looked = sum(len(each.found) for each in found)
        return f"None of {looked} causes is likely{unsettled}"
    more = f", and {len(pairs) - 1} more" if len(pairs) > 1 else ""
    return f"Likely: {pairs[0][1].cause.text}{more}{unsettled}"


def _likely(found: Found, names: dict[str, str], offered: set[str], *, title: str) -> Iterator[Block]:
    cause, verdict = found.cause, found.verdict
    of = f" · {escape(title)}" if title else ""
    lines = [f"🔴 *{escape(cause.text)}*{of}", f"{_evidence(verdict)} _({_strength(verdict)}, {date(verdict.at)})_"]
    lines += [f"→ {_remedy(each)}" for each in cause.remedies]
    if cause.note:
        lines.append(f"_{escape(cause.note)}_")
    yield section("\n".join(lines))
    wanted = [(each.label or each.text, command_line(each.command, names)) for each in cause.remedies if each.command]
    fresh = [each for each in wanted if each[1] not in offered][:ROW]
    if len(offered) + len(fresh) <= BUTTONS and (buttons := offer(*fresh)):
        offered.update(line for _, line in fresh)
        yield actions(*buttons)


def _strength(verdict: Verdict) -> str:
    return {1: "a hint", 2: "measured", 3: "as Oracle says"}[verdict.strength]


def _remedy(remedy: Remedy) -> str:
    return f"{escape(remedy.text)} (<{remedy.link}|read>)" if remedy.link else escape(remedy.text)


def _evidence(verdict: Verdict) -> str:
    return clip(escape(verdict.evidence), EVIDENCE)


def _settle(verdict: Verdict) -> str:
    return f" → {clip(escape(verdict.settle), EVIDENCE)}" if verdict.settle else ""


def _ruled_out(found: Sequence[Found]) -> Block:
    told = "\n".join(f"{escape(each.cause.text)}: {_evidence(each.verdict)}" for each in found)
    return context(f"🟢 *Ruled out*\n{told}")


def _nothing_found(found: Sequence[Diagnosis], causes: int) -> Block:
    """Of several playbooks: dozens of causes would be a wall of words, so those are named that found nothing at all."""
    counted = "1 cause" if causes == 1 else f"{causes} causes"
    well = [each.playbook.title for each in found if len(each.of(Ruling.RULED_OUT)) == len(each.found)]
    none = f"\nNothing points to: {escape(' · '.join(well))}" if well else ""
    return context(f"🟢 *Ruled out:* {counted}, each with its evidence in the transcript{none}")


def _once(found: Sequence[Diagnosis], ruling: Ruling) -> list[Found]:
    """Each cause once, for several playbooks look at the same."""
    return list({each.cause.checks: each for diagnosis in found for each in diagnosis.of(ruling)}.values())


def _listed(title: str, lines: Sequence[str], most: int) -> list[Block]:
    rest = [f"… and {len(lines) - most} more, in the transcript"] if len(lines) > most else []
    return [section("\n".join([title, *lines[:most], *rest]))]


def _within(blocks: list[Block]) -> list[Block]:
    """What a message holds: the last ones are left out, for the likeliest stand first."""
    while length(blocks) > MESSAGE_TEXT:
        blocks = blocks[:-1]
    return blocks

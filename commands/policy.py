"""/dac policy: the approval rules, or what asking for a change would come to, recording nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from approvals.policy import Rule
from commands import _rules, _terms
from commands._blocks import Block, actions, button, context, divider, escape, fields, named, people, section
from commands._command import Arguments, Call, Command, Group, Option, Reply, Rest, Services
from commands._parse import arguments, lacking, understood
from commands._waits import called
from dac.compartments import named_only
from dac.errors import DacError, Denied, Invalid, NotFound
from dac.plans import Plan

PAGE = 10
PASSED_OVER = 12
QUOTED = re.compile(r"[\"“”„`](.*)[\"“”„`]", re.DOTALL)


class Policy(Arguments):
    page: Annotated[int, Option(), Field(ge=1, title="n", description="A further page of a long policy")] = 1
    command: Annotated[
        str,
        Rest(after=""),
        Field(max_length=2500, title="command", description="A command to try, such as: scale chat-prod 8 --for 4h"),
    ] = ""


def run(args: Policy, call: Call, services: Services) -> Reply:
    line = args.command.strip()
    whole = QUOTED.fullmatch(line)
    line = (whole[1] if whole else line).strip().removeprefix("/dac").strip()
    return _dry_run(line, call, services) if line else _all(args.page, services)


def _all(page: int, services: Services) -> Reply:
    policy = services.approvals.policy
    pages = -(-len(policy.rules) // PAGE)
    if page > pages:
        raise NotFound(f"There is no page {page}: the {len(policy.rules)} rules fit on {pages}.")
    compartments = named_only(services.fleet.compartments())
    first = (page - 1) * PAGE
    shown = policy.rules[first : first + PAGE]
    blocks: list[Block] = [
        section("*The approval policy*: the first rule that covers a change decides; what none covers is refused."),
        *(section(f"{place}. {_rules.short(rule, compartments)}") for place, rule in enumerate(shown, first + 1)),
        divider(),
    ]
    freezers = called(policy.freezers) or "nobody"
    counted = f"{first + 1} to {first + len(shown)} of {len(policy.rules)} rules" if pages > 1 else ""
    told = [counted, f"`/dac freeze`: {freezers}", _fingerprint(services)]
    blocks.append(context(" · ".join(filter(None, told)), "`/dac policy scale chat 8` tells what a change would need"))
    row = [actions(button("Next page", f"policy --page {page + 1}"))] if page < pages else []
    names = ", ".join(rule.name for rule in shown)
    return Reply(text=escape(f"The approval policy: {names}")[:3000], blocks=[*blocks, *row])


def _dry_run(line: str, call: Call, services: Services) -> Reply:
    plan = _planned(line, call, services)
    policy = services.approvals.policy
    judged = policy.judge(plan)
    eligible, refusal = _considered(plan, call, services)
    verdict = f"❌ You could not ask for it: {named(refusal, 600)}" if refusal else "✅ You may ask for it."
    blocks: list[Block] = [section(f"*Only a try, nothing is recorded*\n{escape(plan.summary)}\n{verdict}")]
    blocks.append(
        section(
            "\n".join(
                _ruled(judged.rule, judged.passed_over, len(policy.rules), named_only(services.fleet.compartments()))
            )
        )
    )
    if judged.rule:
        blocks.append(fields((label, value[:1900]) for label, value in _rules.terms(judged.rule, services.now())))
        if eligible:
            blocks.append(section(f"*Could approve now*: {people(eligible, most=20)}"))
    comes = [_terms.cost(plan), *_terms.budgets(plan), *_terms.timing(plan)]
    comes += _terms.obstacles(judged.rule, plan, services) if judged.rule else _terms.frozen(services)
    blocks.append(section("*What it would come to*\n" + "\n".join(f"• {each}" for each in comes)))
    blocks.append(context(_fingerprint(services), *_terms.cited(plan)))
    return Reply(text=escape(f"A try: {plan.summary}. {refusal or 'You may ask for it.'}")[:3000], blocks=blocks)


def _planned(line: str, call: Call, services: Services) -> Plan:
    """What the command line would ask for; raises what the command itself would raise."""
    # The list of commands is made from the files, this one among them, so it is looked at when asked.
    from commands import COMMANDS  # noqa: PLC0415

    command, parsed = understood(COMMANDS, line, call.request_id)
    if command.plan is None:
        can = " and ".join(f"`{name}`" for name, each in COMMANDS.items() if each.plan)
        raise Invalid(f"`{command.name}` asks for no change, so no rule decides over it; try {can}.")
    if parsed.missing:
        raise lacking(command, parsed)
    return command.plan(arguments(command, parsed.values), call, services)


def _considered(plan: Plan, call: Call, services: Services) -> tuple[tuple[str, ...], str]:
    """Who could approve it as of now, and why it could not be asked; one of them is empty."""
    try:
        return services.approvals.consider(plan, call.user).eligible, ""
    except (Denied, Invalid) as refusal:
        return (), str(refusal)
    except DacError as trouble:
        return (), f"{trouble} Who could approve is not known just now."


def _ruled(
    rule: Rule | None, passed_over: tuple[tuple[str, str], ...], count: int, compartments: Mapping[str, str]
) -> Iterator[str]:
    if rule:
        covered = _rules.covers(rule, compartments)
        yield f"*Rule {len(passed_over) + 1} of {count} decides*: “{named(rule.name)}” ({covered})"
    else:
        yield f"*No rule covers it*, of {count}:"
    for name, why in passed_over[:PASSED_OVER]:
        yield f"• not “{named(name)}”: {named(why, 150)}"
    if len(passed_over) > PASSED_OVER:
        yield f"• nor {len(passed_over) - PASSED_OVER} more"


def _fingerprint(services: Services) -> str:
    return f"Policy `{services.approvals.policy.digest[:12]}`"


COMMAND = Command(
    name="policy",
    summary="The approval rules in order; or what asking for a change would come to, without asking.",
    arguments=Policy,
    run=run,
    examples=("policy", "policy scale chat-prod 8", "policy scale chat-prod +2 --for 8h --at 18:00"),
    group=Group.LOOK,
    order=18,
)

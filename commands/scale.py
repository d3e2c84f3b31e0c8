"""/dac scale: ask for another number of units; nothing happens before it is approved."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from approvals.service import REASON_LENGTH
from commands._blocks import Block, actions, button, context, date, escape, people, section
from commands._command import Arguments, Call, Command, Reply, Rest, Services, Word
from commands._pick import clusters
from commands._words import linked, signed
from dac.errors import Invalid
from dac.figures import Price
from dac.naming import find_cluster
from dac.plans import cost_change, plan_scale, target_units


class Scale(Arguments):
    cluster: Annotated[str, Word(), Field(min_length=1, max_length=300, description="Its name, or the beginning of it")]
    units: Annotated[
        str,
        Word(),
        Field(
            min_length=1, max_length=20, title="units|+n|-n", description="The new size such as 8, or a change: +2, -1"
        ),
    ]
    because: Annotated[
        str,
        Rest(),
        Field(max_length=REASON_LENGTH, title="reason", description="Why; the people who approve read this"),
    ] = ""

    @field_validator("units")
    @classmethod
    def _is_a_size(cls, units: str) -> str:
        try:
            target_units(units, 1)
        except Invalid as error:
            raise ValueError(str(error)) from None
        return units.strip()


def run(args: Scale, call: Call, services: Services) -> Reply:
    named = find_cluster(services.fleet.fleet(), args.cluster)
    cluster = services.fleet.cluster(named.region, named.id)
    plan = plan_scale(
        cluster,
        target_units(args.units, cluster.unit_count),
        catalog=services.catalog,
        headroom=services.fleet.headroom(cluster),
        now=services.now(),
    )
    request = services.approvals.submit(
        plan, requester=call.user, reason=args.because, channel=call.channel, delivery=call.delivery
    )
    change = cost_change(plan)
    money = f" · {signed(change)} a month at list price" if isinstance(change, Price) else ""
    blocks: list[Block] = [
        section(f"*Request {request.id}* is in <#{request.channel}>: {escape(plan.summary)}{money}."),
        context(
            f"It needs {request.rule.approvals} of {people(request.can_still_approve)} by {date(request.expires_at)}.",
            *([f"List price: {linked(change.sources[0])}"] if isinstance(change, Price) else []),
        ),
        actions(button("Cancel it", f"cancel {request.id}")),
    ]
    return Reply(text=escape(f"Request {request.id}: {plan.summary}"), blocks=blocks)


COMMAND = Command(
    name="scale",
    summary="Ask for another number of units. Nothing changes before it is approved.",
    arguments=Scale,
    run=run,
    examples=("scale chat-prod 4 because launch week", "scale chat-prod +2", "scale chat-prod -1"),
    menus={"cluster": clusters},
    submit="Ask for approval",
    order=20,
)

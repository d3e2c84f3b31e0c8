"""The App Home: what waits for this person, what is theirs, what is held or stopped, and the fleet at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from approvals.request import Request
from approvals.standing import AGREE, APPROVE, CANCEL, DENY, REVIEW
from commands._blocks import (
    Block,
    actions,
    button,
    context,
    date,
    divider,
    escape,
    header,
    named,
    quote,
    section,
)
from commands._card import extend_button
from commands._command import Services
from commands._decide import offered, possible
from commands._freezing import unfreeze_button
from commands._rows import priced, row
from commands._standing import returning, size
from commands.status import overview
from dac.errors import DacError

SHOWN = 5
"""Requests of one kind."""

LOOKED_AT = 200
"""Waiting requests that are looked through for one person; who may decide is asked of Slack for each."""

REASON = 600

Part = Callable[[Services, str], list[Block]]


def home(services: Services, user: str) -> Block:
    """A view for `views.publish`. A part that cannot be read says so in its place, and the rest is shown."""
    blocks: list[Block] = [header("Dedicated AI clusters"), _row()]
    for what, part in PARTS.items():
        try:
            blocks += part(services, user)
        except DacError as error:
            blocks += [divider(), section(f"*{what}*\n⚠️ Not read: {named(str(error), 600)}")]
    return {
        "type": "home",
        "blocks": [*blocks, context("Nothing changes before your colleagues have approved it.")],
    }


def _row() -> Block:
    return actions(
        button("Read again", "home"),
        button("Scale a cluster …", "scale"),
        button("All requests", "requests all"),
        button("Help", "help"),
    )


def _frozen(services: Services, user: str) -> list[Block]:
    freeze = services.requests.freeze()
    if freeze is None:
        return []
    said = f"🧊 *Everything is frozen* by <@{freeze.by}>, {date(freeze.since)}: nothing approved is begun."
    because = f"\n{quote(freeze.because, REASON)}" if freeze.because else ""
    blocks = [divider(), section(said + because)]
    try:
        may = services.freezer.may(user)
    except DacError as error:
        return [*blocks, context(f"⚠️ Whether you may lift it cannot be told: {named(str(error), 300)}")]
    return [*blocks, actions(unfreeze_button(freeze))] if may else blocks


def _waiting(services: Services, user: str) -> list[Block]:
    """Those the person may decide over now; and those they were asked for, with what keeps them from it."""
    now, found, kept = services.now(), list[tuple[Request, list[str]]](), list[str]()
    waiting = services.requests.waiting()
    for request in waiting[:LOOKED_AT]:
        no = possible(request, user, services)
        may = [attempt for attempt in (AGREE, APPROVE, DENY) if not no[attempt]]
        if AGREE in may or APPROVE in may:
            found.append((request, may))
        elif user in request.can_still_approve and now < request.expires_at:
            kept.append(f"⚠️ Request {request.id}: {escape(no[APPROVE])}")
    blocks = _title("Waiting for you", [*found, *kept])
    for request, may in found[:SHOWN]:
        blocks += [_decided(request, services), actions(*offered(request, may))]
    blocks += [context("\n".join(kept[:SHOWN]))] if kept else []
    unseen = len(waiting) - LOOKED_AT
    if unseen > 0:
        blocks.append(context(f"{unseen} younger requests wait as well, not looked through: `/dac requests waiting`"))
    shown = [request for request, _ in found[:SHOWN]]
    return [*blocks, *priced(shown), *_more(len(found), "requests waiting")]


def _reviews(services: Services, user: str) -> list[Block]:
    owed = [each for each in services.requests.review_owed() if not possible(each, user, services)[REVIEW]]
    blocks = _title("Reviews owed by you", owed)
    for request in owed[:SHOWN]:
        blocks += [_decided(request, services), actions(*offered(request, [REVIEW]))]
    return [*blocks, *priced(owed[:SHOWN]), *_more(len(owed), "requests waiting")]


def _decided(request: Request, services: Services) -> Block:
    """With all that is needed to decide over it right here."""
    return row(request, services.now(), services.link(request.id), reason=True)


def _own(services: Services, user: str) -> list[Block]:
    """The newest; one more than is shown tells whether there are more."""
    found = services.requests.of(user, SHOWN + 1)
    blocks = _title("Your requests", found[:SHOWN])
    for request in found[:SHOWN]:
        blocks.append(row(request, services.now(), services.link(request.id)))
        if not possible(request, user, services)[CANCEL]:
            blocks.append(actions(*offered(request, [CANCEL])))
    more = [context("More of yours: `/dac requests mine`")] if len(found) > SHOWN else []
    return [*blocks, *priced(found[:SHOWN]), *more]


def _leases(services: Services, user: str) -> list[Block]:  # noqa: ARG001 - every part is made of the same two
    found = services.requests.leased()
    blocks = _title("Leases", found)
    for request in found[:SHOWN]:
        lease, back = request.lease, returning(request)
        ends = f"ends {date(lease.ends_at)}" if lease else "has not begun"
        how = f"request {back} is giving it back" if back is not None else ends
        said = f"🔁 *{named(request.plan.subject.name)}* with {size(request.plan)}: {how}"
        by = f"{_number(request, services)} of <@{request.requester}>"
        blocks.append(section(f"{said}\n{by}", extend_button(request) if back is None else _details(request)))
    return [*blocks, *_more(len(found), "requests all")]


def _locked(services: Services, user: str) -> list[Block]:  # noqa: ARG001 - as above
    found = services.requests.holding()
    blocks = _title("Locked clusters", found)
    for request in found[:SHOWN]:
        done = f", {request.claim.percent} % done" if request.claim and request.claim.percent else ""
        said = f"🔒 *{named(request.plan.subject.name)}*: {_number(request, services)} is changing it{done}"
        blocks.append(section(f"{said}\n{escape(request.plan.summary)}", _details(request)))
    return [*blocks, *_more(len(found), "requests all")]


def _fleet(services: Services, user: str) -> list[Block]:  # noqa: ARG001 - as above
    return [divider(), *overview(services)[1]]


def _title(text: str, found: Sequence[object]) -> list[Block]:
    """None where there is nothing to head."""
    return [divider(), section(f"*{text}*")] if found else []


def _more(count: int, command: str) -> list[Block]:
    return [context(f"… and {count - SHOWN} more: `/dac {command}`")] if count > SHOWN else []


def _number(request: Request, services: Services) -> str:
    link = services.link(request.id)
    return f"<{escape(link)}|request {request.id}>" if link else f"request {request.id}"


def _details(request: Request) -> Block:
    return button("Details", f"request {request.id}")


PARTS: dict[str, Part] = {
    "Freeze": _frozen,
    "Waiting for you": _waiting,
    "Reviews owed by you": _reviews,
    "Your requests": _own,
    "Leases": _leases,
    "Locked clusters": _locked,
    "The fleet": _fleet,
}
"""In the order in which they matter."""

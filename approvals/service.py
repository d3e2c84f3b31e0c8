"""What people do with requests: ask, approve, deny, cancel; and what time does: expire."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from approvals.policy import MembersOf, Policy
from approvals.request import BOT, Approved, Body, Cancelled, Denied, Expired, Refused, Request, Submitted, Voted
from approvals.states import SAID, State
from approvals.store import Store
from dac import errors
from dac.plans import Plan

REASON_LENGTH = 2000
"""Characters of a reason or comment that are kept; a longer one is refused, not cut."""


class Approvals:
    """The only way people change a request. Every method is safe to call from many threads and processes."""

    def __init__(self, store: Store, policy: Policy, members_of: MembersOf, now: Callable[[], datetime]) -> None:
        self._store = store
        self._policy = policy
        self._members_of = members_of
        self._now = now

    def get(self, request_id: int) -> Request:
        return self._store.get(request_id)

    def submit(self, plan: Plan, *, requester: str, reason: str, channel: str, delivery: str) -> Request:
        """Ask for a change. `delivery` names the click or command: the same one never asks twice.

        Raises `Denied` without a rule, `Invalid` for a reason too long or when too few people could ever approve,
        `Unavailable` when a user group cannot be looked up.
        """
        _check_words("reason", reason)
        rule = self._policy.rule_for(plan)
        eligible = tuple(sorted(rule.approvers.resolve(self._members_of) - {requester}))
        if len(eligible) < rule.approvals:
            raise errors.Invalid(
                f"Nobody could ever approve this: the rule “{rule.name}” asks for {_people(rule.approvals)} other "
                f"than you, and names {_people(len(eligible))}. Whoever keeps the policy file can add approvers."
            )
        at = self._now()
        body = Submitted(
            plan=plan,
            digest=plan.digest,
            reason=reason.strip(),
            rule=rule,
            eligible=eligible,
            channel=rule.channel or channel,
            nonce=secrets.token_hex(4),
            expires_at=at + rule.expires_after,
        )
        return self._store.submit(body, actor=requester, at=at, delivery=delivery)

    def approve(self, request_id: int, voter: str, *, comment: str = "", digest: str | None = None) -> Request:
        """Count one person's yes. `digest` is that of the plan they were shown, where it is known."""

        def decide(request: Request) -> Body:
            if digest is not None and not (digest and request.digest.startswith(digest)):
                raise errors.Conflict(f"Request {request.id} is for another plan than the one shown; look at it again.")
            if voter in request.voters:
                raise errors.Conflict(f"You have already approved request {request.id}.")
            return Approved(comment=comment) if request.missing <= 1 else Voted(comment=comment)

        return self._vote(request_id, voter, "approve", comment, decide)

    def deny(self, request_id: int, voter: str, *, because: str) -> Request:
        if not because.strip():
            raise errors.Invalid("Say why you deny it, so that the person who asked can do better.")
        return self._vote(request_id, voter, "deny", because, lambda _: Denied(because=because.strip()))

    def cancel(self, request_id: int, actor: str, *, because: str = "") -> Request:
        """Withdraw one's own request, as long as nothing has been begun."""
        _check_words("reason", because)

        def decide(request: Request) -> Body:
            if request.requester != actor:
                raise errors.Denied(f"Only the person who asked for it can cancel request {request.id}.")
            if request.state not in {State.PENDING, State.APPROVED}:
                raise errors.Conflict(f"Request {request.id} {SAID[request.state]}; it is too late to cancel it.")
            return Cancelled(because=because.strip())

        return self._attempt(request_id, actor, "cancel", decide)

    def expire(self) -> list[Request]:
        """End every request whose time is up, those agreed but never begun included."""
        at = self._now()

        def decide(request: Request) -> Body | None:
            return Expired() if _is_overdue(request, at) else None

        ended = [self._store.change(each.id, decide, actor=BOT, at=at) for each in self._store.overdue(at)]
        return [each for each in ended if each.state is State.EXPIRED]

    def _vote(
        self, request_id: int, voter: str, attempt: str, comment: str, decide: Callable[[Request], Body]
    ) -> Request:
        _check_words("comment", comment)
        # Who is in a group is asked of Slack, so before the transaction; it counts as of this click.
        may = self._store.get(request_id).rule.approvers.include(voter, self._members_of)

        def checked(request: Request) -> Body:
            _check_open(request, self._now(), attempt)
            if voter == request.requester:
                raise errors.Denied("You asked for this change; someone else must decide over it.")
            if not may:
                raise errors.Denied(
                    f"You are not among the approvers of the rule “{request.rule.name}”, so you cannot {attempt} "
                    f"request {request.id}. That you tried is on record."
                )
            return decide(request)

        return self._attempt(request_id, voter, attempt, checked)

    def _attempt(self, request_id: int, actor: str, attempt: str, decide: Callable[[Request], Body]) -> Request:
        try:
            return self._store.change(request_id, decide, actor=actor, at=self._now())
        except (errors.Denied, errors.Conflict) as refusal:
            refused = Refused(attempt=attempt, because=str(refusal))
            self._store.change(request_id, lambda _: refused, actor=actor, at=self._now())
            raise


def _check_open(request: Request, at: datetime, attempt: str) -> None:
    if request.state is not State.PENDING:
        raise errors.Conflict(f"Request {request.id} {SAID[request.state]}; it is too late to {attempt} it.")
    if at >= request.expires_at:
        raise errors.Conflict(f"Request {request.id} has expired; ask again.")


def _is_overdue(request: Request, at: datetime) -> bool:
    return request.state in {State.PENDING, State.APPROVED} and at >= request.expires_at


def _check_words(what: str, words: str) -> None:
    try:
        words.encode()
    except UnicodeEncodeError:
        raise errors.Invalid(f"The {what} holds half a character, such as a cut emoji; type it again.") from None
    if len(words) > REASON_LENGTH:
        raise errors.Invalid(
            f"The {what} is {len(words):,} characters long; {REASON_LENGTH:,} is the most. "
            "Put the details behind a link and say the gist."
        )


def _people(count: int) -> str:
    return {0: "nobody", 1: "one person"}.get(count, f"{count} people")

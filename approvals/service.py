"""What people do with requests: ask, approve, deny, edit, cancel, act in an emergency and answer for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TypeAlias

from approvals import checks
from approvals.asking import Asked, HasLeft, consider, hopeless
from approvals.events import (
    Amended,
    Approved,
    AskRefused,
    Body,
    BrokenGlass,
    Cancelled,
    Consented,
    Denied,
    Objected,
    Refused,
    Reviewed,
    Submitted,
    Voted,
)
from approvals.leftovers import left
from approvals.policy import MembersOf, Policy
from approvals.request import Request
from approvals.standing import (
    AGREE,
    APPROVE,
    ATTEMPTS,
    BREAK_GLASS,
    CANCEL,
    CONFIRM,
    DENY,
    EDIT,
    REVIEW,
    STOP,
    Standing,
)
from approvals.states import State
from approvals.step_events import Confirmed
from approvals.store import Repeated, Store
from approvals.tally import Approval, tally
from approvals.timely import begin_by
from approvals.words import check_words
from dac import errors
from dac.plans import Plan

Decide: TypeAlias = Callable[[Request, datetime], Body]
"""Given the request as it is and the moment: what happens to it, or why it may not."""


class _Moved(Exception):
    """Another rule holds than the one whose people were looked up."""


class Approvals:
    """The only way people change a request. Every method is safe to call from many threads and processes.

    `policy` gives the policy as it is now; a request keeps the rule it was judged under. `delivery` names the click
    or command, so that a second copy of it does nothing. What is asked in a `dry_run` is a rehearsal for good. Who
    `has_left` is not counted on, though the policy still names them.
    """

    def __init__(
        self,
        store: Store,
        policy: Callable[[], Policy],
        members_of: MembersOf,
        now: Callable[[], datetime],
        *,
        has_left: HasLeft = lambda _: False,
        dry_run: bool = False,
    ) -> None:
        self._store = store
        self._policy = policy
        self._members_of = members_of
        self._has_left = has_left
        self._people = Standing(members_of)
        self._now = now
        self._dry_run = dry_run

    @property
    def policy(self) -> Policy:
        return self._policy()

    def get(self, request_id: int) -> Request:
        return self._store.get(request_id)

    def consider(self, plan: Plan, requester: str) -> Asked:
        """Under which rule it would be asked and who could decide, recording nothing; raises as `submit` does."""
        return consider(plan, requester, self._policy(), self._members_of, self._has_left)

    def submit(
        self,
        plan: Plan,
        *,
        requester: str,
        reason: str,
        channel: str,
        delivery: str,
        replaces: int | None = None,
    ) -> Request:
        """Ask for a change. A second copy of a delivery finds what became of the first, whatever the policy says now.

        Raises `Denied` without a rule or where the rule lets only others ask, `Invalid` for a reason too long or
        missing, or when too few people could ever approve, `Unavailable` when a user group cannot be looked up.
        """
        check_words("reason", reason)
        if made := self._store.asked_by(delivery):
            return made
        at = self._now()
        try:
            asked = self.consider(plan, requester)
        except errors.Denied as refusal:
            tried = AskRefused(attempt=plan.summary, because=str(refusal))
            self._store.note(tried, actor=requester, at=at, delivery=delivery)
            raise
        if asked.rule.reason_required and not reason.strip():
            raise errors.Invalid(f"The rule “{asked.rule.name}” wants a reason: add “because …”.")
        body = Submitted(
            plan=plan,
            digest=plan.digest,
            reason=reason.strip(),
            rule=asked.rule,
            rule_digest=asked.rule.digest,
            eligible=asked.eligible,
            channel=asked.rule.channel or channel,
            asked_in=channel,
            nonce=secrets.token_hex(4),
            expires_at=at + asked.rule.expires_after,
            rehearsal=self._dry_run,
            replaces=replaces,
        )
        return self._store.submit(body, actor=requester, at=at, delivery=delivery)

    def approve(
        self,
        request_id: int,
        voter: str,
        *,
        comment: str = "",
        digest: str | None = None,
        delivery: str | None = None,
    ) -> Request:
        """Count one person's yes. `digest` is that of the plan they were shown, where it is known."""
        check_words("comment", comment)

        def prepare(seen: Request) -> Decide:
            groups = self._people.groups_of(voter, seen.rule)

            def decide(request: Request, at: datetime) -> Body:
                checks.must_be_shown(request, digest, at)
                if request.rule.comment_required and not comment.strip():
                    raise errors.Invalid(
                        f"The rule “{request.rule.name}” wants a comment with an approval: say “approve {request.id} "
                        "because …”."
                    )
                agreed = (*request.approvals, Approval(voter=voter, at=at, groups=groups))
                if request.consented and tally(request.rule, agreed).enough:
                    return Approved(comment=comment.strip(), groups=groups, begin_by=begin_by(request, at))
                return Voted(comment=comment.strip(), groups=groups)

            return decide

        return self._attempt(request_id, voter, APPROVE, prepare, delivery)

    def agree(self, request_id: int, actor: str, *, digest: str | None = None, delivery: str | None = None) -> Request:
        """The person who asked accepts what an approver has made of it."""

        def decide(request: Request, at: datetime) -> Body:
            checks.must_be_shown(request, digest, at)
            if request.tally.enough:
                return Approved(by="consent", begin_by=begin_by(request, at))
            return Consented()

        return self._attempt(request_id, actor, AGREE, lambda _: decide, delivery)

    def deny(
        self, request_id: int, voter: str, *, because: str, digest: str | None = None, delivery: str | None = None
    ) -> Request:
        """Count one person's no; without the digest of what was shown, it is for whatever is asked now."""
        check_words("comment", because)
        if not because.strip():
            raise errors.Invalid("Say why you deny it, so that the person who asked can do better.")

        def decide(request: Request, _: datetime) -> Body:
            checks.must_be_meant(request, digest)
            against = {each.voter for each in request.objections} | {voter}
            kind = Denied if len(against) >= request.rule.denials else Objected
            return kind(because=because.strip())

        return self._attempt(request_id, voter, DENY, lambda _: decide, delivery)

    def edit(
        self, request_id: int, actor: str, plan: Plan, *, because: str = "", delivery: str | None = None
    ) -> Request:
        """Another plan for the same cluster: everybody who has agreed agrees anew, the person who asked included.

        It is judged by the rule that covers it now. An approver of that rule who proposes it has approved it.
        """
        check_words("comment", because)
        why = because.strip()

        def prepare(seen: Request) -> Decide:
            who = "you" if actor == seen.requester else "the person who asked"
            asked = consider(plan, seen.requester, self._policy(), self._members_of, self._has_left, who=who)
            rule, agrees = asked.rule, actor in asked.eligible
            groups = self._people.groups_of(actor, rule) if agrees else ()

            def decide(request: Request, at: datetime) -> Body:
                _check_proposal(request, plan)
                if rule.reason_required and not (request.reason or why):
                    raise errors.Invalid(f"The rule “{rule.name}” wants a reason: add “because …”.")
                if rule.comment_required and agrees and not why:
                    raise errors.Invalid(
                        f"The rule “{rule.name}” wants a comment with an approval, and your proposal is one: "
                        "add “because …”."
                    )
                return Amended(
                    plan=plan,
                    digest=plan.digest,
                    rule=rule,
                    rule_digest=rule.digest,
                    eligible=asked.eligible,
                    because=why,
                    expires_at=at + rule.expires_after,
                    agrees=agrees,
                    groups=groups,
                )

            return decide

        return self._attempt(request_id, actor, EDIT, prepare, delivery)

    def cancel(self, request_id: int, actor: str, *, because: str = "", delivery: str | None = None) -> Request:
        """Withdraw one's own request, as long as Oracle is not at work on it."""
        check_words("reason", because)
        return self._attempt(request_id, actor, CANCEL, lambda _: _ended(because), delivery)

    def confirm(self, request_id: int, actor: str, *, comment: str = "", delivery: str | None = None) -> Request:
        """Let go on what waits for a person between two of its steps."""
        check_words("comment", comment)
        confirmed = Confirmed(comment=comment.strip())
        return self._attempt(request_id, actor, CONFIRM, lambda _: lambda *_: confirmed, delivery)

    def stop(self, request_id: int, actor: str, *, because: str = "", delivery: str | None = None) -> Request:
        """End there what waits for a person; what exists by then is said, with the way back."""
        check_words("reason", because)
        return self._attempt(request_id, actor, STOP, lambda _: _ended(because), delivery)

    def break_glass(
        self,
        request_id: int,
        actor: str,
        *,
        because: str,
        confirmed: str,
        digest: str | None = None,
        delivery: str | None = None,
    ) -> Request:
        """Act alone in an emergency. `confirmed` repeats the cluster's name; a review is owed afterwards."""
        check_words("reason", because)
        if not because.strip():
            raise errors.Invalid("Say why this cannot wait for an approval; everybody will read it.")

        def decide(request: Request, at: datetime) -> Body:
            checks.must_be_shown(request, digest, at)
            name = request.plan.subject.name
            if confirmed.strip().casefold() != name.casefold():
                raise errors.Invalid(f"To confirm, repeat the cluster's name, {name}; nothing has been done.")
            return BrokenGlass(
                because=because.strip(),
                reviewers=checks.reviewers(request, actor),
                review_by=at + request.rule.review_within,
                begin_by=begin_by(request, at),
            )

        return self._attempt(request_id, actor, BREAK_GLASS, lambda _: decide, delivery)

    def review(
        self, request_id: int, actor: str, *, justified: bool, comment: str, delivery: str | None = None
    ) -> Request:
        """Say afterwards whether an emergency was one."""
        check_words("comment", comment)
        if not comment.strip():
            raise errors.Invalid("Say what you found; the review stays on record.")
        reviewed = Reviewed(justified=justified, comment=comment.strip())
        return self._attempt(request_id, actor, REVIEW, lambda _: lambda *_: reviewed, delivery)

    def possible(self, request: Request, person: str) -> Iterator[tuple[str, str]]:
        """Everything one can try with a request, and why this person may not do it now; empty where they may."""
        for attempt in ATTEMPTS:
            try:
                self._people.judged(request, person, attempt)(request, self._now())
            except errors.DacError as no:
                yield attempt, str(no)
            else:
                yield attempt, ""

    def hopeless(self, request: Request) -> str:
        """Why nobody could approve what waits, by those who are there now; empty where somebody could.

        A request keeps its rule, so that it can come to that: groups are dissolved, and people leave.
        """
        return hopeless(request, self._members_of, self._has_left) if request.state is State.PENDING else ""

    def _attempt(
        self,
        request_id: int,
        actor: str,
        attempt: str,
        prepare: Callable[[Request], Decide],
        delivery: str | None,
    ) -> Request:
        """Let somebody do it, or put on record that they may not."""
        try:
            while True:
                with suppress(_Moved):
                    return self._once(self._store.get(request_id), actor, attempt, prepare, delivery)
        except Repeated:
            raise
        except (errors.Denied, errors.Conflict) as refusal:
            refused = Refused(attempt=attempt, because=str(refusal))
            self._store.change(request_id, lambda _: refused, actor=actor, at=self._now(), delivery=delivery)
            raise

    def _once(
        self,
        seen: Request,
        actor: str,
        attempt: str,
        prepare: Callable[[Request], Decide],
        delivery: str | None,
    ) -> Request:
        """Slack is asked before the transaction; what it says counts as of this click, for the rule seen then."""
        check, decide = self._people.judged(seen, actor, attempt), _prepared(seen, prepare)

        def decided(request: Request) -> Body:
            if request.rule_digest != seen.rule_digest:
                raise _Moved
            at = self._now()
            check(request, at)
            return decide(request, at)

        return self._store.change(seen.id, decided, actor=actor, at=self._now(), delivery=delivery)


def _ended(because: str) -> Decide:
    """It ends with what exists then."""

    def decide(request: Request, _: datetime) -> Body:
        said, ways_back = left(request)
        return Cancelled(because=because.strip(), left=said, ways_back=ways_back)

    return decide


def _prepared(seen: Request, prepare: Callable[[Request], Decide]) -> Decide:
    """What stands against it is said in its turn: whether that person may at all comes first."""
    try:
        return prepare(seen)
    except errors.DacError as error:
        no = error

    def refuse(*_: object) -> Body:
        raise no

    return refuse


def _check_proposal(request: Request, plan: Plan) -> None:
    if plan.touches != request.plan.touches or plan.kind != request.plan.kind:
        raise errors.Invalid(f"Request {request.id} is for {request.plan.subject.name}; ask anew for another.")
    if plan.digest == request.digest:
        raise errors.Conflict(f"Request {request.id} is for that already: {plan.summary}.")

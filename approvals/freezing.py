"""Stopping everything at once, and letting it go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

from approvals.events import AskRefused, Freeze, LetGo, Stopped
from approvals.policy import MembersOf, Policy
from approvals.store import Store
from approvals.words import check_words
from dac.errors import Conflict, Denied


class Freezer:
    """Only those whom the policy names may; what is refused is on record.

    What is told afterwards is read back: a second copy of a delivery records nothing, whatever has come in between.
    """

    def __init__(
        self, store: Store, policy: Callable[[], Policy], members_of: MembersOf, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._policy = policy
        self._members_of = members_of
        self._now = now

    def current(self) -> Freeze | None:
        return self._store.freeze()

    def freeze(self, actor: str, *, because: str = "", delivery: str | None = None) -> Freeze:
        """From now on nothing is begun and nothing that is not yet asked of Oracle is asked."""
        check_words("reason", because)
        self._check(actor, "freeze", delivery)
        if (already := self._store.freeze()) and already.by != actor:
            no = Conflict("Everything is frozen already, and stays so until somebody lets it go on.")
            self._refuse(actor, "freeze", no, delivery)
        self._store.note(Stopped(because=because.strip()), actor=actor, at=self._now(), delivery=delivery)
        frozen = self._store.freeze()
        if frozen is None:
            raise Conflict("That freeze has been lifted meanwhile; freeze again if it is still needed.")
        return frozen

    def unfreeze(self, actor: str, *, because: str = "", delivery: str | None = None) -> Freeze:
        """Let everything go on; gives the freeze that has ended."""
        check_words("reason", because)
        self._check(actor, "unfreeze", delivery)
        ended = self._store.freeze()
        if ended is None:
            self._refuse(actor, "unfreeze", Conflict("Nothing is frozen; there is nothing to let go on."), delivery)
        self._store.note(LetGo(because=because.strip()), actor=actor, at=self._now(), delivery=delivery)
        if self._store.freeze():
            raise Conflict("Everything has been frozen again meanwhile; if it is to go on, unfreeze it again.")
        return ended

    def may(self, person: str) -> bool:
        return self._policy().freezers.include(person, self._members_of)

    def _check(self, actor: str, attempt: str, delivery: str | None) -> None:
        freezers = self._policy().freezers
        try:
            if freezers.include(actor, self._members_of):
                return
        except Denied as no:
            self._refuse(actor, attempt, no, delivery)
        because = (
            f"You are not among those whom the policy lets {attempt}. That you tried is on record."
            if freezers
            else f"The policy names nobody who may {attempt}: whoever keeps the policy file can add [freezers]."
        )
        self._refuse(actor, attempt, Denied(because), delivery)

    def _refuse(self, actor: str, attempt: str, no: Denied | Conflict, delivery: str | None) -> NoReturn:
        tried = AskRefused(attempt=attempt, because=str(no))
        self._store.note(tried, actor=actor, at=self._now(), delivery=delivery)
        raise no

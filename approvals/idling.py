"""Watching what fine-tunes leave: whoever asked is told what their cluster costs with nothing trained on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from approvals.events import BOT, Body
from approvals.request import Request
from approvals.states import State
from approvals.store import Store
from approvals.watch import Watch, Watched
from approvals.workrequests import deleting, work_requests
from dac.catalog import Catalog
from dac.cluster import Cluster, Endpoint, Lifecycle, Model, ResourceKind
from dac.errors import DacError
from dac.figures import Money, Price, Unknown
from dac.finetuning import FineTunePlan
from dac.gateway import FleetReader
from dac.making import quoted
from dac.naming import clip
from dac.pricing import cluster_hour, together
from dac.still import REMOVABLE, found, trained_on

LOOK = timedelta(minutes=10)
"""How long one look at Oracle after another is apart, but for when people are to be told."""

HOUR = 3600
"""Seconds."""

NAMED = 5
"""What hangs on a cluster is named one by one up to here."""

OFFERED = 2
"""Models whose end is offered."""


_WAITED_FOR = frozenset({Lifecycle.CREATING, Lifecycle.UPDATING, Lifecycle.DELETING})
"""States that something else follows by itself."""


class Idling:
    """Whatever happens, a cluster that a fine-tune has left is looked at until it is gone or another one uses it.

    Safe to run in two processes: what was seen counts only for the watch as it was when Oracle was read.
    """

    def __init__(self, store: Store, reader: FleetReader, catalog: Catalog, now: Callable[[], datetime]) -> None:
        self._store = store
        self._reader = reader
        self._catalog = catalog
        self._now = now
        self._rest: dict[int, datetime] = {}

    def tend(self) -> bool:
        """Look at every cluster whose turn it is; whether anything has changed. Raises the first trouble at last."""
        at, changed = self._now(), False
        watched = self._store.watched()
        self._rest = {each.id: self._rest[each.id] for each in watched if self._rest.get(each.id, at) > at}
        troubles = []
        for each in watched:
            if each.watch is None or (each.id in self._rest and not _must_tell(each.watch, self._rest[each.id], at)):
                continue
            self._rest[each.id] = at + LOOK
            try:
                changed = self._look(each, each.watch, watched).version != each.version or changed
            except DacError as trouble:
                troubles.append(trouble)
        if troubles:
            raise troubles[0]
        return changed

    def _look(self, request: Request, watch: Watch, watched: Sequence[Request]) -> Request:
        at = self._now()
        busy = self._store.in_states(State.APPLYING)
        later = _used_by(request, watch, busy, watched)
        if later is not None:
            return self._write(request, watch, "used", until=_began(later), by_request=later.id)
        if any(watch.cluster_id in each.touches for each in busy):
            # Whoever changes it sees to it.
            return request
        cluster = found(ResourceKind.CLUSTER, watch.region, watch.compartment_id, watch.cluster_id, self._reader)
        if cluster is None or cluster.lifecycle_state == Lifecycle.DELETED:
            return self._write(request, watch, "gone", until=self._ended(cluster, at))
        if not isinstance(cluster, Cluster) or cluster.lifecycle_state in _WAITED_FOR:
            return request
        models = trained_on(cluster.id, cluster.region, cluster.compartment_id, self._reader)
        if any(each.lifecycle_state == Lifecycle.CREATING for each in models):
            return request if watch.busy else self._write(request, watch, "busy", until=at)
        if watch.busy:
            return self._write(request, watch, "free", since=at, until=at)
        if at < watch.tell_at:
            return request
        return self._tell(request, watch, cluster, models)

    def _tell(self, request: Request, watch: Watch, cluster: Cluster, models: Sequence[Model]) -> Request:
        at, serving = self._now(), self._reader.fleet().endpoints
        works = cluster.lifecycle_state == Lifecycle.ACTIVE
        return self._write(
            request,
            watch,
            "idle",
            until=at,
            number=watch.passed(at),
            hanging=tuple(_hangs(each, serving) for each in models[:NAMED]) + _more(models),
            ways_on=_ways_on(request, watch, models, serving, works=works),
            state="" if works else cluster.lifecycle_state,
            details="" if works else cluster.lifecycle_details or "",
        )

    def _ended(self, cluster: Any, at: datetime) -> datetime:
        """When Oracle had deleted it, as far as its own record still tells."""
        works = work_requests(self._reader, cluster) if cluster else ()
        ends = [each.time_finished for each in works if each.operation_type == deleting(ResourceKind.CLUSTER)]
        return next((each for each in ends if each), at)

    def _hour(self, watch: Watch) -> Price | Unknown:
        """What it costs in an hour, with where the least is written that is billed for a training."""
        hour = cluster_hour(self._catalog, watch.unit_shape, watch.unit_count)
        if isinstance(hour, Unknown):
            return hour
        least = self._catalog.commitments.fine_tuning.sources
        return hour.model_copy(update={"sources": together(hour.sources, least)})

    def _write(
        self, request: Request, watch: Watch, what: str, *, until: datetime, since: datetime | None = None, **more: Any
    ) -> Request:
        """Record it, unless another process has recorded something of this watch since Oracle was read."""
        began = since or watch.since
        hour = self._hour(watch)
        body = Watched.model_validate(
            {
                "what": what,
                "since": began,
                "until": until,
                "hour": hour,
                "cost": _cost(hour, max(until - began, timedelta())),
                "least": str(self._catalog.commitments.fine_tuning),
                **more,
            }
        )

        def decide(now: Request) -> Body | None:
            return body if now.watch == watch else None

        return self._store.change(request.id, decide, actor=BOT, at=self._now())


def _must_tell(watch: Watch, rests_until: datetime, at: datetime) -> bool:
    """Whether the time to tell people has come since the last look."""
    return rests_until - LOOK < watch.tell_at <= at


def _used_by(request: Request, watch: Watch, busy: Sequence[Request], watched: Sequence[Request]) -> Request | None:
    """The fine-tune that trains on it now, or did so after this one: that one's own watch goes on."""
    for each in busy:
        if isinstance(each.plan, FineTunePlan) and each.plan.cluster and each.plan.cluster.id == watch.cluster_id:
            return each
    same = (each for each in watched if each.watch and each.watch.cluster_id == watch.cluster_id)
    return next((each for each in same if each.id != request.id and _ended_at(each) > _ended_at(request)), None)


def _ended_at(request: Request) -> tuple[datetime, int]:
    return request.ended_at or request.asked_at, request.id


def _began(request: Request) -> datetime:
    return request.claim.started_at if request.claim else request.asked_at


def _cost(hour: Price | Unknown, span: timedelta) -> Price | Unknown:
    if isinstance(hour, Unknown):
        return hour
    # Divided last, so that whole hours give whole sums.
    seconds = hour.money.amount * int(span.total_seconds())
    spent = Money(amount=seconds / HOUR, currency=hour.money.currency)
    return hour.model_copy(update={"money": spent, "per": "time since then"})


def _hangs(model: Model, serving: Sequence[Endpoint]) -> str:
    """A model, and what keeps it from being deleted, or tells that it need not be kept."""
    by = ", ".join(clip(each.name) for each in _serves(model, serving)[:NAMED])
    if by:
        return f"{clip(model.name)} (served by {by})"
    state = "" if model.lifecycle_state == Lifecycle.ACTIVE else f" ({model.lifecycle_state})"
    return f"{clip(model.name)}{state}"


def _more(models: Sequence[Model]) -> tuple[str, ...]:
    return (f"{len(models) - NAMED} more",) if len(models) > NAMED else ()


def _serves(model: Model, serving: Sequence[Endpoint]) -> list[Endpoint]:
    return [each for each in serving if each.model_id == model.id and each.lifecycle_state != Lifecycle.DELETED]


def _ways_on(
    request: Request, watch: Watch, models: Sequence[Model], serving: Sequence[Endpoint], *, works: bool
) -> tuple[str, ...]:
    """Use it or end it, in the order that Oracle demands: the cluster only after the models trained on it.

    On one that does not work nothing can be trained.
    """
    assert isinstance(request.plan, FineTunePlan)  # noqa: S101 - only a fine-tune is watched
    made = request.claim.resource_id if request.claim else ""
    free = sorted((each for each in models if not _serves(each, serving)), key=lambda each: each.id != made)
    hosting = [f"create hosting --model {each.id}" for each in free if each.lifecycle_state == Lifecycle.ACTIVE]
    ending = [f"model delete {each.id}" for each in free if each.lifecycle_state in REMOVABLE]
    again = (f"finetune --model {quoted(request.plan.base.name)} --cluster {watch.cluster_id}",) if works else ()
    ends = ending[:OFFERED] if models else [f"delete {watch.cluster_id}"]
    return (*hosting[:1], *again, *ends)

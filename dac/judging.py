"""What Oracle says of a cluster and of what hangs on it, judged one aspect at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dac.catalog import Catalog
from dac.cluster import Cluster, Endpoint, Lifecycle, Model, WorkRequest, WorkStatus
from dac.figures import Price
from dac.findings import Aspect, Finding, Severity
from dac.naming import short
from dac.pricing import cents, cluster_hour
from dac.seen import Seen
from dac.thresholds import Thresholds

ORDINARY = {Lifecycle.ACTIVE, Lifecycle.CREATING, Lifecycle.UPDATING, Lifecycle.DELETING}
"""States that come by themselves while somebody works on a cluster; the state itself says enough."""

BROKEN = {Lifecycle.NEEDS_ATTENTION, Lifecycle.FAILED}

UNDER_WAY = {WorkStatus.ACCEPTED, WorkStatus.IN_PROGRESS, WorkStatus.WAITING, WorkStatus.CANCELING}

TRAINING = "CREATE_MODEL"
"""The operation of a fine-tune."""


def lifecycle(cluster: Cluster, endpoints: tuple[Endpoint, ...], at: datetime) -> Iterator[Finding]:
    """Its own state and that of each endpoint, each about the resource itself."""
    yield _state(cluster, "Oracle reports", at)
    for endpoint in endpoints:
        yield _state(endpoint, f"Endpoint {endpoint.name} is", at)


def _state(resource: Cluster | Endpoint, said: str, at: datetime) -> Finding:
    state, details = resource.lifecycle_state, resource.lifecycle_details
    if state in BROKEN:
        severity = Severity.BROKEN
    else:
        severity = Severity.ATTENTION if state not in ORDINARY or details else Severity.OK
    return Finding(
        severity=severity,
        aspect=Aspect.LIFECYCLE,
        about=resource.id,
        sentence=f"{said} {state}" + (f": {details}" if details else ""),
        # The sentence of what is well says it all, and there may be thousands.
        evidence=() if severity == Severity.OK else (f"lifecycleDetails {details or 'empty'}",),
        at=at,
    )


def endpoints_of(cluster: Cluster, endpoints: tuple[Endpoint, ...], seen: Seen, drawn: Thresholds) -> Iterator[Finding]:
    """What was not read is said to be unknown, never taken for absent."""
    count, places = len(endpoints), cluster.endpoint_capacity
    counted = f"{count} {'endpoint' if count == 1 else 'endpoints'}"
    rule = f"{drawn.whose('endpoints_full')} {drawn.endpoints_full:.0%}"
    severity = Severity.OK
    if seen.unseen(cluster.region, "endpoints"):
        severity = Severity.UNKNOWN
        sentence = f"{'Other endpoints' if endpoints else 'Endpoints'} are unknown: Oracle did not list them"
    elif not endpoints and cluster.lifecycle_state == Lifecycle.ACTIVE:
        severity = Severity.ATTENTION
        sentence = "No endpoint: nothing can call it, and it costs"
    elif not places:
        sentence = f"{counted}; how many it has room for Oracle does not say"
    elif count >= places * drawn.endpoints_full:
        severity = Severity.ATTENTION
        full = "full, no other can be made" if count >= places else f"nearly full, by {rule}"
        sentence = f"{counted} of {places}: {full}"
    else:
        sentence = f"{counted} of {places}"
    told = (f"{counted} listed", f"totalEndpointCapacity {places or 'not given'}")
    yield Finding(
        severity=severity, aspect=Aspect.ENDPOINTS, about=cluster.id, sentence=sentence, evidence=told, at=seen.at
    )


def retirement(
    cluster: Cluster,
    endpoints: tuple[Endpoint, ...],
    models: tuple[Model, ...],
    seen: Seen,
    now: datetime,
    drawn: Thresholds,
) -> Iterator[Finding]:
    """Of each model about the model; that there may be others is about the cluster."""
    for model in models:
        severity, sentence = _ending(model, now, drawn)
        ends = model.time_dedicated_retired
        evidence: tuple[str, ...] = (f"timeDedicatedRetired {ends.date() if ends else 'not given'}",)
        if severity != Severity.OK:
            evidence += (f"{drawn.whose('notice_days')} {'/'.join(map(str, drawn.notice_days))} days",)
        yield Finding(
            severity=severity,
            aspect=Aspect.RETIREMENT,
            about=model.id,
            sentence=sentence,
            evidence=evidence,
            at=seen.at,
        )
    named = {each.id for each in models}
    strange = sorted({each.model_id for each in endpoints} - named)
    if strange:
        unread = seen.unseen(cluster.region, "models")
        why = "models were not listed" if unread else "Oracle does not list it, deleted or out of sight"
        yield Finding(
            severity=Severity.UNKNOWN,
            aspect=Aspect.RETIREMENT,
            about=cluster.id,
            sentence=f"Whether its model retires is unknown: {why}",
            evidence=() if unread else tuple(f"modelId {short(each)}" for each in strange),
            at=seen.at,
        )


def _ending(model: Model, now: datetime, drawn: Thresholds) -> tuple[Severity, str]:
    """The later the notice, the sharper; once it has come, all goes on as it was and nothing is urgent any more."""
    ends = model.time_dedicated_retired
    if ends is None:
        return Severity.OK, f"Model {model.name}: Oracle has announced no end of dedicated use"
    if ends <= now:
        return Severity.ATTENTION, (
            f"Model {model.name} was retired for dedicated use on {ends.date()}: it keeps running, "
            "with limited support and no new clusters"
        )
    days = (ends - now).days
    said = f"Model {model.name} retires on {ends.date()}, in {days} {'day' if days == 1 else 'days'}"
    passed = [each for each in drawn.notice_days if ends - now <= timedelta(days=each)]
    if not passed:
        return Severity.OK, said
    left = len(drawn.notice_days) - len(passed)
    if left == 0:
        return Severity.BROKEN, f"{said}: move off it at once, no new cluster can be made for it after that"
    if left == 1:
        return Severity.ATTENTION, f"{said}: move off it now"
    return Severity.ATTENTION, f"{said}: choose what comes after it" if len(passed) > 1 else said


def alarm(cluster: Cluster, endpoints: tuple[Endpoint, ...], seen: Seen) -> Iterator[Finding]:
    """Of each of Oracle's alarms that fires about the alarm, else one about the cluster.

    One that names no resource watches its whole compartment: whether it fires for this cluster is not known.
    """
    alarms = seen.alarms(cluster, endpoints)
    for each in alarms:
        if each.firing:
            said = f"Oracle's alarm “{each.name}” ({each.severity}) fires since {each.since:%Y-%m-%d %H:%M} UTC"
            yield Finding(
                severity=Severity.ATTENTION if each.resources else Severity.UNKNOWN,
                aspect=Aspect.ALARM,
                about=each.id,
                sentence=said if each.resources else f"{said}, over this cluster or another",
                evidence=(each.query,),
                at=seen.at,
            )
    severity, sentence = Severity.OK, "No alarm of Oracle's is set over it"
    if seen.unseen(cluster.region, "alarms"):
        severity, sentence = Severity.UNKNOWN, "Whether an alarm of Oracle's fires is unknown: they were not listed"
    elif alarms:
        sentence = f"Of {len(alarms)} {'alarm' if len(alarms) == 1 else 'alarms'} of Oracle's over it none fires"
    if severity is Severity.UNKNOWN or not any(each.firing for each in alarms):
        yield Finding(severity=severity, aspect=Aspect.ALARM, about=cluster.id, sentence=sentence, at=seen.at)


def limit(cluster: Cluster, seen: Seen, catalog: Catalog) -> Iterator[Finding]:
    """How far it can grow is told and never held against it: that nothing is left harms nobody who asks for nothing."""
    name = catalog.limit_of_shape.get(cluster.unit_shape)
    headroom = seen.headroom(cluster.region, name) if name else None
    if headroom is not None:
        left = headroom.available
        severity = Severity.OK
        sentence = f"{left} left of {name}" if left else f"It cannot grow: nothing is left of {name}"
        evidence: tuple[str, ...] = (f"{headroom.used} used, {left} available in {cluster.region}",)
    else:
        severity = Severity.UNKNOWN
        why = f"{name} was not read" if name else f"what {cluster.unit_shape} counts against is not on file"
        sentence, evidence = f"How far it can grow is unknown: {why}", ()
    yield Finding(
        severity=severity,
        aspect=Aspect.LIMIT,
        about=cluster.id,
        sentence=sentence,
        evidence=evidence,
        at=headroom.read_at if headroom else seen.at,
    )


def leftover(cluster: Cluster, seen: Seen, catalog: Catalog) -> Iterator[Finding]:
    """A fine-tuning cluster costs whether anything is trained on it or not."""
    if cluster.lifecycle_state != Lifecycle.ACTIVE:
        return
    training, cost = seen.training(cluster), None
    if training is not None:
        severity, sentence = Severity.OK, f"{training.name} is being trained on it"
    elif seen.unseen(cluster.region, "models"):
        severity, sentence = Severity.UNKNOWN, "Whether anything is trained on it is unknown: models were not listed"
    else:
        cost = cluster_hour(catalog, cluster.unit_shape, cluster.unit_count)
        costs = f"costs {cents(cost.money)} an hour" if isinstance(cost, Price) else "what it costs is not known"
        severity, sentence = Severity.ATTENTION, f"Fine-tuning cluster with nothing being trained: {costs}"
    yield Finding(severity=severity, aspect=Aspect.LEFTOVER, about=cluster.id, sentence=sentence, at=seen.at, cost=cost)


def work(cluster: Cluster, seen: Seen, now: datetime, drawn: Thresholds) -> Iterator[Finding]:
    """One for each resource whose work is stuck or has failed, about that; else one about the cluster."""
    requests = seen.work(cluster)
    told: set[str] = set()
    for each in requests:
        about = each.resources[0]
        sentence = _stuck(each, now, drawn) or _failed(each, requests, now, drawn)
        if sentence and about not in told:
            told.add(about)
            evidence = (f"{each.operation_type} {each.status}, accepted {each.time_accepted:%Y-%m-%d %H:%M} UTC",)
            yield Finding(
                severity=Severity.ATTENTION,
                aspect=Aspect.WORK,
                about=about,
                sentence=sentence,
                evidence=evidence,
                at=each.time_finished or seen.at,
            )
    if seen.unseen(cluster.region, "work"):
        severity, sentence = (
            Severity.UNKNOWN,
            "Whether work is stuck or failed is unknown: work requests were not listed",
        )
    else:
        severity, sentence = Severity.OK, "No work is stuck, none has failed lately"
    if cluster.id not in told and (severity == Severity.UNKNOWN or not told):
        yield Finding(severity=severity, aspect=Aspect.WORK, about=cluster.id, sentence=sentence, at=seen.at)


def _stuck(work: WorkRequest, now: datetime, drawn: Thresholds) -> str | None:
    name = "training_stuck_minutes" if work.operation_type == TRAINING else "stuck_minutes"
    minutes: int = getattr(drawn, name)
    since = now - work.time_accepted
    if work.status not in UNDER_WAY or since <= timedelta(minutes=minutes):
        return None
    took = f"{int(since.total_seconds() // 60):,} minutes"
    return (
        f"{work.operation_type} is {work.status} at {work.percent_complete:.0f} % after {took}, longer than "
        f"{drawn.whose(name)} {minutes:,}"
    )


def _failed(work: WorkRequest, requests: tuple[WorkRequest, ...], now: datetime, drawn: Thresholds) -> str | None:
    """What succeeded when it was tried again is over."""
    ended = work.time_finished or work.time_accepted
    if work.status != WorkStatus.FAILED or now - ended > timedelta(hours=drawn.failed_hours):
        return None
    if any(
        later.status == WorkStatus.SUCCEEDED
        and later.time_accepted > work.time_accepted
        and (later.operation_type, later.resources) == (work.operation_type, work.resources)
        for later in requests
    ):
        return None
    return f"{work.operation_type} failed: {'; '.join(work.errors) or 'Oracle gives no reason'}"

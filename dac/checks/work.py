"""What became of the work that Oracle has taken on: stuck, failed, and for what reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from dac.checks.registry import check
from dac.checks.words import names, said, span
from dac.cluster import Lifecycle, Resource, WorkStatus
from dac.figures import Unknown
from dac.snapshot import Snapshot, Work
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown, unread

UNDER_WAY = {WorkStatus.ACCEPTED, WorkStatus.IN_PROGRESS, WorkStatus.WAITING, WorkStatus.CANCELING}
TRAINING = "CREATE_MODEL"

# How Oracle words it, as far as it was seen. The codes LimitExceeded and QuotaExceeded: Oracle's page API/References/
# apierrors.htm. "The following service limits were exceeded: …", "You have reached your service limit …" and "The limit
# for this tenancy has been exceeded": github.com/jpetazzo/ampernetacle/issues/35, github.com/oracle/
# terraform-provider-oci/issues/204 and /241. "Out of host capacity." with the code InternalError: github.com/jpetazzo/
# ampernetacle/issues/23, of Compute. How Generative AI words that a fine-tune has failed was not seen: what its file
# must be is on Oracle's page generative-ai/training-data-requirements.htm, and these are the words of that page.
LIMIT = re.compile(r"LimitExceeded|service limits?\b|limit for this tenancy has been exceeded", re.IGNORECASE)
QUOTA = re.compile(r"QuotaExceeded|compartment quota|quotas? (was|were) exceeded", re.IGNORECASE)
CAPACITY = re.compile(
    r"OutOf(Host)?Capacity|out of (host )?capacity|(insufficient|not enough) ?capacity|"
    r"capacity is (currently )?(not available|unavailable|exhausted)|no (gpu|hosts?) (are )?(available|left)",
    re.IGNORECASE,
)
FEW = re.compile(
    r"(at least|minimum|insufficient|too few|not enough|fewer than)\D{0,40}(\d[\d,]*\D{0,20})?"
    r"(example|pair|row|record|sample|line)|"
    r"(\d (rows?|records?|lines)|examples?|pairs?|samples?)\b[^.]{0,80}"
    r"\b(at least|minimum|too few|not enough|fewer than|less than|insufficient)\b",
    re.IGNORECASE,
)
FORMAT = re.compile(
    r"jsonl?\b|utf-?8|malformed|not (be )?parsed?|pars(e|ing)|invalid ?(training ?)?(data|format|dataset)|"
    r"(data|dataset|file|format) (is|are) (invalid|not valid|not supported)|"
    r"(data|dataset|file) format|missing (field|key)|prompt|completion",
    re.IGNORECASE,
)
KNOWN = (LIMIT, QUOTA, CAPACITY, FEW, FORMAT)


@check
def work_stuck(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether something Oracle was asked to do goes on for much longer than it should."""
    if isinstance(snapshot.asked, Unknown):
        return unread(snapshot.asked, snapshot.taken_at)
    going = [each for each in snapshot.asked if each.request.status in UNDER_WAY]
    aged = [(each, snapshot.taken_at - each.request.time_accepted) for each in going]
    stuck = [(each, age) for each, age in aged if age > _allowed(each, thresholds)]
    if stuck:
        told = names(f"{_called(each)} at {each.request.percent_complete:.0f} % for {span(age)}" for each, age in stuck)
        long = span(max(_allowed(each, thresholds) for each, _ in stuck))
        return likely(f"{told}; more than {long} is too long", snapshot.taken_at, Strength.MEASURED)
    told = names(f"{_called(each)} for {span(age)}" for each, age in aged)
    return ruled_out(f"Under way: {told}" if told else "Nothing is under way", snapshot.taken_at)


@check
def work_failed(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether the last thing Oracle was asked to do has failed, and with which error."""
    if isinstance(snapshot.asked, Unknown):
        return unread(snapshot.asked, snapshot.taken_at)
    if failed := _failed(snapshot, thresholds):
        return likely(names(map(_why, failed)), snapshot.taken_at, Strength.SAID)
    last = [f"{_called(each)} {each.request.status}" for each in _last(snapshot.asked)]
    return ruled_out(f"Last: {names(last)}" if last else "Oracle knows of no work on it", snapshot.taken_at)


@check
def limit_refused(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether Oracle has refused something with LimitExceeded, its own service limit."""
    return _refused(snapshot, thresholds, LIMIT, "LimitExceeded")


@check
def quota_refused(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether Oracle has refused something with QuotaExceeded, what your own administrators allow."""
    return _refused(snapshot, thresholds, QUOTA, "QuotaExceeded")


@check
def no_capacity(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether Oracle has no such hardware left in the region."""
    return _refused(snapshot, thresholds, CAPACITY, "a lack of capacity")


@check
def training_data_refused(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether the last training failed over the form of its data."""
    return _training(snapshot, FORMAT, but=(FEW, LIMIT, QUOTA))


@check
def too_few_examples(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether the last training failed over too few examples."""
    return _training(snapshot, FEW)


@check
def training_failed_otherwise(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether the last training failed for a reason that none of the others is."""
    return _training(snapshot, re.compile(""), but=KNOWN)


def _allowed(work: Work, thresholds: Thresholds) -> timedelta:
    training = work.request.operation_type == TRAINING
    return timedelta(minutes=thresholds.training_stuck_minutes if training else thresholds.stuck_minutes)


def _training(snapshot: Snapshot, pattern: re.Pattern[str], *, but: tuple[re.Pattern[str], ...] = ()) -> Verdict:
    at = snapshot.taken_at
    reasons = list(_failures(snapshot))
    fitting = [each for each in reasons if pattern.search(each) and not any(other.search(each) for other in but)]
    if fitting:
        return likely(names(fitting), at, Strength.SAID)
    if isinstance(snapshot.asked, Unknown):
        return unread(snapshot.asked, at)
    if gap := snapshot.missing("models"):
        return unknown(f"Models could not be listed{said(gap.because)}", at, "ask again in a moment")
    if reasons:
        return ruled_out(f"Oracle names another reason: {names(reasons)}", at)
    over = _over(snapshot)
    if failed := [it for it in snapshot.trained if it.lifecycle_state == Lifecycle.FAILED and it.id not in over]:
        named = names(each.name for each in failed)
        return unknown(f"{named} has FAILED, and Oracle gives no reason", at, "check the file: /dac dataset check")
    trained = names(f"{each.name} is {each.lifecycle_state}" for each in snapshot.trained)
    return ruled_out(trained or "No training is known that failed", at)


def _failures(snapshot: Snapshot) -> Iterator[str]:
    """Why trainings failed, as Oracle says it of the model and of its last work request."""
    over = _over(snapshot)
    for model in snapshot.trained:
        if model.lifecycle_state == Lifecycle.FAILED and model.lifecycle_details and model.id not in over:
            yield f"{model.name} FAILED{said(model.lifecycle_details)}"
    if not isinstance(snapshot.asked, Unknown):
        for each in _last(snapshot.asked):
            if each.resource_id in over:
                continue
            if each.request.operation_type == TRAINING and each.request.status == WorkStatus.FAILED:
                yield from (f"{each.name} FAILED{said(error)}" for error in each.request.errors)


def _refused(snapshot: Snapshot, thresholds: Thresholds, pattern: re.Pattern[str], what: str) -> Verdict:
    at = snapshot.taken_at
    things: list[Resource] = [*snapshot.clusters, *snapshot.endpoints, *snapshot.trained]
    unwell = [each for each in things if each.lifecycle_details and each.id not in _over(snapshot)]
    details = [f"{each.name}{said(each.lifecycle_details)}" for each in unwell]
    refused = [_why(each) for each in _failed(snapshot, thresholds)]
    found = [each for each in (*refused, *details) if pattern.search(each)]
    if found:
        return likely(names(found), at, Strength.SAID)
    if isinstance(snapshot.asked, Unknown):
        return unread(snapshot.asked, at)
    return ruled_out(f"No work request of it has ended with {what}", at)


def _failed(snapshot: Snapshot, thresholds: Thresholds) -> list[Work]:
    """The last of a resource, where it failed lately; a training that failed counts until there is another."""
    since = snapshot.taken_at - timedelta(hours=thresholds.failed_hours)
    last = () if isinstance(snapshot.asked, Unknown) else _last(snapshot.asked)
    over = _over(snapshot)
    failed = [each for each in last if each.request.status == WorkStatus.FAILED and each.resource_id not in over]
    ended = {each.request.id: each.request.time_finished or each.request.time_accepted for each in failed}
    return [each for each in failed if ended[each.request.id] >= since or each.request.operation_type == TRAINING]


def _over(snapshot: Snapshot) -> frozenset[str]:
    """Models whose training failed before that of another on the same cluster went well."""
    asked = () if isinstance(snapshot.asked, Unknown) else snapshot.asked
    trainings = [each for each in asked if each.request.operation_type == TRAINING]
    on = {each.id: each.tuned_on for each in snapshot.fleet.models}
    well: dict[str | None, datetime] = {}
    for each in trainings:
        if each.request.status == WorkStatus.SUCCEEDED:
            cluster_id, accepted = on.get(each.resource_id), each.request.time_accepted
            well[cluster_id] = max(accepted, well.get(cluster_id, accepted))
    return frozenset(
        each.resource_id
        for each in trainings
        if each.request.status == WorkStatus.FAILED
        and each.request.time_accepted < well.get(on.get(each.resource_id), each.request.time_accepted)
    )


def _last(work: tuple[Work, ...]) -> list[Work]:
    """The newest of each resource that has ended."""
    ended = [each for each in work if each.request.status not in UNDER_WAY]
    newest: dict[str, Work] = {}
    for each in ended:
        held = newest.get(each.resource_id)
        if held is None or held.request.time_accepted < each.request.time_accepted:
            newest[each.resource_id] = each
    return list(newest.values())


def _called(work: Work) -> str:
    return f"{work.request.operation_type} of {work.name}"


def _why(work: Work) -> str:
    """In one line, with when it was asked for."""
    request = work.request
    asked = f"{_called(work)} of {request.time_accepted:%Y-%m-%d %H:%M} UTC"
    return f"{asked} failed{said('; '.join(request.errors))}"

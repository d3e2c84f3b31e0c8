"""What each check says of a snapshot, as a table: the name, what is seen, the ruling and words of the evidence."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dac.checks import CHECKS
from dac.cluster import Cluster, Endpoint, Gap, WorkRequest
from dac.discovery import Discovery, Offered
from dac.figures import Unknown
from dac.history import History, Hour
from dac.snapshot import Snapshot, priced
from dac.thresholds import Thresholds
from dac.verdicts import Ruling, Strength, likely, ruled_out, together, unknown
from tests.dac.snapshots import CHAT, LEFT, MODEL, TUNE, UNREAD, WEB, charged, history, hour, lately, seen, well, work
from tests.fakes import CATALOG, REGION, START, alarm, cluster, endpoint, fleet, gap, model, traffic

L, U, R = Ruling.LIKELY, Ruling.UNKNOWN, Ruling.RULED_OUT
RULES = Thresholds()

NOT_WELL = cluster(lifecycle_state="NEEDS_ATTENTION", lifecycle_details="a node did not come up")
CHANGING = cluster(lifecycle_state="UPDATING")
MAKING = endpoint(CHAT, "chat-web", lifecycle_state="CREATING")
MAKING_TOO = endpoint(CHAT, "chat-app", lifecycle_state="CREATING")
BROKEN = endpoint(CHAT, "chat-web", lifecycle_state="FAILED", lifecycle_details="no host")
TRAINED = model(id="ocid1.model..own", name="own", type="CUSTOM", tuned_on=TUNE.id, base_model_id=MODEL.id)
FAILED = TRAINED.model_copy(update={"lifecycle_state": "FAILED"})
TRAINING = TRAINED.model_copy(update={"lifecycle_state": "CREATING"})
SLOW_NOW = {"p95_latency": 8000}
NO_ENDPOINTS = gap("endpoints in compartment …team")
NO_MODELS = gap("models in compartment …team")
NO_CLUSTERS = gap("clusters in compartment …team")
UK = "uk-london-1"
COLD = LEFT.model_copy(update={"region": "x", "used": 0, "available": 0})
WARM = COLD.model_copy(update={"available": 2, "limit_name": "other"})
RETIRED = Offered(model="old", region=REGION, time_dedicated_retired=START - timedelta(days=1))
BAD = FAILED.model_copy(update={"id": "ocid-bad", "name": "bad", "lifecycle_details": "malformed line 3"})
GOOD = TRAINED.model_copy(update={"id": "ocid-good", "name": "good"})
TRIED = work("malformed line 3", operation="CREATE_MODEL", hours=5, of="bad")
RETRIED = work(status="SUCCEEDED", operation="CREATE_MODEL", hours=3, of="good", number=2)
RETRIED_BEFORE = work(status="SUCCEEDED", operation="CREATE_MODEL", hours=9, of="good", number=2)
NO_WORK = gap("work requests in compartment …team")
ELSE = endpoint(CHAT, "else")
NEW = cluster(time_created=START - timedelta(days=8))
HELD = tuple(endpoint(CHAT, f"e{number}") for number in range(50))


def refused(status: str, *what: str, region: str = REGION) -> tuple[Gap, ...]:
    listed = what or ("clusters", "endpoints", "models")
    return tuple(
        Gap(region=region, what=f"{each} in compartment …team", because=f"Listing: Oracle answered {status}.")
        for each in listed
    )


def gone(name: str = WEB.name, *, hours: float) -> Endpoint:
    """An endpoint that was deleted so many hours ago."""
    return endpoint(
        CHAT, name, id=f"{name}-old", lifecycle_state="DELETED", time_updated=START - timedelta(hours=hours)
    )


def nameless(region: str) -> tuple[Gap, ...]:
    why = "Listing: Oracle could not be reached (no host is known by that name)."
    return tuple(Gap(region=region, what=each, because=why) for each in ("clusters", "endpoints", "models"))


def closed(region: str = "x", *, discovery: Unknown | None = None, **found: Any) -> Snapshot:
    """With a region in which all is refused, and what Oracle's list of models tells."""
    read = discovery or Discovery(read_at=START, **found)
    return seen(None, gaps=refused("404 NotAuthorized", region=region), discovery=read)


def tuned(*models: object, **more: Any) -> Snapshot:
    """The fine-tuning cluster with models that were trained on it."""
    return seen(TUNE, endpoints=(), models=models, **more)


def asked(*requests: WorkRequest, of: Cluster | None = CHAT, **more: Any) -> Snapshot:
    """With the newest work requests of all compartments."""
    found = seen(of, **more)
    return found.model_copy(update={"fleet": found.fleet.model_copy(update={"work": requests})})


def request(operation: str, of: str, *errors: str, days: float = 3) -> WorkRequest:
    return WorkRequest(
        id="wr-1",
        operation_type=operation,
        status="FAILED" if errors else "SUCCEEDED",
        time_accepted=START - timedelta(days=days),
        errors=errors,
        resources=(of,),
    )


CHANGE = "UPDATE_DEDICATED_AI_CLUSTER"
UPDATED = request(CHANGE, CHAT.id)


def all_day(slow: Hour) -> History:
    """Slow for all of the last day, after one that went well."""
    return history(*[slow] * 24, days=2)


def ends(days: int, **changes: Any) -> Snapshot:
    ending = model(time_dedicated_retired=START + timedelta(days=days), **changes)
    return seen(models=(ending,))


def custom_ends(days: int) -> Snapshot:
    base = model(id="base", name="base", time_dedicated_retired=START + timedelta(days=days))
    own = model(type="CUSTOM", name="own", base_model_id="base")
    return seen(models=(own, base))


def days_without_calls(**changes: Any) -> Snapshot:
    quiet = traffic(WEB, hours=72, calls=Decimal(0), day_calls=Decimal(0))
    return seen(traffic=(lately(calls=0)[0], quiet), **changes)


TABLE = [
    # Latency
    ("undersized", well(), R, "p95 was 2.0 s at most in the last 25 hours"),
    (
        "undersized",
        well(history=history(hour(3000, 9))),
        L,
        "1 slow hour (p95 up to 9.0 s, above 5 s) had 0.83 calls/s",
    ),
    ("undersized", well(history=history(hour(3000, 9), hour(4000, 2))), R, "1.11 calls/s at most"),
    ("undersized", well(history=history(hour(1000, 9))), R, "had 0.28 calls/s, those that went well 0.28 calls/s"),
    ("undersized", well(history=history(usual=hour(3000, 9)), fleet=fleet(CHAT)), L, "none to compare with"),
    ("undersized", well(history=history(hour(5, 9))), R, "p95 was 9.0 s at most"),
    ("undersized", well(history=history(usual=hour(0, None)), fleet=fleet(CHAT)), R, "Nobody has called it"),
    ("undersized", well(history=history(hour(None, None))), U, "not measured in every hour"),
    ("undersized", well(history=UNREAD, fleet=fleet(CHAT)), U, "The load of the last hours is not known"),
    ("undersized", well(history=UNREAD), U, "not measured in every hour"),
    ("undersized", seen(traffic=lately(**SLOW_NOW, calls=4000)), L, "had 1.11 calls/s"),
    ("undersized", Snapshot(taken_at=START, fleet=fleet(CHAT)), U, "name a cluster"),
    ("long-texts", well(), R, "p95 was 2.0 s at most"),
    ("long-texts", well(history=history(hour(1000, 9, 5000))), L, "5,000 tokens in and 200 out a call, 500 and 200"),
    ("long-texts", well(history=history(hour(1000, 9, 500, 600))), L, "600 out"),
    ("long-texts", well(history=history(hour(1000, 9, 500, 1500))), L, "answers of 1,000 tokens take seconds anyhow"),
    ("long-texts", well(history=history(hour(1000, 9, None), hour(1000, 9, 5000))), L, "5,000 tokens in"),
    (
        "long-texts",
        seen(endpoints=(WEB, MAKING_TOO), traffic=(*lately(**SLOW_NOW), traffic(MAKING_TOO, calls=0)), history=UNREAD),
        U,
        "500 tokens in and 200 out a call; no hour to compare with",
    ),
    ("long-texts", well(history=history(hour(9000, 9))), R, "500 tokens in and 200 out a call, 500 and 200"),
    ("long-texts", well(history=history(hour(1000, 9, None))), U, "Tokens were not measured"),
    ("long-texts", well(history=history(usual=hour(3000, 9)), fleet=fleet(CHAT)), U, "no hour to compare with"),
    ("long-texts", well(history=all_day(hour(1000, 9, 5000))), L, "5,000 tokens in and 200 out a call, 500 and 200"),
    ("undersized", well(history=all_day(hour(3000, 9))), L, "those that went well 0.28 calls/s"),
    ("on-the-way", well(history=history(hour(3000, 9))), R, "its own measurement says p95 9.0 s"),
    ("on-the-way", well(), U, "what is lost on the way there Oracle does not measure"),
    ("on-the-way", well(history=UNREAD, fleet=fleet(CHAT)), U, "The load of the last hours is not known"),
    ("on-the-way", well(history=history(usual=hour(0, None)), fleet=fleet(CHAT)), R, "Nobody has called it"),
    # Traffic
    ("callers-refused", well(), R, "0.5% of 1,000 calls"),
    (
        "callers-refused",
        seen(traffic=lately(client_errors=100)),
        L,
        "10.0% of 1,000 calls in the last hour were refused",
    ),
    ("callers-refused", seen(traffic=lately(client_errors=None)), U, "not measured"),
    ("callers-refused", seen(traffic=()), U, "not measured"),
    ("callers-refused", seen(traffic=lately(calls=0)), R, "Nobody has called"),
    ("callers-refused", seen(endpoints=(WEB, endpoint(CHAT, "b")), traffic=lately(client_errors=900)), L, "90.0%"),
    ("callers-throttled", well(), R, "0.5%"),
    (
        "callers-throttled",
        seen(traffic=lately(client_errors=400, calls=2000)),
        L,
        "0.56 calls/s to the cluster, 0.28 calls/s at most went well",
    ),
    ("callers-throttled", seen(traffic=lately(client_errors=400)), R, "at most went well"),
    ("callers-throttled", seen(traffic=lately(client_errors=400, calls=1200)), L, "0.33 calls/s to the cluster"),
    ("callers-throttled", seen(traffic=lately(client_errors=400, calls=2000), endpoint=WEB), U, "is not known"),
    (
        "callers-throttled",
        seen(traffic=lately(client_errors=400), history=UNREAD),
        U,
        "with how many calls they are not is not known",
    ),
    ("callers-throttled", seen(traffic=()), U, "not measured"),
    ("failing-at-oracle", well(), R, "0.1% of 1,000 calls"),
    ("failing-at-oracle", seen(traffic=lately(server_errors=80)), L, "8.0% of 1,000 calls in the last hour failed"),
    ("failing-at-oracle", seen(traffic=()), U, "not measured"),
    ("no-calls-arrive", well(), R, "1,000 calls have arrived"),
    ("no-calls-arrive", seen(traffic=lately(calls=0)), L, "chat-web (20,000 calls before)"),
    ("no-calls-arrive", days_without_calls(), R, "Nobody calls it"),
    ("no-calls-arrive", seen(traffic=lately()[:1]), U, "Whether chat-web is called was not measured"),
    # States
    ("endpoint-in-the-making", well(), R, "1 endpoint ACTIVE"),
    ("endpoint-in-the-making", seen(endpoints=(MAKING,)), L, "chat-web is CREATING"),
    ("endpoint-in-the-making", seen(gaps=(NO_ENDPOINTS,)), U, "Endpoints could not be listed"),
    ("endpoint-in-the-making", seen(endpoints=()), R, "There is no endpoint"),
    ("endpoint-broken", well(), R, "1 endpoint ACTIVE"),
    ("endpoint-broken", seen(endpoints=(BROKEN,)), L, "chat-web is FAILED: no host"),
    ("endpoint-broken", seen(endpoints=(BROKEN, WEB), endpoint=WEB), R, "1 endpoint ACTIVE"),
    ("endpoint-deleted", well(), R, "No endpoint of it was deleted"),
    ("endpoint-deleted", seen(deleted=(gone(hours=2),)), L, "chat-web was deleted on 2026-11-23 10:00 UTC"),
    ("endpoint-deleted", seen(deleted=(gone(hours=90),)), L, "chat-web was deleted on 2026-11-19 18:00 UTC"),
    ("endpoint-deleted", seen(deleted=(gone(hours=200),)), R, "No endpoint of it was deleted"),
    ("endpoint-deleted", seen(deleted=(gone(hours=2),), endpoint=WEB), L, "chat-web was deleted"),
    ("endpoint-deleted", seen(deleted=(gone("b", hours=2),), endpoint=WEB), R, "No endpoint of it was deleted"),
    ("endpoint-deleted", seen(gaps=(NO_ENDPOINTS,)), U, "Endpoints could not be listed"),
    ("endpoint-deleted", asked(request("DELETE_ENDPOINT", ELSE.id, days=0.5)), U, "no longer says of which cluster"),
    ("endpoint-deleted", asked(request("DELETE_ENDPOINT", ELSE.id, days=3)), R, "No endpoint of it was deleted"),
    ("endpoint-deleted", asked(request("DELETE_ENDPOINT", ELSE.id, "no")), R, "No endpoint of it was deleted"),
    ("no-endpoint", well(), R, "1 endpoint on 1 hosting cluster"),
    ("no-endpoint", seen(endpoints=()), L, "chat has no endpoint"),
    ("no-endpoint", seen(NOT_WELL, endpoints=()), L, "chat has no endpoint"),
    ("no-endpoint", seen(cluster(lifecycle_state="CREATING"), endpoints=()), R, "0 endpoints on 1 hosting cluster"),
    ("no-endpoint", seen(endpoints=(), gaps=(NO_ENDPOINTS,)), U, "could not be listed"),
    ("cluster-not-well", well(), R, "1 cluster ACTIVE"),
    ("cluster-not-well", seen(NOT_WELL), L, "chat is NEEDS_ATTENTION: a node did not come up"),
    ("cluster-not-well", seen(None, gaps=(NO_CLUSTERS,)), U, "Clusters could not be listed"),
    ("cluster-not-well", seen(None, clusters=(CHAT, CHANGING, TUNE)), R, "2 clusters ACTIVE, 1 cluster UPDATING"),
    ("cluster-changing", well(), R, "1 cluster ACTIVE"),
    ("cluster-changing", seen(CHANGING), L, "chat is UPDATING"),
    # Work
    ("work-stuck", well(), R, "Nothing is under way"),
    ("work-stuck", well(work=(work(status="IN_PROGRESS", hours=5),)), L, "at 40 % for 5 h; more than 2 h is too long"),
    ("work-stuck", well(work=(work(status="IN_PROGRESS", hours=1),)), R, "for 60 min"),
    ("work-stuck", well(work=(work(status="WAITING", operation="CREATE_MODEL", hours=5),)), R, "CREATE_MODEL"),
    ("work-stuck", well(work=UNREAD), U, "is not known"),
    ("work-failed", well(), R, "Oracle knows of no work on it"),
    ("work-failed", well(work=(work("Boom: no"),)), L, "of chat of 2026-11-23 11:00 UTC failed: Boom: no"),
    ("work-failed", well(work=(work("Boom"), work(status="SUCCEEDED", hours=0.5, number=2))), R, "SUCCEEDED"),
    ("work-failed", well(work=(work(status="SUCCEEDED", hours=0.5, number=2), work("Boom"))), R, "SUCCEEDED"),
    ("work-failed", well(work=(work("Boom", hours=50),)), R, "FAILED"),
    ("work-failed", well(work=UNREAD), U, "is not known"),
    ("limit-refused", well(), R, "No work request of it has ended with LimitExceeded"),
    ("limit-refused", well(work=(work("LimitExceeded: no"),)), L, "failed: LimitExceeded: no"),
    ("limit-refused", well(work=(work("400: The limit for this tenancy has been exceeded."),)), L, "this tenancy"),
    ("limit-refused", well(work=UNREAD), U, "is not known"),
    ("quota-refused", well(), R, "QuotaExceeded"),
    ("quota-refused", well(work=(work("QuotaExceeded: no"),)), L, "QuotaExceeded"),
    ("quota-refused", well(work=UNREAD), U, "is not known"),
    ("no-capacity", well(), R, "a lack of capacity"),
    ("no-capacity", well(work=(work("OutOfHostCapacity: none"),)), L, "OutOfHostCapacity"),
    ("no-capacity", seen(cluster(lifecycle_details="Out of host capacity.")), L, "Out of host capacity"),
    ("no-capacity", well(work=UNREAD), U, "is not known"),
    ("no-capacity", well(work=(work("Insufficient capacity to fulfill this."),)), L, "Insufficient capacity"),
    ("no-capacity", asked(of=None), R, "a lack of capacity"),
    ("no-capacity", asked(request("CREATE", CHAT.id, "Out of host capacity", days=0.5), of=None), L, "CREATE of chat"),
    ("no-capacity", seen(None, gaps=(NO_WORK,)), U, "is not known"),
    ("training-data-refused", tuned(TRAINED), R, "own is ACTIVE"),
    ("training-data-refused", tuned(), R, "No training is known that failed"),
    (
        "training-data-refused",
        tuned(work=(work("Line 3 is no JSON", operation="CREATE_MODEL"),)),
        L,
        "Line 3 is no JSON",
    ),
    (
        "training-data-refused",
        tuned(FAILED.model_copy(update={"lifecycle_details": "malformed line 3"})),
        L,
        "own FAILED: malformed line 3",
    ),
    ("training-data-refused", tuned(work=(work("LimitExceeded", operation="CREATE_MODEL"),)), R, "another reason"),
    ("training-data-refused", tuned(FAILED), U, "own has FAILED, and Oracle gives no reason"),
    ("training-data-refused", tuned(FAILED, TRAINED.model_copy(update={"id": "b", "name": "b"})), U, "own has FAILED"),
    ("training-data-refused", tuned(TRAINED, work=(work(status="SUCCEEDED", operation="CREATE_MODEL"),)), R, "own"),
    ("training-data-refused", tuned(work=UNREAD), U, "is not known"),
    ("training-data-refused", tuned(gaps=(NO_MODELS,)), U, "Models could not be listed"),
    ("training-data-refused", tuned(work=(work("The training data is invalid.", operation="CREATE_MODEL"),)), L, "inv"),
    ("training-data-refused", tuned(BAD, GOOD, work=(TRIED, RETRIED)), R, "bad is FAILED and good is ACTIVE"),
    ("training-data-refused", tuned(BAD, GOOD, work=(TRIED, RETRIED_BEFORE)), L, "malformed line 3"),
    ("no-capacity", tuned(BAD, GOOD, work=(TRIED, RETRIED)), R, "a lack of capacity"),
    ("too-few-examples", tuned(TRAINED), R, "own is ACTIVE"),
    ("too-few-examples", tuned(work=(work("20 records; at least 32 needed", operation="CREATE_MODEL"),)), L, "20 rec"),
    ("too-few-examples", tuned(work=(work("at least 32 examples", operation="CREATE_MODEL"),)), L, "at least 32"),
    (
        "too-few-examples",
        tuned(work=(work("Number of training examples is 12, less than the minimum of 32", operation="CREATE_MODEL"),)),
        L,
        "less than",
    ),
    ("too-few-examples", tuned(work=(work("each line at least one prompt", operation="CREATE_MODEL"),)), R, "another"),
    ("too-few-examples", tuned(work=UNREAD), U, "is not known"),
    ("training-failed-otherwise", tuned(TRAINED), R, "own is ACTIVE"),
    ("training-failed-otherwise", tuned(work=(work("Lightning", operation="CREATE_MODEL"),)), L, "Lightning"),
    ("training-failed-otherwise", tuned(work=(work("bad JSON", operation="CREATE_MODEL"),)), R, "another reason"),
    ("training-failed-otherwise", tuned(work=UNREAD), U, "is not known"),
    # Alarms
    ("alarm-fires", well(), R, "No alarm of Oracle's fires over it"),
    ("alarm-fires", seen(alarms=(alarm(status="OK"),)), R, "No alarm of Oracle's fires over it"),
    ("alarm-fires", seen(alarms=(alarm(),)), L, "Oracle's alarm “Slow” (CRITICAL) fires since 2026-11-23 12:00 UTC: L"),
    ("alarm-fires", seen(alarms=(alarm(query='E{resourceId = "ocid1.endpoint.oc1.a.b"} > 5'),)), R, "No alarm"),
    ("alarm-fires", seen(gaps=(gap("alarms in compartment …team"),)), U, "Alarms could not be listed"),
    (
        "failing-at-oracle",
        seen(traffic=lately(server_errors=80), alarms=(alarm(query="ServerErrorCount[1m].sum() > 5"),)),
        L,
        "failed at Oracle (ServerErrorCount); Oracle's alarm “Slow” (CRITICAL) fires",
    ),
    # Limits
    ("limit-reached", well(), R, "4 used, 6 left"),
    ("limit-reached", well(headroom=LEFT.model_copy(update={"available": 0})), L, "4 used, 0 left"),
    ("limit-reached", well(headroom=UNREAD), U, "is not known"),
    ("limit-reached", seen(None, headroom=UNREAD, headrooms=(LEFT,)), R, "4 used, 6 left"),
    ("limit-reached", seen(None, headroom=UNREAD), U, "No service limit could be read"),
    ("limit-never-raised", well(), R, "4 used, 6 left"),
    ("limit-never-raised", well(headroom=LEFT.model_copy(update={"used": 0, "available": 0})), L, "0 used, 0 left"),
    ("limit-never-raised", well(headroom=UNREAD), U, "is not known"),
    ("limit-never-raised", seen(None, unused=(COLD,)), L, "Every service limit of dedicated units is 0 in x"),
    ("limit-never-raised", seen(None, unused=(COLD, WARM), headrooms=(LEFT,)), R, "4 used, 6 left"),
    ("limit-never-raised", seen(None, unused=UNREAD), U, "is not known"),
    ("endpoints-full", well(), R, "chat has 1 of 50"),
    ("endpoints-full", seen(endpoints=HELD), L, "chat has 50 of 50 endpoints"),
    ("endpoints-full", seen(gaps=(NO_ENDPOINTS,)), U, "could not be listed"),
    ("endpoints-full", tuned(), R, "There is no hosting cluster"),
    # Reach
    ("not-signed-in", well(), R, "No answer was 401"),
    ("not-signed-in", seen(None, gaps=refused("401 NotAuthenticated")), L, "401 NotAuthenticated"),
    ("not-signed-in", well(work=Unknown(what="work", settle="Oracle answered 401 NotAuthenticated")), L, "401"),
    ("not-signed-in", well(discovery=UNREAD, work=UNREAD), U, "could not be read"),
    ("not-allowed", well(), R, "where others were readable"),
    ("not-allowed", seen(gaps=refused("404 NotAuthorizedOrNotFound", "models")), L, "models in compartment …team"),
    ("not-allowed", seen(None, clusters=(), endpoints=(), models=(), gaps=refused("404 NotAuthorized")), R, "No part"),
    ("not-allowed", seen(gaps=refused("404 NotAuthorizedOrNotFound", "models", region="elsewhere")), R, "No part"),
    ("all-refused", well(), R, "No region refuses everything"),
    ("region-without-service", well(), R, "No region refuses everything"),
    ("all-refused", closed(), U, "x: Oracle's documentation does not name it"),
    ("region-without-service", closed(), L, "Everything in x is refused; Oracle's documentation does not name it"),
    ("all-refused", closed(UK), L, "by Oracle's documentation the service is there"),
    ("region-without-service", closed(UK), U, "a policy is missing"),
    ("all-refused", closed(offered=(Offered(model="a", region="x"),)), L, "Oracle lists models that it offers there"),
    ("region-without-service", closed(offered=(Offered(model="a", region="x"),)), R, "a policy is missing"),
    ("all-refused", closed(told=("x", "y")), L, "Oracle lists models that it offers there"),
    ("all-refused", closed(UK, told=("x", "y")), R, "Oracle lists models in other regions and none there"),
    ("region-without-service", closed(UK, told=("x", "y")), L, "Oracle lists models in other regions and none there"),
    (
        "region-without-service",
        seen(None, gaps=refused("404: The service is not available in this region", region=UK)),
        L,
        "Oracle says that the service is not there",
    ),
    ("region-without-service", seen(None, gaps=nameless("x")), L, "no host of Generative AI is known there"),
    ("all-refused", seen(None, gaps=nameless("x")), R, "no host of Generative AI is known there"),
    ("region-silent", seen(None, gaps=nameless("x")), R, "Generative AI answered"),
    ("region-silent", seen(None, clusters=(), endpoints=(), models=(), gaps=nameless("x")), L, "could not be reached"),
    ("region-without-service", seen(None, clusters=(), endpoints=(), models=(), gaps=nameless("x")), U, "not be read"),
    ("region-without-service", closed(discovery=UNREAD), L, "Oracle's documentation does not name it"),
    ("region-silent", well(), R, "Generative AI answered in every region"),
    ("region-silent", seen(None, gaps=(gap(), gap("clusters in compartment …b"))), L, "did not answer in time"),
    ("region-silent", seen(None, gaps=(gap("traffic in compartment …b"),)), R, "Generative AI answered"),
    ("region-without-service", seen(None, gaps=(gap("traffic in compartment …b"),)), R, "No region refuses"),
    ("all-refused", seen(gaps=refused("404 NotAuthorized", region="x")), R, "No region refuses"),
    ("reads-throttled", well(), R, "No answer was 429"),
    ("reads-throttled", seen(None, gaps=refused("429 TooManyRequests", "models")), L, "429"),
    ("nothing-offered", well(), R, f"Models are offered in {REGION}"),
    (
        "nothing-offered",
        well(discovery=Discovery(read_at=START, offered=(Offered(model="a", region=REGION, dedicated=False),))),
        L,
        f"No model is offered for dedicated clusters in {REGION}",
    ),
    (
        "nothing-offered",
        well(discovery=Discovery(read_at=START, bare=(REGION,))),
        L,
        f"No model is offered for dedicated clusters in {REGION}",
    ),
    (
        "nothing-offered",
        well(discovery=Discovery(read_at=START, offered=(RETIRED, Offered(model="a", region="x")))),
        L,
        f"No model is offered for dedicated clusters in {REGION}",
    ),
    (
        "nothing-offered",
        well(discovery=Discovery(read_at=START, offered=(Offered(model=MODEL.name, region=REGION),))),
        L,
        f"No other model is offered for dedicated clusters than those in use: cohere.command-a in {REGION}",
    ),
    ("nothing-offered", well(discovery=UNREAD), U, "What Oracle offers is not known"),
    ("nothing-offered", well(discovery=Discovery(read_at=START)), U, "Oracle lists no model in any region"),
    (
        "nothing-offered",
        seen(
            None,
            discovery=Discovery(read_at=START, offered=(Offered(model="a", region="x"),), gaps=(gap("models"),)),
        ),
        U,
        f"What Oracle offers in {REGION} could not be read",
    ),
    # Costs
    ("idle", well(), R, "Every cluster with an endpoint was called in the last 72 h"),
    ("idle", days_without_calls(), L, "chat had no call in 72 h; what that cost is not known"),
    ("idle", priced(days_without_calls(), CATALOG), L, "which cost $3,456 at list price"),
    ("idle", seen(traffic=()), U, "Whether chat is called was not measured"),
    ("idle", seen(NOT_WELL), R, "Every cluster"),
    ("idle", seen(endpoints=(), gaps=(NO_ENDPOINTS,)), U, "Whether a cluster is called"),
    ("tuning-left-over", well(), R, "There is no fine-tuning cluster"),
    ("tuning-left-over", tuned(TRAINING), R, "tune is training"),
    ("tuning-left-over", tuned(TRAINED), L, "tune trains nothing (what it costs is not known)"),
    ("tuning-left-over", priced(tuned(TRAINED), CATALOG), L, "an hour at list price"),
    ("tuning-left-over", tuned(gaps=(NO_MODELS,)), U, "Whether anything is trained is not known"),
    ("lately-made", well(), R, "No cluster was made in the last seven days"),
    ("lately-made", seen(cluster(time_created=START - timedelta(days=2))), L, "chat on 2026-11-21"),
    ("lately-made", seen(None, gaps=(NO_CLUSTERS,)), U, "Clusters could not be listed"),
    ("lately-grown", well(), R, "No cluster was given more units"),
    ("lately-grown", well(spend=charged(*[48] * 9, 60, 96, 96)), L, "96 unit-hours a day since 2026-11-20, 48 at most"),
    ("lately-grown", well(spend=charged(*[96] * 9, 48, 96)), R, "No cluster was given more units"),
    ("lately-grown", seen(NEW, spend=charged(10, 48, 48)), R, "No cluster was given more units"),
    ("lately-grown", asked(UPDATED, spend=UNREAD), L, "chat was changed on 2026-11-20 and has 2 units now"),
    ("lately-grown", asked(UPDATED, spend=charged(*[48] * 12)), R, "No cluster"),
    ("lately-grown", well(spend=UNREAD), R, "No cluster was given more units"),
    ("lately-grown", asked(request("DELETE_ENDPOINT", CHAT.id), spend=UNREAD), R, "No cluster was given more units"),
    ("lately-grown", asked(request(CHANGE, CHAT.id, days=9), spend=UNREAD), R, "No cluster was given more units"),
    ("lately-grown", seen(gaps=(NO_WORK,), spend=UNREAD), U, "Neither what was charged nor what was changed"),
    # Retirement
    ("model-retired", well(), R, "Hosted: cohere.command-a; none is retired"),
    ("model-retired", ends(-10), L, "cohere.command-a was retired on 2026-11-13"),
    ("model-retired", custom_ends(-10), L, "base was retired"),
    ("model-retired", seen(models=(), gaps=(NO_MODELS,)), U, "Models could not be listed"),
    ("model-retired", seen(models=()), U, "Which model chat-web serves Oracle does not list"),
    ("model-retired", seen(endpoints=()), R, "No model is hosted"),
    ("model-retires-soon", well(), R, "none ends within 90 days"),
    ("model-retires-soon", ends(20), L, "retires on 2026-12-13, in 20 days"),
    ("model-retires-soon", ends(200), R, "none ends within 90 days"),
    ("model-retires-soon", ends(-10), R, "none ends within 90 days"),
    ("model-retires-soon", seen(models=()), U, "does not list"),
]


@pytest.mark.parametrize(
    ("name", "snapshot", "ruling", "words"), TABLE, ids=[f"{at}-{row[0]}-{row[2]}" for at, row in enumerate(TABLE)]
)
def test_a_check_says(name: str, snapshot: Snapshot, ruling: Ruling, words: str) -> None:
    verdict = CHECKS[name].run(snapshot, RULES)
    assert verdict.ruling is ruling, verdict.evidence
    assert words in f"{verdict.evidence} {verdict.settle}"
    assert bool(verdict.settle) is (ruling is U)


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_can_rule_out_and_find_and_stands_in_the_table(name: str) -> None:
    rulings = {row[2] for row in TABLE if row[0] == name}
    assert R in rulings or name == "on-the-way"
    assert L in rulings or name == "on-the-way"


@pytest.mark.parametrize("name", CHECKS)
def test_nothing_is_accused_where_all_is_well_and_each_says_what_it_looks_at(name: str) -> None:
    assert CHECKS[name].run(well(), RULES).ruling is not L
    assert CHECKS[name].what.startswith("Whether ")
    assert CHECKS[name].what.endswith(".")


UNREACHED = well(
    fleet=fleet(CHAT, gaps=(gap("clusters"), gap("endpoints"), gap("models"), gap("traffic"), gap("alarms"), NO_WORK)),
    spend=UNREAD,
    work=UNREAD,
    headroom=UNREAD,
    history=UNREAD,
    discovery=UNREAD,
)
STANDS_IN_THE_CLUSTER = {"cluster-not-well", "cluster-changing", "lately-made", "tuning-left-over"}
"""What a fine-tuning cluster is not, and what a cluster says of itself, was read."""

SAYS_SO = {"region-silent"}


@pytest.mark.parametrize("name", sorted(set(CHECKS) - STANDS_IN_THE_CLUSTER - SAYS_SO))
def test_nothing_that_could_not_be_read_is_ruled_out(name: str) -> None:
    verdict = CHECKS[name].run(UNREACHED, RULES)
    assert verdict.ruling is U, verdict.evidence
    assert verdict.settle


def test_of_several_checks_one_is_enough_and_all_must_rule_it_out() -> None:
    no, maybe, hint, sure = (
        ruled_out("no", START),
        unknown("maybe", START, "look"),
        likely("hint", START, Strength.HINT),
        likely("sure", START, Strength.SAID),
    )
    assert together([no, maybe, hint, sure]) == sure
    assert together([maybe, hint]) == hint
    assert together([no, maybe]) == maybe
    assert together([no, ruled_out("never", START)]).evidence == "no; never"
    with pytest.raises(ValueError, match="at least one check"):
        together([])

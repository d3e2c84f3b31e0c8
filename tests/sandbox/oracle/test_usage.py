"""What the local Oracle's Usage API tells and refuses, asked by the real SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from oci.usage_api.models import Dimension, Filter, RequestSummarizedUsagesDetails, Tag

from sandbox.clock import Clock
from sandbox.oracle import billing
from tests.sandbox.oracle.conftest import EUROPE, HOME, Opener, Tenancy, refused

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def tenancy(opened: Opener) -> Iterator[Tenancy]:
    with opened(Clock(NOW, frozen=True)) as it:
        yield it


def ask(tenancy: Tenancy, *, region: str = HOME, **changes: Any) -> Any:
    """The rows of a day long over, by cluster and part number, unless the test says otherwise."""
    asked = {
        "tenant_id": tenancy.root,
        "time_usage_started": TODAY - 10 * DAY,
        "time_usage_ended": TODAY - 9 * DAY,
        "granularity": "DAILY",
        "group_by": ["resourceId", "skuPartNumber"],
    }
    details = RequestSummarizedUsagesDetails(**asked | changes)
    return tenancy.usage(region=region).request_summarized_usages(details).data


def of(tenancy: Tenancy, name: str, region: str = HOME, **changes: Any) -> list[Any]:
    ocid = tenancy.cluster(name, region)
    return [each for each in ask(tenancy, **changes).items if each.resource_id == ocid]


def put(tenancy: Tenancy, **told: Any) -> None:
    tenancy.control("POST", "usage", told)


def test_a_day_of_a_cluster_is_its_units_by_hours_by_list_price(tenancy: Tenancy) -> None:
    answer = ask(tenancy)
    assert answer.group_by == ["resourceId", "skuPartNumber"]
    (row,) = [each for each in answer.items if each.resource_id == tenancy.cluster("chat-prod")]
    assert (row.sku_part_number, row.currency, row.unit) == ("B108082", "USD", "AI Unit Per Hour")
    assert (row.computed_quantity, row.list_rate, row.unit_price) == (48, 24, 24)
    assert row.computed_amount == 48 * 24
    assert (row.time_usage_started, row.time_usage_ended) == (TODAY - 10 * DAY, TODAY - 9 * DAY)
    assert not row.is_forecast
    assert row.region is None  # not asked to be grouped by


def test_multipliers_of_shapes_count(tenancy: Tenancy) -> None:
    (row,) = of(tenancy, "docs-idle")
    assert (row.sku_part_number, row.computed_quantity, row.computed_amount) == ("B108085", 48, 48 * 12)


@pytest.mark.parametrize(
    ("shape", "part", "units", "least"),
    [
        ("OAI_H100_X2", "B112008", "12.02", 744),
        ("A100_80G_X1", "B111959", "3.24", 0),
        ("RERANK_COHERE", "B111015", "1", 744),
        ("LARGE_GENERIC_V5", "B108085", "1", 744),
    ],
)
def test_every_shape_is_billed_as_something(shape: str, part: str, units: str, least: int) -> None:
    rate = billing.rate_of(shape)
    assert (rate.part, str(rate.units), rate.least) == (part, units, least)


def test_other_regions_send_home(tenancy: Tenancy) -> None:
    with refused(403, "NotAllowed", HOME):
        ask(tenancy, region=EUROPE)


def test_clusters_of_all_regions_are_in_the_answer_of_the_home_region(tenancy: Tenancy) -> None:
    rows = ask(tenancy, group_by=["region"]).items
    assert {each.region for each in rows} == {HOME, EUROPE}


@pytest.mark.parametrize("name", ["time_usage_started", "time_usage_ended"])
def test_days_begin_at_midnight(tenancy: Tenancy, name: str) -> None:
    changes: dict[str, Any] = {name: TODAY - 9 * DAY + timedelta(hours=1)}
    with refused(
        400,
        "InvalidParameter",
        "Passed UTC date does not have the right precision: hours, minutes, seconds, and second fractions must be 0",
    ):
        ask(tenancy, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"granularity": "DAILY", "time_usage_started": TODAY - 101 * DAY}, "90 days"),
        ({"time_usage_ended": TODAY - 10 * DAY}, "must be before"),
        ({"group_by": ["service", "skuPartNumber", "resourceId", "region", "unit"]}, "at most 4"),
        ({"group_by": ["colour"]}, "no dimension"),
        ({"group_by_tag": [Tag(key="team"), Tag(key="environment")]}, "one tag"),
        ({"group_by_tag": [Tag(namespace="x")]}, "a tag has a key"),
        ({"filter": Filter(dimensions=[Dimension(key="colour", value="red")])}, "no dimension"),
        ({"granularity": "TOTAL"}, "HOURLY, DAILY, MONTHLY"),
    ],
)
def test_what_is_refused(tenancy: Tenancy, changes: dict[str, Any], words: str) -> None:
    with refused(400, "InvalidParameter", words):
        ask(tenancy, **changes)


def test_ninety_days_are_not_too_many(tenancy: Tenancy) -> None:
    assert len(of(tenancy, "chat-prod", time_usage_started=TODAY - 99 * DAY)) == 90


def test_another_tenancy_is_not_found(tenancy: Tenancy) -> None:
    with refused(404, "NotAuthorizedOrNotFound"):
        ask(tenancy, tenant_id="ocid1.tenancy.oc1..other")


def test_filters_take_and_leave(tenancy: Tenancy) -> None:
    chat = Dimension(key="resourceId", value=tenancy.cluster("chat-prod"))
    idle = Dimension(key="resourceId", value=tenancy.cluster("docs-idle"))
    meta = Dimension(key="skuPartNumber", value="B108085")

    def found(**told: Any) -> set[str]:
        return {each.resource_id for each in ask(tenancy, filter=Filter(**told)).items}

    assert found(operator="OR", dimensions=[chat, idle]) == {chat.value, idle.value}
    assert found(operator="AND", dimensions=[meta, idle]) == {idle.value}
    assert found(operator="AND", dimensions=[meta, chat]) == set()
    everything = {each.resource_id for each in ask(tenancy).items}
    assert found(operator="NOT", dimensions=[chat]) == everything - {chat.value}
    nested = [Filter(operator="OR", dimensions=[chat, idle]), Filter(operator="NOT", dimensions=[meta])]
    assert found(operator="AND", filters=nested) == {chat.value}
    assert found(operator="AND", tags=[Tag(key="team", value="assistant")]) >= {chat.value}


def test_tags_group(tenancy: Tenancy) -> None:
    rows = ask(tenancy, group_by=[], group_by_tag=[Tag(key="team")]).items
    teams = {each.tags[0].value: each.computed_amount for each in rows}
    assert {"assistant", "search"} <= teams.keys()
    assert sum(teams.values()) == pytest.approx(sum(each.computed_amount for each in ask(tenancy).items))


def test_hours_days_and_months_add_up_to_the_same(tenancy: Tenancy) -> None:
    span: dict[str, Any] = {"time_usage_started": TODAY - 30 * DAY, "time_usage_ended": TODAY - 27 * DAY}
    sums = [
        sum(each.computed_amount for each in of(tenancy, "chat-prod", granularity=each, **span))
        for each in ("HOURLY", "DAILY", "MONTHLY")
    ]
    assert sums == [3456.0] * 3
    (whole,) = of(tenancy, "chat-prod", is_aggregate_by_time=True, **span)
    assert (whole.computed_amount, whole.time_usage_ended) == (3456.0, TODAY - 27 * DAY)


def test_a_month_ends_where_the_next_begins(tenancy: Tenancy) -> None:
    rows = of(tenancy, "chat-prod", granularity="MONTHLY", time_usage_started=TODAY - 60 * DAY)
    assert [each.time_usage_started.day for each in rows] == [24, 1, 1]


def test_a_long_answer_comes_in_pages(tenancy: Tenancy) -> None:
    details = RequestSummarizedUsagesDetails(
        tenant_id=tenancy.root,
        time_usage_started=TODAY - 10 * DAY,
        time_usage_ended=TODAY - 9 * DAY,
        granularity="DAILY",
        group_by=["resourceId"],
    )
    first = tenancy.usage().request_summarized_usages(details, limit=3)
    rest = tenancy.usage().request_summarized_usages(details, page=first.headers["opc-next-page"])
    assert len(first.data.items) == 3
    assert len(first.data.items) + len(rest.data.items) == len(ask(tenancy, group_by=["resourceId"]).items)


def test_scaling_shows_from_its_hour_on(tenancy: Tenancy) -> None:
    tenancy.control("POST", "set", {"ocid": tenancy.cluster("chat-prod"), "unitCount": 4})
    tenancy.advance(3 * 86_400)
    rows = of(tenancy, "chat-prod", time_usage_started=TODAY, time_usage_ended=TODAY + 2 * DAY)
    assert [each.computed_quantity for each in rows] == [2 * 15.5 + 4 * 8.5, 96]


def test_usage_of_the_last_hours_is_not_told_yet(tenancy: Tenancy) -> None:
    today: dict[str, Any] = {"time_usage_started": TODAY, "time_usage_ended": TODAY + DAY}
    assert [each.computed_quantity for each in of(tenancy, "chat-prod", **today)] == [2 * 9.5]
    put(tenancy, delay=30)
    assert of(tenancy, "chat-prod", **today) == []
    yesterday: dict[str, Any] = {"time_usage_started": TODAY - DAY, "time_usage_ended": TODAY}
    assert [each.computed_quantity for each in of(tenancy, "chat-prod", **yesterday)] == [2 * 9.5]


def test_a_cluster_deleted_early_is_billed_the_rest_of_its_minimum_and_stays_on_the_bill(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    details = {
        "type": "HOSTING",
        "compartmentId": tenancy.prod,
        "unitCount": 1,
        "unitShape": "LARGE_COHERE_V3",
        "displayName": "brief",
    }
    ocid = ai.create_dedicated_ai_cluster(details).data.id
    tenancy.advance(10 * 3600)
    ai.delete_dedicated_ai_cluster(ocid)
    tenancy.advance(4 * 86_400)
    rows = [
        each
        for each in ask(tenancy, time_usage_started=TODAY, time_usage_ended=TODAY + 4 * DAY).items
        if each.resource_id == ocid
    ]
    assert sum(each.computed_quantity for each in rows) == pytest.approx(744)
    assert ocid not in [each["id"] for each in tenancy.state()["clusters"]]


def test_a_contracts_discount_lowers_the_unit_price_and_not_the_list_rate(tenancy: Tenancy) -> None:
    put(tenancy, discount=0.25)
    (row,) = of(tenancy, "chat-prod")
    assert (row.list_rate, row.unit_price, row.computed_amount) == (24, 18, 48 * 18)


def test_rows_can_be_added_late_in_other_currencies_and_as_credits(tenancy: Tenancy) -> None:
    chat, at = tenancy.cluster("chat-prod"), (TODAY - 10 * DAY).isoformat()
    common = {"timeUsageStarted": at, "resourceId": chat, "skuPartNumber": "B108082"}
    put(tenancy, rows=[common | {"computedAmount": 10.01, "currency": "EUR"}])
    put(tenancy, rows=[common | {"computedAmount": -0.02}], credit=True)
    put(tenancy, rows=[common | {"computedAmount": 5}], arrives_in=3600)
    assert sorted((each.currency, each.computed_amount) for each in of(tenancy, "chat-prod")) == [
        ("EUR", 10.01),
        ("USD", 1151.98),
    ]
    (credit,) = of(tenancy, "chat-prod", query_type="CREDIT")
    assert credit.computed_amount == -0.02
    assert of(tenancy, "chat-prod", query_type="EXPIREDCREDIT") == []
    assert {each.computed_amount for each in of(tenancy, "chat-prod", query_type="USAGE_ONLY")} == {None}
    tenancy.advance(3600)
    assert 1156.98 in [each.computed_amount for each in of(tenancy, "chat-prod")]
    tenancy.control("DELETE", "usage")
    assert tenancy.control("GET", "usage") == {"rows": [], "alone": False, "discount": 0.0, "delay": 6.0}
    assert [each.computed_amount for each in of(tenancy, "chat-prod")] == [1152]


def test_what_is_no_row_is_refused_with_why(tenancy: Tenancy) -> None:
    row = {"timeUsageStarted": TODAY.isoformat(), "computedAmount": 1}
    status, answer = tenancy.raw("POST", "/_control/usage", {"rows": [row, {"computedAmount": 1}]})
    assert (status, answer) == (404, {"error": "row 2, timeUsageStarted: Field required"})
    sent = json.dumps({"rows": [row]}).replace(": 1}", ": NaN}").encode()
    assert tenancy.raw("POST", "/_control/usage", sent)[0] == 400
    assert tenancy.control("GET", "usage")["rows"] == []


def test_figures_keep_every_digit_as_numbers_and_as_text(tenancy: Tenancy, opened: Opener, tmp_path: Path) -> None:
    digits = "12345678901234567890.123456789012345678901"
    row = {"timeUsageStarted": (TODAY - 10 * DAY).isoformat(), "resourceId": "x", "currency": "EUR"}
    sent = json.dumps({"rows": [row | {"computedAmount": "1"}, row | {"computedAmount": digits}]})
    state = tmp_path / "state.json"
    with opened(Clock(NOW, frozen=True), state=state) as before:
        before.control("POST", "usage", sent.replace('"1"', "0.1").encode())
    with opened(state=state) as after:
        asked = {
            "tenantId": after.root,
            "timeUsageStarted": "2026-11-13T00:00:00Z",
            "timeUsageEnded": "2026-11-14T00:00:00Z",
            "granularity": "DAILY",
            "filter": {"dimensions": [{"key": "resourceId", "value": "x"}]},
        }
        answer = after.usage().base_client.call_api(
            resource_path="/usage",
            method="POST",
            header_params={"content-type": "application/json"},
            body=asked,
            response_type="stream",
        )
        text = answer.data.content.decode()
    assert '"computedAmount":12345678901234567890.223456789012345678901,' in text


def test_what_a_row_does_not_say_of_a_cluster_is_as_in_its_own(tenancy: Tenancy) -> None:
    chat = tenancy.cluster("chat-prod")
    put(tenancy, rows=[{"timeUsageStarted": TODAY.isoformat(), "computedAmount": 1, "resourceId": chat}])
    put(tenancy, rows=[{"timeUsageStarted": TODAY.isoformat(), "computedAmount": 1}])
    of_chat, of_nothing = tenancy.control("GET", "usage")["rows"]
    assert (of_chat["skuPartNumber"], of_chat["region"], of_chat["compartmentName"]) == ("B108082", HOME, "prod")
    assert (of_nothing["compartmentId"], of_nothing.get("skuPartNumber")) == (tenancy.prod, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"timeUsageStarted": "yesterday"}, "must be a time"),
        ({"queryType": "GUESS"}, "queryType"),
        ({"filter": {"operator": "XOR"}}, "operator"),
    ],
)
def test_what_the_sdk_would_not_send_is_refused_too(tenancy: Tenancy, changes: dict[str, Any], words: str) -> None:
    body = {
        "tenantId": tenancy.root,
        "timeUsageStarted": "2026-11-01T00:00:00Z",
        "timeUsageEnded": "2026-11-02T00:00:00Z",
        "granularity": "DAILY",
    }
    client = tenancy.usage()
    with refused(400, "InvalidParameter", words):
        client.request_summarized_usages(body | changes)


def test_nobody_is_told_without_a_signature(tenancy: Tenancy) -> None:
    assert tenancy.raw("POST", f"/{HOME}/20200107/usage", {})[0] == 401
    assert tenancy.raw("GET", f"/{HOME}/20190111/budgets?compartmentId={tenancy.root}")[0] == 401


def test_the_ledger_survives_a_restart(opened: Opener, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    row = {"timeUsageStarted": (TODAY - 10 * DAY).isoformat(), "computedAmount": 7.5, "resourceId": "x"}
    with opened(Clock(NOW, frozen=True), state=state) as before:
        put(before, rows=[row], discount=0.5, delay=1)
        kept = before.control("GET", "usage")
    with opened(state=state) as after:
        assert after.control("GET", "usage") == kept
        assert [each.computed_amount for each in ask(after).items if each.resource_id == "x"] == [7.5]


# ----------------------------------------------------------------------------------- budgets, and which region is home


def test_budgets_of_the_tenancy_are_listed_by_target(tenancy: Tenancy) -> None:
    client = tenancy.budgets()
    assert [each.display_name for each in client.list_budgets(tenancy.root).data] == ["generative-ai-prod"]
    everything = client.list_budgets(tenancy.root, target_type="ALL").data
    assert {each.display_name for each in everything} == {"generative-ai-prod", "assistant-team"}
    assert client.list_budgets(tenancy.prod, target_type="ALL").data == []
    assert client.list_budgets(tenancy.root, lifecycle_state="INACTIVE").data == []
    assert client.list_budgets(tenancy.root, display_name="other").data == []


def test_a_budget_tells_what_is_spent(tenancy: Tenancy) -> None:
    client = tenancy.budgets()
    (listed,) = client.list_budgets(tenancy.root).data
    found = client.get_budget(listed.id).data
    assert (found.amount, found.actual_spend, found.forecasted_spend) == (180_000, 138_700.2, 184_933.6)
    assert (found.target_type, found.targets, found.reset_period) == ("COMPARTMENT", [tenancy.prod], "MONTHLY")
    assert found.time_spend_computed == NOW.replace(hour=12, minute=0)
    with refused(404, "NotAuthorizedOrNotFound"):
        client.get_budget("ocid1.budget.oc1..other")


@pytest.mark.parametrize("target", ["compartment", "tag"])
def test_a_budgets_spend_is_the_ledgers_at_the_time_it_was_reckoned(opened: Opener, target: str) -> None:
    noon = NOW.replace(hour=12, minute=0)
    month: dict[str, Any] = {"time_usage_started": TODAY.replace(day=1), "time_usage_ended": TODAY + DAY}
    with opened(Clock(noon, frozen=True)) as tenancy:
        in_prod = Filter(dimensions=[Dimension(key="compartmentId", value=tenancy.prod)])
        fits = in_prod if target == "compartment" else Filter(tags=[Tag(key="team", value="assistant")])

        def budget() -> Any:
            rows = tenancy.budgets().list_budgets(tenancy.root, target_type="ALL").data
            return next(each for each in rows if each.target_type == target.upper())

        def charged() -> float:
            rows = ask(tenancy, filter=fits, is_aggregate_by_time=True, **month).items
            return float(sum(each.computed_amount for each in rows if each.currency == "USD"))

        before = budget()
        assert (before.actual_spend, before.time_spend_computed) == (pytest.approx(charged()), noon)
        tenancy.advance(60)
        row = {"timeUsageStarted": TODAY.isoformat(), "tags": [{"key": "team", "value": "assistant"}]}
        put(tenancy, rows=[row | {"computedAmount": -70.25}, row | {"computedAmount": 9, "currency": "EUR"}])
        put(tenancy, rows=[{"timeUsageStarted": (TODAY - 30 * DAY).isoformat(), "computedAmount": 11}])
        tenancy.advance(5 * 3600)
        assert budget().actual_spend == before.actual_spend
        tenancy.advance(3600 - 60)
        assert budget().actual_spend == pytest.approx(charged())
        assert budget().time_spend_computed == noon + timedelta(hours=6)


@pytest.mark.parametrize("day", [datetime(2026, 12, 1, 3, tzinfo=UTC), datetime(2026, 12, 1, 6, 30, tzinfo=UTC)])
def test_a_month_that_has_just_begun_has_cost_nothing(opened: Opener, day: datetime) -> None:
    with opened(Clock(day, frozen=True)) as tenancy:
        (found,) = tenancy.budgets().list_budgets(tenancy.root).data
        assert (found.actual_spend, found.forecasted_spend) == (0, 0)


def test_budgets_are_told_at_home(tenancy: Tenancy) -> None:
    with refused(403, "NotAllowed", HOME):
        tenancy.budgets(region=EUROPE).list_budgets(tenancy.root)


@pytest.mark.parametrize("region", [HOME, EUROPE])
def test_every_region_tells_which_is_home(tenancy: Tenancy, region: str) -> None:
    rows = tenancy.identity(region=region).list_region_subscriptions(tenancy.root).data
    assert {each.region_name: each.is_home_region for each in rows} == {HOME: True, EUROPE: False}
    with refused(404, "NotAuthorizedOrNotFound"):
        tenancy.identity(region=region).list_region_subscriptions("ocid1.tenancy.oc1..other")

"""What is advised of a fleet, by what its hours show and what the catalogue prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dac.advice import Advice, for_units
from dac.carried import carried
from dac.catalog import Catalog, shipped
from dac.cluster import Fleet, Model
from dac.figures import Money, Price, Unknown
from dac.handbook import shipped as handbook
from dac.history import History, Hour, each_hour
from dac.lighter import pays_back
from dac.optimise import hosting, optimise
from dac.pricing import cents
from tests.commands.advice import PEAKS, fleet, ocid, week
from tests.fakes import START

UTC = ZoneInfo("UTC")
BOOK = handbook()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return shipped()


def advised(
    catalog: Catalog, seen: Fleet, histories: Mapping[str, History | Unknown], *names: str, zone: ZoneInfo = UTC
) -> list[Advice]:
    wanted = [each for each in hosting(seen) if not names or each.name in names]
    return list(optimise(seen, wanted, histories, catalog=catalog, handbook=BOOK, zone=zone))


def weeks() -> dict[str, History | Unknown]:
    return {ocid(name): week(ocid(name), Decimal(peak), crowded=name == "crowded") for name, peak in PEAKS.items()}


def changed(which: str, **changes: object) -> Fleet:
    seen = fleet()
    clusters = tuple(each.model_copy(update=changes) if each.name == which else each for each in seen.clusters)
    return seen.model_copy(update={"clusters": clusters})


def saved(advice: Advice) -> str:
    assert isinstance(advice.saves, Price)
    return str(cents(advice.saves.money))


def only(found: list[Advice], strategy: str) -> Advice:
    (advice,) = [each for each in found if each.strategy == strategy]
    return advice


def test_what_is_too_small_comes_first_and_what_would_have_to_be_tried_last(catalog: Catalog) -> None:
    found = advised(catalog, fleet(), weeks())
    assert found[0].cluster.name == "crowded"
    assert found[0].saves is None
    assert [each.firm for each in found[1:]] == sorted((each.firm for each in found[1:]), reverse=True)


def test_nobody_calls_it_and_it_is_to_be_deleted_but_not_when_it_is_new(catalog: Catalog) -> None:
    advice = only(advised(catalog, fleet(), weeks(), "idle"), "Cluster right-sizing")
    assert advice.line == "delete idle because nobody has called it for 7 days"
    # One unit of LARGE_GENERIC: 744 hours at twice $12.
    assert saved(advice) == "$17,856"
    young = week(ocid("idle"), Decimal(0))
    since = START - timedelta(hours=2)
    hours = tuple(Hour(since=each, calls=Decimal(0), errors=Decimal(0)) for each in each_hour(since, START))
    new = young.model_copy(update={"since": since, "until": START, "hours": hours})
    assert "Cluster right-sizing" not in {
        each.strategy for each in advised(catalog, fleet(), {ocid("idle"): new}, "idle")
    }


def test_too_small_asks_for_what_its_good_hours_show(catalog: Catalog) -> None:
    advice = only(advised(catalog, fleet(), weeks(), "crowded"), "Cluster right-sizing")
    # 9 requests a second went badly on one unit; the most that went well were 0.9 on it.
    assert advice.line.startswith("scale crowded 10 because ")


def test_too_large_by_published_figures_keeps_one_to_lose_and_the_latency_there_is(catalog: Catalog) -> None:
    slow = [
        each.model_copy(update={"p95_seconds": None if not each.calls else Decimal("4.9")})
        for each in week(ocid("support"), Decimal(2)).hours
    ]
    history = week(ocid("support"), Decimal(2)).model_copy(update={"hours": tuple(slow)})
    seen = changed("support", unit_shape="OAI_H100_X1", unit_count=4)
    gpt = Model(id="ocid1.model..meta.llama-3.3-70b-instruct", name="openai.gpt-oss-20b", region="us-chicago-1")
    others = tuple(each for each in seen.models if each.id != gpt.id)
    seen = seen.model_copy(update={"models": (*others, gpt)})
    advice = only(advised(catalog, seen, {ocid("support"): history}, "support"), "Cluster right-sizing")
    # 500 tokens in are 500/480 of those measured; 64 at once take 4.76 s, 4.96 with that: too slow; 32 at once do
    # 8.26 requests a second, so one unit is enough and one may fail.
    assert advice.line == "scale support 2 because its busiest hour needs no more"
    assert saved(advice) == "$8,942.88"
    assert "Published: one unit carries 7.93 of such requests/s at 3.8 s each" in advice.evidence[-1].text


def test_a_quiet_night_is_a_lease_by_the_persons_own_clock(catalog: Catalog) -> None:
    name = "Cluster right-sizing: time of day"
    advice = only(advised(catalog, fleet(), weeks(), "chat"), name)
    assert advice.line == "scale chat 1 --for 14h --at 18:00 because nights need no more"
    # Three units fewer for 14 of 24 hours on 5 of 7 days: 71,424 x 3/4 x 14/24 x 5/7.
    assert saved(advice) == "$22,320"
    tokyo = only(advised(catalog, fleet(), weeks(), "chat", zone=ZoneInfo("Asia/Tokyo")), name)
    assert "--at 03:00" in tokyo.line


def test_a_night_too_short_or_not_measured_is_none(catalog: Catalog) -> None:
    busy = week(ocid("chat"), Decimal(8))
    always = tuple(each.model_copy(update={"calls": Decimal(28800)}) for each in busy.hours)
    three = tuple(
        each.model_copy(update={"calls": Decimal(100) if each.since.hour in {1, 2, 3} else Decimal(28800)})
        for each in busy.hours
    )
    gap = tuple(each.model_copy(update={"calls": None}) if each.since.hour == 4 else each for each in busy.hours)
    for hours in (always, three, gap):
        history = busy.model_copy(update={"hours": hours})
        found = advised(catalog, fleet(), {ocid("chat"): history}, "chat")
        assert "Cluster right-sizing: time of day" not in {each.strategy for each in found}


def test_where_all_of_a_working_day_is_quiet_it_is_no_night(catalog: Catalog) -> None:
    busy = week(ocid("chat"), Decimal(8))
    weekends = tuple(
        each.model_copy(update={"calls": Decimal(28800) if each.since.weekday() >= 5 else Decimal(200)})
        for each in busy.hours
    )
    found = advised(catalog, fleet(), {ocid("chat"): busy.model_copy(update={"hours": weekends})}, "chat")
    assert "Cluster right-sizing: time of day" not in {each.strategy for each in found}


def test_two_clusters_of_one_model_are_merged_where_fewer_units_carry_both(catalog: Catalog) -> None:
    advice = only(advised(catalog, fleet(), weeks(), "support", "support-two"), "Endpoint consolidation")
    # 4 and 1 requests a second at 1.33 a unit: 4 units for the 5 there are.
    assert advice.line == "endpoint move support-two-endpoint support"
    assert saved(advice) == "$17,856"


def test_clusters_that_know_no_hour_in_common_or_need_all_units_are_left_alone(catalog: Catalog) -> None:
    late = week(ocid("support-two"), Decimal(1))
    shift = timedelta(days=30)
    hours = tuple(each.model_copy(update={"since": each.since + shift}) for each in late.hours)
    other = late.model_copy(update={"hours": hours, "since": late.since + shift, "until": late.until + shift})
    full = week(ocid("support-two"), Decimal("2.66"))
    for second in (other, full):
        found = advised(catalog, fleet(), {**weeks(), ocid("support-two"): second}, "support", "support-two")
        assert "Endpoint consolidation" not in {each.strategy for each in found}


def test_a_lighter_model_is_named_with_what_its_unit_costs(catalog: Catalog) -> None:
    advice = only(advised(catalog, fleet(), weeks(), "contracts"), "Model selection")
    assert [each.text for each in advice.evidence[:2]] == [
        "Now: Command R+ 08-2024 on LARGE_COHERE_V2_2, $48 per unit-hour",
        "Lighter: Command A on LARGE_COHERE_V3, $24 per unit-hour",
    ]
    assert advice.line == "size hosting cohere.command-a-03-2025 --rps 1.00 --prompt 500 --response 200"
    unmeasured = only(advised(catalog, fleet(), {}, "contracts"), "Model selection")
    assert unmeasured.line == "size hosting cohere.command-a-03-2025"


def test_a_fine_tuned_model_pays_back_its_training(catalog: Catalog) -> None:
    advice = only(advised(catalog, fleet(), weeks(), "contracts"), "Fine-tuning ROI")
    assert "paid back after 1 day of the saving" in advice.sentence
    assert "at most $192" in advice.evidence[-1].text
    # A unit of Command A costs as much as one of Llama 3.3: nothing is won.
    assert "Fine-tuning ROI" not in {each.strategy for each in advised(catalog, fleet(), weeks(), "chat")}


def test_a_price_nobody_knows_advises_nothing_about_money(catalog: Catalog) -> None:
    found = advised(catalog, fleet(), weeks(), "scout")
    assert found == []
    idle = {ocid("scout"): week(ocid("scout"), Decimal(0))}
    advice = only(advised(catalog, fleet(), idle, "scout"), "Cluster right-sizing")
    assert isinstance(advice.saves, Unknown)


def test_a_custom_model_counts_as_what_it_was_made_from(catalog: Catalog) -> None:
    base = "ocid1.model..meta.llama-3.3-70b-instruct"
    for made_from, expected in ((base, {"Model selection"}), ("ocid1.model..gone", set())):
        seen = fleet()
        custom = Model(id="ocid1.model..cohere.command-a-03-2025", name="ours", region="us-chicago-1", type="CUSTOM")
        custom = custom.model_copy(update={"base_model_id": made_from})
        others = tuple(each for each in seen.models if each.id != custom.id)
        seen = seen.model_copy(update={"models": (*others, custom)})
        found = {each.strategy for each in advised(catalog, seen, {}, "unmeasured")}
        assert found == expected


def test_a_model_that_is_not_listed_is_none_that_anybody_knows(catalog: Catalog) -> None:
    seen = fleet().model_copy(update={"models": ()})
    assert {each.strategy for each in advised(catalog, seen, {}, "chat")} == set()


def test_only_active_hosting_clusters_are_looked_at() -> None:
    tuning = changed("chat", type="FINE_TUNING")
    broken = changed("chat", lifecycle_state="NEEDS_ATTENTION")
    for seen in (tuning, broken):
        assert "chat" not in {each.name for each in hosting(seen)}


def test_a_name_with_a_blank_is_quoted_in_the_line(catalog: Catalog) -> None:
    seen = changed("idle", name="old one")
    advice = only(advised(catalog, seen, weeks(), "old one"), "Cluster right-sizing")
    assert advice.line.startswith('delete "old one" because ')


def test_hours_that_were_not_measured_show_nothing() -> None:
    history = week("c", Decimal(1))
    for hidden in ("p95_seconds", "errors", "calls"):
        hours = tuple(each.model_copy(update={hidden: None}) for each in history.hours)
        assert carried(history.model_copy(update={"hours": hours}), 1) is None


def test_a_busiest_hour_whose_latency_is_unknown_is_not_taken_for_bad() -> None:
    history = week("c", Decimal(1))
    assert history.peak
    hours = tuple(
        each.model_copy(update={"p95_seconds": None}) if each == history.peak else each for each in history.hours
    )
    found = carried(history.model_copy(update={"hours": hours}), 1)
    assert found
    assert not found.strained
    assert "latency not measured" in found.words[0]


def test_what_is_not_measured_or_not_priced_is_no_advice(catalog: Catalog) -> None:
    """Neither tokens, nor the model, nor the other shape's price: each leaves its own advice out."""
    history = week(ocid("support"), Decimal(2))
    blind = history.model_copy(
        update={"hours": tuple(each.model_copy(update={"input_tokens": None}) for each in history.hours)}
    )
    seen = changed("support", unit_count=9)
    for gone in (seen, seen.model_copy(update={"models": ()})):
        found = advised(catalog, gone, {ocid("support"): blind}, "support")
        assert "Cluster right-sizing" not in {each.strategy for each in found}


def test_sums_are_unknown_as_soon_as_a_part_is(catalog: Catalog) -> None:
    assert isinstance(for_units(catalog, "LARGE_GENERIC_2", 1), Unknown)
    assert isinstance(for_units(catalog, "LARGE_COHERE_V3", 1, less="LARGE_GENERIC_2"), Unknown)


def test_training_that_saves_nothing_says_nothing_of_paying_back(catalog: Catalog) -> None:
    assert pays_back(Money(amount=Decimal(192)), Unknown(what="x", settle="y")) == ""
    nothing = for_units(catalog, "LARGE_COHERE_V3", 1, less="LARGE_COHERE_V3")
    assert pays_back(Money(amount=Decimal(192)), nothing) == ""
    half = for_units(catalog, "LARGE_COHERE_V3", 1, Decimal("0.01"))
    assert "after 34 days" in pays_back(Money(amount=Decimal(192)), half)


def test_a_lighter_models_line_leaves_out_what_was_not_measured(catalog: Catalog) -> None:
    history = week(ocid("contracts"), Decimal(1))
    hours = tuple(each.model_copy(update={"output_tokens": None}) for each in history.hours)
    histories = {ocid("contracts"): history.model_copy(update={"hours": hours})}
    advice = only(advised(catalog, fleet(), histories, "contracts"), "Model selection")
    assert advice.line == "size hosting cohere.command-a-03-2025 --rps 1.00 --prompt 500"

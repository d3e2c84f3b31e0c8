"""What Oracle says of a model's end against what the catalogue holds: by region, and never more than was said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from dac.catalog import Catalog, shipped
from dac.cluster import Gap
from dac.discovery import Correction, Discovery, Ending, Listing, Offered, corrected, corrections
from dac.figures import Trust
from dac.models import Kind, ModelEntry, Status

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
PAST, LATER = datetime(2026, 9, 30, tzinfo=UTC), datetime(2027, 1, 31, tzinfo=UTC)
CHICAGO, FRANKFURT = "us-chicago-1", "eu-frankfurt-1"
SHIPPED = shipped()
SOURCES = SHIPPED.models["cohere.command-a-03-2025"].sources
BOTH: dict[str, Any] = {"dedicated": True, "on_demand": True}
ACTIVE = {**BOTH, "status": Status.ACTIVE}
RETIRED = {
    "status": Status.RETIRED,
    "dedicated": False,
    "on_demand": False,
    "on_demand_retired": PAST.date(),
    "dedicated_retired": PAST.date(),
}


def catalog(**changes: Any) -> Catalog:
    """The shipped one and a model of our own."""
    entry = ModelEntry.model_validate(
        {
            "id": "acme.one",
            "name": "One",
            "aliases": ("acme.one-latest",),
            "vendor": "acme",
            "kind": Kind.CHAT,
            "hosting": {"shapes": ("LARGE_COHERE_V3",)},
            "sources": SOURCES,
            **changes,
        }
    )
    sections = {name: getattr(SHIPPED, name) for name in Catalog.model_fields}
    return Catalog(**sections | {"models": {**SHIPPED.models, entry.id: entry}})


def there(region: str = CHICAGO, **said: Any) -> Offered:
    return Offered.model_validate({"model": "acme.one", "region": region, **BOTH, **said})


def discovery(*offered: Offered, gaps: tuple[Gap, ...] = ()) -> Discovery:
    return Discovery(read_at=NOW, offered=offered, gaps=gaps)


def gap(region: str, what: str = "models") -> Gap:
    return Gap(region=region, what=what, because="no answer")


def found(held: Catalog, *offered: Offered, **more: Any) -> list[tuple[Ending, date | None, tuple[str, ...], bool]]:
    told = corrections(held, discovery(*offered, **more))
    return [(each.field, each.live, each.regions, each.everywhere) for each in told]


def entry(held: Catalog, *offered: Offered, **more: Any) -> ModelEntry:
    return corrected(held, discovery(*offered, **more)).models["acme.one"]


# ------------------------------------------------------------------------------------------------- one region's word


def test_a_date_the_catalogue_does_not_hold_is_a_correction_with_its_source() -> None:
    read = discovery(there(time_dedicated_retired=LATER))
    assert corrections(catalog(**ACTIVE), read) == (
        Correction(
            model_id="acme.one",
            field=Ending.DEDICATED,
            held=None,
            live=LATER.date(),
            regions=(CHICAGO,),
            everywhere=True,
            source=read.source,
        ),
    )


@pytest.mark.parametrize(
    ("held", "said"),
    [
        pytest.param(ACTIVE, {}, id="no dates on either side"),
        pytest.param({**ACTIVE, "dedicated_retired": LATER.date()}, {"time_dedicated_retired": LATER}, id="the same"),
        pytest.param(
            {**ACTIVE, "dedicated_retired": LATER.date()},
            {"time_dedicated_retired": LATER.astimezone(timezone(timedelta(hours=-6)))},
            id="the same day in UTC",
        ),
        pytest.param({**ACTIVE, "dedicated_retired": LATER.date()}, {}, id="announced elsewhere, not in the list yet"),
        pytest.param(RETIRED, {"listing": Listing.MODELS, "dedicated": None, "on_demand": None}, id="listed as ACTIVE"),
        pytest.param(RETIRED, {"dedicated": False, "on_demand": False}, id="no longer offered"),
        pytest.param({**ACTIVE, "deprecated": PAST.date()}, {}, id="deprecated by the catalogue alone"),
    ],
)
def test_nothing_is_corrected_where_nothing_else_is_said(held: dict[str, Any], said: dict[str, Any]) -> None:
    before = catalog(**held)
    assert not found(before, there(**said))
    assert entry(before, there(**said)) is before.models["acme.one"]


def test_models_that_the_catalogue_does_not_hold_are_left_out() -> None:
    stranger = there(time_dedicated_retired=PAST).model_copy(update={"model": "acme.two"})
    assert not found(catalog(**ACTIVE), stranger)


def test_a_model_is_known_by_its_other_names_before_and_after() -> None:
    held = catalog(**ACTIVE)
    assert held.model("acme.one-latest") is held.models["acme.one"]
    alias = there(time_dedicated_retired=PAST).model_copy(update={"model": "Acme.One-Latest"})
    new = corrected(held, discovery(alias))
    assert [each.model_id for each in corrections(held, discovery(alias))] == ["acme.one"]
    assert new.model("acme.one-latest") is new.models["acme.one"]
    assert new.models["acme.one"].dedicated_retired == PAST.date()


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        pytest.param({"on_demand": False, "time_deprecated": PAST, "time_on_demand_retired": PAST}, [], id="told"),
        pytest.param(
            {"listing": Listing.MODELS, "dedicated": None, "on_demand": None, "time_deprecated": PAST},
            [],
            id="not told how it can be had",
        ),
        pytest.param(
            {"on_demand": False, "time_deprecated": PAST, "time_dedicated_retired": LATER},
            [Ending.DEPRECATED, Ending.DEDICATED],
            id="its dedicated use ends as well",
        ),
        pytest.param({"time_deprecated": PAST}, [Ending.DEPRECATED], id="can be had both ways"),
        pytest.param(
            {"dedicated": False, "time_deprecated": PAST, "time_on_demand_retired": LATER},
            [Ending.DEPRECATED, Ending.ON_DEMAND],
            id="can be had on demand only",
        ),
    ],
)
def test_dates_that_may_only_say_a_model_is_dedicated_only_are_no_end(said: dict[str, Any], ends: list[Ending]) -> None:
    assert [field for field, *_ in found(catalog(**ACTIVE), there(**said))] == ends


def test_of_several_editions_by_one_name_the_last_decides() -> None:
    early, late = there(time_dedicated_retired=PAST), there(time_dedicated_retired=LATER)
    assert found(catalog(**ACTIVE), early, late) == [(Ending.DEDICATED, LATER.date(), (CHICAGO,), True)]
    assert not found(catalog(**ACTIVE), early, there())


# ---------------------------------------------------------------------------------------------------- several regions


def test_a_model_retired_in_one_region_only_is_not_retired() -> None:
    held = catalog(**ACTIVE, dedicated_regions=(CHICAGO, FRANKFURT), note="Fast.")
    offers = there(CHICAGO), there(FRANKFURT, time_dedicated_retired=PAST)
    assert found(held, *offers) == [(Ending.DEDICATED, PAST.date(), (FRANKFURT,), False)]
    new = entry(held, *offers)
    assert (new.status, new.dedicated, new.dedicated_retired) == (Status.ACTIVE, True, None)
    assert new.dedicated_regions == (CHICAGO,)
    assert new.note == "Fast. Retired for dedicated use as of 2026-09-30 in eu-frankfurt-1."


def test_a_model_is_retired_when_it_is_in_the_last_region() -> None:
    held = catalog(**ACTIVE, dedicated_regions=(CHICAGO, FRANKFURT))
    offers = there(CHICAGO, time_dedicated_retired=LATER), there(FRANKFURT, time_dedicated_retired=PAST)
    assert found(held, *offers) == [
        (Ending.DEDICATED, PAST.date(), (FRANKFURT,), False),
        (Ending.DEDICATED, LATER.date(), (CHICAGO,), False),
    ]
    new = entry(held, *offers)
    assert (new.dedicated, new.dedicated_retired) == (True, LATER.date())
    assert new.dedicated_regions == (CHICAGO,)
    assert new.note == "Retired for dedicated use as of 2026-09-30 in eu-frankfurt-1."


def test_a_region_to_come_stays_among_the_dedicated_ones() -> None:
    held = catalog(**ACTIVE, dedicated_regions=(CHICAGO, FRANKFURT))
    new = entry(held, there(CHICAGO), there(FRANKFURT, time_dedicated_retired=LATER))
    assert new.dedicated_regions == (CHICAGO, FRANKFURT)
    assert new.note == "Retired for dedicated use as of 2027-01-31 in eu-frankfurt-1."


def test_a_region_that_never_had_it_dedicated_has_no_say() -> None:
    offers = there(CHICAGO, time_dedicated_retired=LATER), there(FRANKFURT, dedicated=False)
    assert found(catalog(**ACTIVE), *offers) == [(Ending.DEDICATED, LATER.date(), (CHICAGO,), True)]


def test_a_region_that_could_not_be_read_may_say_otherwise() -> None:
    held, unread = catalog(**ACTIVE), (gap(FRANKFURT),)
    assert found(held, there(time_dedicated_retired=PAST), gaps=unread) == [
        (Ending.DEDICATED, PAST.date(), (CHICAGO,), False)
    ]
    new = entry(held, there(time_dedicated_retired=PAST), gaps=unread)
    assert (new.status, new.dedicated, new.dedicated_retired) == (Status.ACTIVE, True, None)
    assert new.note == "Retired for dedicated use as of 2026-09-30 in us-chicago-1."


def test_a_region_that_was_read_some_other_way_is_read() -> None:
    read = discovery(there(), gaps=(gap(CHICAGO, "model discovery"), gap(FRANKFURT)))
    assert read.unread == (FRANKFURT,)


def test_regions_are_named_as_a_person_would() -> None:
    regions = "ap-osaka-1", FRANKFURT, CHICAGO
    (told,) = corrections(
        catalog(**ACTIVE), discovery(*(there(each, time_on_demand_retired=LATER) for each in regions))
    )
    assert str(told) == "Retired on demand as of 2027-01-31 in ap-osaka-1, eu-frankfurt-1 and us-chicago-1"


# --------------------------------------------------------------------------------------- status and ways of having it


@pytest.mark.parametrize(
    ("held", "said", "after"),
    [
        pytest.param(
            ACTIVE,
            {"time_on_demand_retired": PAST, "time_dedicated_retired": PAST},
            (Status.RETIRED, False, False),
            id="retired both ways",
        ),
        pytest.param(
            ACTIVE,
            {"time_dedicated_retired": PAST},
            (Status.ACTIVE, False, True),
            id="still had on demand, without end",
        ),
        pytest.param(
            ACTIVE,
            {"time_dedicated_retired": PAST, "time_on_demand_retired": LATER},
            (Status.DEPRECATED, False, True),
            id="on demand until later",
        ),
        pytest.param(
            ACTIVE, {"time_on_demand_retired": PAST}, (Status.ACTIVE, True, False), id="on demand alone has ended"
        ),
        pytest.param(
            ACTIVE,
            {"time_on_demand_retired": PAST, "time_dedicated_retired": LATER},
            (Status.DEPRECATED, True, False),
            id="dedicated until later",
        ),
        pytest.param(ACTIVE, {"time_deprecated": PAST}, (Status.DEPRECATED, True, True), id="deprecated"),
        pytest.param(ACTIVE, {"time_deprecated": LATER}, (Status.ACTIVE, True, True), id="not deprecated yet"),
        pytest.param(
            {**ACTIVE, "on_demand": False},
            {"on_demand": False, "time_dedicated_retired": NOW},
            (Status.RETIRED, False, False),
            id="retired this moment",
        ),
        pytest.param(
            {**ACTIVE, "on_demand": False},
            {"on_demand": False, "time_dedicated_retired": NOW + timedelta(hours=1)},
            (Status.DEPRECATED, True, False),
            id="retired later today",
        ),
        pytest.param(
            RETIRED,
            {"time_dedicated_retired": LATER, "time_on_demand_retired": PAST},
            (Status.DEPRECATED, True, False),
            id="put off",
        ),
        pytest.param({}, {"time_deprecated": LATER}, (None, None, None), id="nothing known stays so"),
    ],
)
def test_status_and_ways_follow_the_dates(
    held: dict[str, Any], said: dict[str, Any], after: tuple[Status | None, bool | None, bool | None]
) -> None:
    new = entry(catalog(**held), there(**said))
    assert (new.status, new.dedicated, new.on_demand) == after


def test_what_oracle_offers_without_an_end_has_not_ended() -> None:
    held = catalog(**RETIRED)
    assert found(held, there(time_on_demand_retired=PAST)) == [(Ending.DEDICATED, None, (CHICAGO,), True)]
    (told,) = corrections(held, discovery(there(time_on_demand_retired=PAST)))
    assert str(told) == "Not retired for dedicated use so far in us-chicago-1"
    new = entry(held, there(time_on_demand_retired=PAST))
    assert (new.status, new.dedicated, new.dedicated_retired) == (Status.ACTIVE, True, None)
    assert (new.on_demand, new.on_demand_retired) == (False, PAST.date())


def test_what_one_region_offers_without_an_end_has_ended_in_the_other_only() -> None:
    held = catalog(**RETIRED, dedicated_regions=(CHICAGO, FRANKFURT))
    ended = {"time_on_demand_retired": PAST}
    offers = there(CHICAGO, **ended), there(FRANKFURT, **ended, time_dedicated_retired=PAST)
    assert found(held, *offers) == [(Ending.DEDICATED, None, (CHICAGO,), False)]
    new = entry(held, *offers)
    assert (new.dedicated, new.dedicated_retired, new.dedicated_regions) == (True, None, (CHICAGO,))
    assert new.note == "Retired for dedicated use as of 2026-09-30 in eu-frankfurt-1."


def test_what_is_retired_keeps_the_regions_where_it_could_be_had() -> None:
    new = entry(catalog(**ACTIVE, dedicated_regions=(CHICAGO,)), there(time_dedicated_retired=PAST))
    assert new.dedicated_regions == (CHICAGO,)


@pytest.mark.parametrize(
    ("hosting", "dedicated"),
    [
        pytest.param({"hosting": None}, False, id="nothing known of its shape"),
        pytest.param({"hosting": None, "hosting_unknown": "pages disagree"}, True, id="known not to be known"),
    ],
)
def test_that_it_can_be_hosted_is_said_where_something_is_known_of_its_shape(
    hosting: dict[str, Any], *, dedicated: bool
) -> None:
    new = entry(catalog(**RETIRED | hosting), there(time_on_demand_retired=PAST, time_dedicated_retired=LATER))
    assert (new.dedicated_retired, new.dedicated) == (LATER.date(), dedicated)


def test_a_corrected_entry_cites_oracle_once_beside_what_it_had() -> None:
    read = discovery(there(time_deprecated=PAST, time_dedicated_retired=LATER))
    new = corrected(catalog(**ACTIVE), read).models["acme.one"]
    assert new.sources == (*SOURCES, read.source)
    assert (read.source.trust, read.source.as_of, read.source.url) == (Trust.LIVE, NOW.date(), None)


@pytest.mark.parametrize(
    ("listings", "title"),
    [
        ([], "Oracle, ListModelDiscovery"),
        ([Listing.DISCOVERY], "Oracle, ListModelDiscovery"),
        ([Listing.MODELS], "Oracle, ListModels"),
        ([Listing.MODELS, Listing.DISCOVERY], "Oracle, ListModelDiscovery and ListModels"),
    ],
)
def test_the_source_is_the_list_that_was_read(listings: list[Listing], title: str) -> None:
    assert discovery(*(there(listing=each) for each in listings)).source.title == title

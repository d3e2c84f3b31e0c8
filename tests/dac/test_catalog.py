from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest
from oci.generative_ai.models import DedicatedAiCluster
from pydantic import BaseModel, ValidationError

from dac.catalog import Catalog, shipped
from dac.figures import Source, Trust, Unknown
from dac.models import Kind, Status
from dac.shapes import Generation


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return shipped()


def walk(value: object) -> Iterator[object]:
    yield value
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from walk(each)


def test_the_shapes_are_exactly_those_the_sdk_knows(catalog: Catalog) -> None:
    known = {value for name, value in vars(DedicatedAiCluster).items() if name.startswith("UNIT_SHAPE_")}
    assert len(known) == 124
    assert catalog.shapes.keys() == known


def test_every_entry_has_a_source_with_a_date_that_is_past(catalog: Catalog) -> None:
    cited = [value for value in walk(catalog) if isinstance(value, BaseModel) and hasattr(value, "sources")]
    assert len(cited) > 124 + 81 + 42
    for entry in cited:
        sources = entry.sources.values() if isinstance(entry, Catalog) else getattr(entry, "sources")  # noqa: B009
        assert sources, entry
        for source in sources:
            assert isinstance(source, Source)
            assert date(2025, 1, 1) < source.as_of <= date(2026, 11, 28)
            assert source.url is None or source.url.startswith("https://")


def test_nothing_shown_rests_on_an_unverified_source(catalog: Catalog) -> None:
    assert all(source.trust is not Trust.UNVERIFIED for source in catalog.sources.values())


def test_every_source_of_the_file_is_cited() -> None:
    raw = tomllib.loads((files("dac") / "catalog.toml").read_text(encoding="utf-8"))
    named = raw.pop("sources").keys()
    texts = {value for value in walk(raw) if isinstance(value, str)}
    assert named <= texts


def test_there_is_no_float_anywhere(catalog: Catalog) -> None:
    raw = tomllib.loads((files("dac") / "catalog.toml").read_text(encoding="utf-8"))
    assert not [value for value in walk(raw) if isinstance(value, float)]
    assert not [value for value in walk(catalog) if isinstance(value, float)]


@pytest.mark.parametrize(
    ("name", "limit", "limit_units", "sku", "billed_units"),
    [
        ("LARGE_COHERE", "dedicated-unit-large-cohere-count", 1, "B108082", "1"),
        ("LARGE_COHERE_V2_2", "dedicated-unit-large-cohere-count", 2, "B108082", "2"),
        ("LARGE_COHERE_V3", "dedicated-unit-large-cohere-count", 1, "B108082", "1"),
        ("SMALL_COHERE", "dedicated-unit-small-cohere-count", 1, "B108083", "1"),
        ("SMALL_COHERE_V2", "dedicated-unit-small-cohere-count", 1, "B108083", "1"),
        ("SMALL_COHERE_4", "dedicated-unit-small-cohere-count", 4, "B108083", "4"),
        ("EMBED_COHERE", "dedicated-unit-embed-cohere-count", 1, "B108084", "1"),
        ("RERANK_COHERE", "dedicated-unit-rerank-cohere-count", 1, "B111015", "1"),
        ("LARGE_GENERIC", "dedicated-unit-llama2-70-count", 2, "B108085", "2"),
        ("A100_80G_X1", "dedicated-unit-a100-80g-count", 1, "B111959", "3.24"),
        ("H100_X2", "dedicated-unit-h100-count", 2, "B111959", "12.02"),
        ("H100_X32", "dedicated-unit-h100-count", 32, "B111959", "192.32"),
        ("H200_X8", "dedicated-unit-h200-count", 8, "B111959", "49.76"),
        ("B200_X16", "dedicated-unit-b200-count", 16, "B111959", "128.32"),
        ("COHERE_H100_X2", "dedicated-unit-h100-count", 2, "B112425", "12.02"),
        ("META_A100_80G_X4", "dedicated-unit-a100-80g-count", 4, "B111882", "12.96"),
        ("OAI_A100_80G_X2", "dedicated-unit-a100-80g-count", 2, "B112008", "6.48"),
        ("OAI_H200_X1", "dedicated-unit-h200-count", 1, "B112008", "6.22"),
    ],
)
def test_a_shape_counts_in_its_limit_and_on_the_bill(
    catalog: Catalog, name: str, limit: str, limit_units: int, sku: str, billed_units: str
) -> None:
    shape = catalog.shape(name)
    assert shape is not None
    assert shape.limit is not None
    assert shape.billing is not None
    assert (shape.limit.name, shape.limit.units) == (limit, limit_units)
    assert (shape.billing.sku, shape.billing.units) == (sku, Decimal(billed_units))
    assert catalog.limit_of_shape[name] == limit


@pytest.mark.parametrize("name", ["LARGE_GENERIC_2", "LARGE_GENERIC_V4", "LARGE_COHERE_V2", "LLAMA2_70"])
def test_where_only_the_family_is_known_the_limit_has_a_name_but_no_count(catalog: Catalog, name: str) -> None:
    shape = catalog.shapes[name]
    assert shape.billing is None
    assert shape.limit is not None
    assert shape.limit.units is None
    assert [source.trust for source in shape.limit.sources] == [Trust.DERIVED]


@pytest.mark.parametrize("name", ["L40S_X1", "MI300X_X32", "SB_B200_X1"])
def test_a_shape_whose_limit_is_not_known_has_none(catalog: Catalog, name: str) -> None:
    assert catalog.shapes[name].limit is None
    assert name not in catalog.limit_of_shape


def test_a_gpu_of_unknown_price_still_counts_in_its_limit(catalog: Catalog) -> None:
    shape = catalog.shapes["A10_X2"]
    assert shape.billing is None
    assert shape.limit is not None
    assert shape.limit.units == 2
    assert shape.billing_unknown == "how many AI units one A10 GPU counts as is not published in what we hold"


def test_exactly_these_shapes_have_no_price(catalog: Catalog) -> None:
    dark = {name for name, shape in catalog.shapes.items() if shape.billing is None}
    by_gpu = {
        name for name, shape in catalog.shapes.items() if shape.gpu in {"A10", "A100_40G", "B300", "L40S", "MI300X"}
    }
    generic = {name for name in catalog.shapes if "GENERIC" in name} - {"LARGE_GENERIC"}
    assert dark == by_gpu | generic | {"LARGE_COHERE_V2", "LLAMA2_70", "SB_B200_X1"}


def test_a_hardware_shape_says_its_hardware_and_whom_it_is_for(catalog: Catalog) -> None:
    imported, vendor, legacy = (catalog.shapes[name] for name in ("H100_X4", "META_H100_X4", "LARGE_GENERIC"))
    assert (imported.generation, imported.gpu, imported.gpus_per_unit) == (Generation.HARDWARE, "H100", 4)
    assert (imported.for_imported, vendor.for_imported, legacy.for_imported) == (True, False, False)
    assert (legacy.generation, legacy.gpu, legacy.gpus_per_unit) == (Generation.LEGACY, None, None)


@pytest.mark.parametrize(
    ("name", "trusts"),
    [
        ("H100_X8", [Trust.MIRROR]),
        ("H100_X16", [Trust.MIRROR, Trust.DERIVED]),
        ("COHERE_H100_X8", [Trust.MIRROR, Trust.MIRROR]),
    ],
    ids=["in Oracle's table", "scaled beyond it", "carried over to a vendor's prefix"],
)
def test_the_sources_of_a_hardware_price_tell_how_it_was_come_by(
    catalog: Catalog, name: str, trusts: list[Trust]
) -> None:
    billing = catalog.shapes[name].billing
    assert billing is not None
    assert [source.trust for source in billing.sources] == trusts


def test_lookups_forgive_case_and_blanks(catalog: Catalog) -> None:
    assert catalog.shape(" Cohere_H100_X2 ") is catalog.shapes["COHERE_H100_X2"]
    assert catalog.price("b108082") is catalog.prices["B108082"]
    assert catalog.model(" Command A ") is catalog.models["cohere.command-a-03-2025"]


def test_what_is_not_in_it_is_none(catalog: Catalog) -> None:
    assert catalog.shape("UNKNOWN_ENUM_VALUE") is None
    assert catalog.price("B0") is None
    assert catalog.model("gpt-9") is None
    assert catalog.model("") is None


@pytest.mark.parametrize(
    ("called", "model"),
    [
        ("meta.llama-3.3-70b-instruct", "meta.llama-3.3-70b-instruct"),
        ("llama-3.3-70b-instruct", "meta.llama-3.3-70b-instruct"),
        ("LLAMA 3.3 70B", "meta.llama-3.3-70b-instruct"),
        ("cohere.command-a-reasoning-08-2025", "cohere.command-a-reasoning"),
        ("rerank 3.5", "cohere.rerank.v3-5"),
    ],
)
def test_a_model_answers_to_its_id_its_name_and_its_aliases(catalog: Catalog, called: str, model: str) -> None:
    found = catalog.model(called)
    assert found is not None
    assert found.id == model


@pytest.mark.parametrize(
    ("model", "region", "shapes"),
    [
        ("cohere.command-a-03-2025", "us-chicago-1", ("LARGE_COHERE_V3",)),
        ("cohere.command-a-03-2025", "me-dubai-1", ("SMALL_COHERE_4",)),
        ("cohere.command-a-vision", "me-dubai-1", ("SMALL_COHERE_4",)),
        ("cohere.command-a-reasoning", "uk-london-1", ("LARGE_COHERE_V2_2",)),
        ("cohere.embed-v4.0", "us-chicago-1", ("EMBED_COHERE",)),
        ("meta.llama-3.3-70b-instruct", "eu-frankfurt-1", ("LARGE_GENERIC",)),
        ("meta.llama-3.3-70b-instruct-fp8-dynamic", "me-dubai-1", ("LARGE_GENERIC_V1",)),
        ("meta.llama-4-scout-17b-16e-instruct", "us-chicago-1", ("LARGE_GENERIC_V2",)),
        ("meta.llama-4-maverick-17b-128e-instruct-fp8", "us-chicago-1", ("LARGE_GENERIC_2",)),
        ("meta.llama-4-maverick-17b-128e-instruct-fp8", "me-abudhabi-1", ("LARGE_GENERIC_V5",)),
        ("openai.gpt-oss-120b", "us-chicago-1", ("OAI_A100_80G_X2",)),
        ("openai.gpt-oss-20b", "me-riyadh-1", ("OAI_H200_X1",)),
        ("google.gemini-2.5-pro", "us-chicago-1", ()),
        ("xai.grok-4.7", "us-chicago-1", ()),
    ],
)
def test_the_region_decides_on_what_a_model_runs(
    catalog: Catalog, model: str, region: str, shapes: tuple[str, ...]
) -> None:
    assert catalog.models[model].shapes_in(region) == shapes


def test_where_it_is_not_known_which_shape_a_region_has_all_are_named(catalog: Catalog) -> None:
    shapes = catalog.models["openai.gpt-oss-20b"].shapes_in("us-ashburn-1")
    assert isinstance(shapes, tuple)
    assert len(shapes) == 5


@pytest.mark.parametrize("model", ["cohere.rerank-v4.0-pro", "meta.llama-3.2-11b-vision-instruct"])
def test_a_shape_nobody_has_confirmed_is_unknown(catalog: Catalog, model: str) -> None:
    answer = catalog.models[model].shapes_in("us-chicago-1")
    assert isinstance(answer, Unknown)
    assert answer.what == f"the unit shape of {model}"
    assert "read the model's page" in answer.settle


def test_one_managed_model_can_still_be_fine_tuned(catalog: Catalog) -> None:
    assert [model.id for model in catalog.models.values() if model.fine_tunable] == ["meta.llama-3.3-70b-instruct"]
    preset = catalog.models["meta.llama-3.3-70b-instruct"].fine_tuning
    assert preset is not None
    assert (preset.shape, preset.units, preset.methods) == ("LARGE_GENERIC", 2, ("LORA",))


def test_fine_tuning_of_command_r_took_eight_units(catalog: Catalog) -> None:
    preset = catalog.models["cohere.command-r-08-2024"].fine_tuning
    assert preset is not None
    assert (preset.shape, preset.units) == ("SMALL_COHERE_V2", 8)


@pytest.mark.parametrize(
    ("model", "day"),
    [
        ("cohere.command", date(2025, 8, 7)),
        ("cohere.command-light", date(2025, 8, 7)),
        ("cohere.command-r-16k", date(2025, 8, 7)),
        ("cohere.command-r-plus", date(2025, 8, 7)),
        ("cohere.command-r-08-2024", date(2026, 9, 30)),
        ("cohere.embed-english-v3.0", date(2026, 9, 30)),
    ],
)
def test_a_retired_model_says_since_when_and_keeps_its_shape(catalog: Catalog, model: str, day: date) -> None:
    entry = catalog.models[model]
    assert (entry.status, entry.dedicated, entry.dedicated_retired) == (Status.RETIRED, False, day)
    assert entry.hosting is not None


def test_a_model_of_which_nothing_is_confirmed_says_so(catalog: Catalog) -> None:
    entry = catalog.models["meta.llama-3.1-70b-instruct"]
    assert (entry.status, entry.dedicated, entry.on_demand, entry.fine_tuning) == (None, None, None, None)


def test_contexts_and_kinds(catalog: Catalog) -> None:
    assert catalog.models["cohere.command-a-03-2025"].context_tokens == 256_000
    assert catalog.models["meta.llama-4-maverick-17b-128e-instruct-fp8"].context_tokens == 512_000
    assert catalog.models["cohere.embed-v4.0"].kind is Kind.EMBED


def test_the_least_that_is_billed(catalog: Catalog) -> None:
    assert str(catalog.commitments.hosting) == "744 unit-hours for each hosting cluster"
    assert str(catalog.commitments.fine_tuning) == "1 unit-hour for each fine-tuning job"


def test_imported_models_have_a_commitment_of_their_own(catalog: Catalog) -> None:
    assert catalog.hosting_commitment(catalog.shapes["H100_X1"]) is catalog.commitments.imported
    assert catalog.hosting_commitment(catalog.shapes["OAI_H100_X1"]) is catalog.commitments.hosting


def test_rerank_alone_is_billed_by_the_cluster(catalog: Catalog) -> None:
    assert [price.sku for price in catalog.prices.values() if price.per_cluster] == ["B111015"]


def test_nothing_in_it_can_be_changed(catalog: Catalog) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(catalog.prices["B108082"], "amount", Decimal(0))  # noqa: B010


def test_dedicated_clusters_are_billed_by_what_is_sold_by_the_hour() -> None:
    found = shipped().part_numbers
    assert {"B108082", "B108085", "B111015", "B112008"} <= set(found)
    assert "B108077" not in found  # on demand

"""How many units a load needs, worked out by hand from the published tables; more load never needs fewer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.catalog import shipped
from dac.errors import DacError
from dac.figures import Unknown
from dac.handbook import shipped as handbook
from dac.sizing import Load, Sized, Targets, band, model_named, most, shape_for, shape_named, size

CATALOG = shipped()
COMMAND_R = ("cohere.command-r-08-2024", "SMALL_COHERE_V2")
R_PLUS = ("cohere.command-r-plus-08-2024", "LARGE_COHERE_V2_2")
LLAMA = ("meta.llama-3.3-70b-instruct", "LARGE_GENERIC")
GPT = ("openai.gpt-oss-20b", "OAI_H100_X1")
VISION = ("meta.llama-3.2-90b-vision-instruct", "LARGE_GENERIC_V2")
USUAL, CHAT, HEAVY = (480, 300), (100, 100), (100, 1000)


def load(rate: str | None, concurrency: str | None = None, tokens: tuple[int, int] = USUAL) -> Load:
    return Load(
        rate=None if rate is None else Decimal(rate),
        concurrency=None if concurrency is None else Decimal(concurrency),
        prompt_tokens=Decimal(tokens[0]),
        response_tokens=Decimal(tokens[1]),
    )


def targets(latency: str | None = None, speed: str | None = None) -> Targets:
    return Targets(latency=latency and Decimal(latency), speed=speed and Decimal(speed))


def units(of: tuple[str, str], wanted: Load, within: Targets | None = None) -> int | None:
    sized = size(CATALOG, *of, wanted, within or Targets())
    return sized.units if isinstance(sized, Sized) else None


@pytest.mark.parametrize(
    ("of", "wanted", "within", "expected"),
    [
        (COMMAND_R, load("12"), None, 2),  # most: 7.5638 at 256 at once
        (COMMAND_R, load("12"), targets("10"), 3),  # within 10 s: 5.3213 at 64
        (COMMAND_R, load("12"), targets(speed="100"), 6),  # 105.84 tokens/s at 16: 2.0408
        (COMMAND_R, load("100", tokens=CHAT), None, 5),  # 20.207 at 256
        (COMMAND_R, load("10", tokens=HEAVY), None, 2),  # 5.0848 at 256
        (COMMAND_R, load(None, "300"), None, 2),  # 256 at once on one
        (COMMAND_R, load(None, "300"), targets(speed="50"), 5),  # 67.4 tokens/s at 64, 45.86 at 128
        (COMMAND_R, load("12", tokens=(1150, 260)), None, 4),  # 1150/480 times the cost: 7.5638 / 2.3958 = 3.157
        (COMMAND_R, load("12", tokens=(10, 10)), None, 1),  # as chat: never cheaper than measured
        (R_PLUS, load("5"), targets("7.02"), 2),  # 3.0442 at 32
        (R_PLUS, load("40", tokens=CHAT), None, 3),  # 18.6263 at 256
        (R_PLUS, load("1", tokens=HEAVY), None, 3),  # its table ends at 8 at once: 0.3978
        (R_PLUS, load("1", tokens=(100, 1001)), None, 3),  # heavier requests do not come cheaper than those
        (LLAMA, load("20"), None, 3),  # 8.49 at 128; at 256 it is 8.09 again
        (LLAMA, load("20"), targets("8.52"), 4),  # 6.58 at 64
        (LLAMA, load("20"), targets(speed="40"), 5),  # 44.32 tokens/s at 32: 4.53
        (LLAMA, load(None, "64"), targets(speed="15"), 1),  # 128 at once give 25.6 tokens/s
        (LLAMA, load(None, "129"), None, 2),
        (("meta.llama-3.1-405b-instruct", "LARGE_GENERIC_2"), load("10"), None, 3),  # 4.713 at 256
        (("meta.llama-3.1-70b-instruct", "LARGE_GENERIC"), load("4"), targets("14.07"), 2),  # 3.443 at 64
        (VISION, load("6"), targets("10.12"), 2),  # 3.1233 at 32
        (VISION, load("25", tokens=CHAT), None, 3),  # 11.6265 at 64
        (GPT, load("30"), None, 3),  # 13.7 at 256
        (GPT, load("30"), targets("4.76"), 3),  # 11.95 at 64
        (("cohere.command-r-16k", "SMALL_COHERE_V2"), load("5"), None, 2),  # 3.3403 at 256
        (("cohere.command-r-plus-08-2024-tp4-64k", "LARGE_COHERE"), load("10"), None, 3),  # 3.88 at 128
        (("cohere.command-r-plus-08-2024-tp4-64k", "LARGE_COHERE"), load(None, "300"), None, 3),
        (COMMAND_R, load("12"), targets("1"), None),  # the quickest takes 3.89 s
        (GPT, load("1"), targets(speed="400"), None),
    ],
)
def test_units_are_those_worked_out_by_hand(
    of: tuple[str, str], wanted: Load, within: Targets | None, expected: int | None
) -> None:
    assert units(of, wanted, within) == expected


def test_littles_law_gives_the_other_half_of_the_load() -> None:
    by_rate = size(CATALOG, *LLAMA, load("8"), Targets())
    assert isinstance(by_rate, Sized)
    assert (by_rate.rate, by_rate.concurrency) == (Decimal(8), Decimal("95.44"))
    at_once = size(CATALOG, *LLAMA, load(None, "100"), Targets())
    assert isinstance(at_once, Sized)
    assert at_once.concurrency == 100
    assert round(at_once.rate, 4) == Decimal("8.3822")


def test_without_a_table_it_is_unknown_and_says_where_there_is_one() -> None:
    none = size(CATALOG, "cohere.command-a-03-2025", "LARGE_COHERE_V3", load("1"), Targets())
    assert isinstance(none, Unknown)
    assert "no benchmark of Command A on LARGE_COHERE_V3 is on file; measure one unit" in none.settle
    elsewhere = size(CATALOG, "openai.gpt-oss-20b", "OAI_A10_X2", load("1"), Targets())
    assert isinstance(elsewhere, Unknown)
    assert "there is one for OAI_H100_X1" in elsewhere.settle
    assert most(CATALOG, "cohere.command-a-03-2025", "LARGE_COHERE_V3", load("1")) is None


@pytest.mark.parametrize(
    ("rate", "name"),
    [("0.1", "Light"), ("9.99", "Light"), ("10", "Medium"), ("49", "Medium"), ("50", "Heavy"), ("200", "Enterprise")],
)
def test_a_band_holds_its_lower_bound(rate: str, name: str) -> None:
    assert band(handbook(), Decimal(rate)).name == name


TABLES = sorted({(each.model, each.shape) for each in CATALOG.benchmarks.values()})
RATES = st.decimals("0.01", "1000", places=2)
TOKENS = st.integers(1, 20_000)
LIMITS = st.one_of(st.none(), st.decimals("0.5", "60", places=1))


@settings(max_examples=150)
@given(of=st.sampled_from(TABLES), rate=RATES, more=RATES, prompt=TOKENS, response=TOKENS, latency=LIMITS, speed=LIMITS)
def test_more_requests_never_need_fewer_units(
    of: tuple[str, str],
    rate: Decimal,
    more: Decimal,
    prompt: int,
    response: int,
    latency: Decimal | None,
    speed: Decimal | None,
) -> None:
    within = Targets(latency=latency, speed=speed)
    for name in ("rate", "concurrency"):
        given_load = load(None, None, (prompt, response))
        few = units(of, given_load.model_copy(update={name: rate}), within)
        many = units(of, given_load.model_copy(update={name: rate + more}), within)
        assert (few is None) == (many is None)
        assert few is None or many is None or few <= many


@settings(max_examples=150)
@given(of=st.sampled_from(TABLES), rate=RATES, prompt=TOKENS, response=TOKENS, more=TOKENS, longer=TOKENS)
def test_longer_requests_never_need_fewer_units(
    of: tuple[str, str], rate: Decimal, prompt: int, response: int, more: int, longer: int
) -> None:
    short = units(of, load(str(rate), tokens=(prompt, response)))
    long = units(of, load(str(rate), tokens=(prompt + more, response + longer)))
    assert short is not None
    assert long is not None
    assert short <= long


@settings(max_examples=150)
@given(of=st.sampled_from(TABLES), rate=RATES, latency=LIMITS, speed=LIMITS, tighter=st.decimals("0", "20", places=1))
def test_tighter_targets_never_need_fewer_units(
    of: tuple[str, str], rate: Decimal, latency: Decimal | None, speed: Decimal | None, tighter: Decimal
) -> None:
    loose = units(of, load(str(rate)), Targets(latency=latency, speed=speed))
    less = None if latency is None else max(latency - tighter, Decimal("0.1"))
    tight = units(of, load(str(rate)), Targets(latency=less, speed=None if speed is None else speed + tighter))
    assert tight is None or (loose is not None and loose <= tight)


@pytest.mark.parametrize(
    ("word", "model"),
    [
        ("cohere.command-a-03-2025", "cohere.command-a-03-2025"),
        ("Command-A-03", "cohere.command-a-03-2025"),
        ("llama 3.3", "meta.llama-3.3-70b-instruct"),
        ("gpt-oss-20", "openai.gpt-oss-20b"),
        ("embed-v4", "cohere.embed-v4.0"),
    ],
)
def test_a_model_is_known_by_part_of_its_name(word: str, model: str) -> None:
    assert model_named(CATALOG, word).id == model


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("llama", "could be"),
        ("lama-3.3-70b-instruct", "Did you mean llama-3.3-70b-instruct"),
        ("qqqq", "`/dac model` lists those there are"),
        ("", "I know no model"),
    ],
)
def test_what_is_no_one_model_gets_a_sentence(word: str, says: str) -> None:
    with pytest.raises(DacError) as sorry:
        model_named(CATALOG, word)
    assert says in str(sorry.value)


def test_a_shape_is_known_in_any_case_and_else_the_nearest_is_named() -> None:
    assert shape_named(CATALOG, "large_cohere_v3") == "LARGE_COHERE_V3"
    for word, says in (("LARGE_COHER_V3", "Did you mean LARGE_COHERE_V3"), ("§§§", "`/dac model` names the shape")):
        with pytest.raises(DacError, match="has no unit shape") as sorry:
            shape_named(CATALOG, word)
        assert says in str(sorry.value)


def test_the_shape_is_the_regions_else_the_only_one_else_the_one_with_a_table() -> None:
    gpt = CATALOG.models["openai.gpt-oss-20b"]
    assert shape_for(CATALOG, gpt, "us-chicago-1") == "OAI_A100_80G_X1"
    assert shape_for(CATALOG, gpt, None) == "OAI_H100_X1"
    assert shape_for(CATALOG, CATALOG.models["cohere.command-a-03-2025"], "me-dubai-1") == "SMALL_COHERE_4"
    for name, region in (
        ("openai.gpt-oss-120b", None),
        ("openai.gpt-oss-120b", "xx-none-1"),
        ("cohere.rerank-v4.0-pro", ""),
    ):
        assert isinstance(shape_for(CATALOG, CATALOG.models[name], region), Unknown)
    with pytest.raises(DacError, match="on demand only"):
        shape_for(CATALOG, CATALOG.models["google.gemini-2.5-pro"], None)

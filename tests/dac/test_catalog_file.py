from __future__ import annotations

from decimal import Decimal

import pytest

from dac.benchmarks import Benchmark
from dac.catalog import load
from dac.errors import Invalid
from dac.tuning_rules import Range

SMALL = """\
pricing_page = "https://example.com/prices"

[sources.list]
title = "The list"
url = "https://example.com/list"
as_of = 2026-08-10
trust = "mirror"

[shapes.LARGE]
limit = { name = "large-count", units = 2, sources = ["list"] }
billing = { sku = "B1", units = "2", sources = ["list"] }
sources = ["list"]

[shapes.DARK]
billing_unknown = "nobody has said"
sources = ["list"]

[hardware]
published_gpus = 8
scaled_sources = ["list"]
sources = ["list"]

[hardware.vendors]
imported = { prefix = "", sku = "B1", for_imported = true, sources = ["list"] }

[hardware.gpus.H100]
ai_units = "6.01"
sizes = { imported = [1, 16] }
sources = ["list"]

[prices]
B1 = { product = "Large", metric = "AI Unit Per Hour", currency = "USD", amount = "24.00", sources = ["list"] }
B2 = { product = "Calls", metric = "10,000 Transactions", currency = "USD", amount = "0.0156", sources = ["list"] }

[models."acme.chat-2"]
name = "Chat 2"
vendor = "acme"
kind = "chat"
status = "active"
dedicated = true
hosting = { shapes = ["LARGE"], in_region = { eu-frankfurt-1 = "H100_X1" } }
fine_tuning = { shape = "LARGE", units = 2, methods = ["LORA"], sources = ["list"] }
on_demand_skus = ["B2"]
released = 2026-01-02
sources = ["list"]

[models."acme.chat-1"]
name = "Chat 1"
vendor = "acme"
kind = "chat"
status = "retired"
dedicated = false
successor = "acme.chat-2"
sources = ["list"]

[spoken]
"Chat" = { means = ["acme.chat-1"], sources = ["list"] }

[commitments]
hosting = { count = 744, measure = "unit-hours", each = "hosting cluster", sources = ["list"] }
imported = { count = 1, measure = "hour", each = "imported", sources = ["list"] }
fine_tuning = { count = 1, measure = "unit-hour", each = "fine-tuning job", sources = ["list"] }
"""


def test_a_small_catalogue_loads() -> None:
    small = load(SMALL)
    assert small.shapes.keys() == {"LARGE", "DARK", "H100_X1", "H100_X16"}
    assert small.models["acme.chat-1"].successor == "acme.chat-2"


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        ("[prices]", "[prices", "catalog.toml is not TOML: "),
        ("[prices]", "[shapes.LARGE]", "catalog.toml is not TOML: "),
        ("pricing_page", "price_page", "catalog.toml: pricing_page is missing."),
        ("[commitments]", "[benchmark]\n[commitments]", "catalog.toml: benchmark is not known here."),
        ("[prices]", "[price]", "catalog.toml: price is not known here."),
        (
            'sku = "B1", units',
            'sku = "B9", units',
            'in shapes, LARGE, billing: sku names "B9", which is not in prices.',
        ),
        ('amount = "24.00", ', "", "catalog.toml: in prices, B1: amount is missing."),
        ('"24.00"', "24.0", 'in prices, B1: amount must be a number written as text, such as "24.00".'),
        ('"24.00"', "24", 'in prices, B1: amount must be a number written as text, such as "24.00".'),
        ('"24.00"', '"much"', 'in prices, B1: amount must be a number written as text, such as "24.00".'),
        ('"24.00"', '"-24"', "in prices, B1: amount must be greater than or equal to 0."),
        ('"24.00"', '"NaN"', "in prices, B1: amount must be a finite number."),
        ('"6.01"', '"0"', "in hardware, gpus, H100: ai_units must be greater than 0."),
        ('product = "Large"', 'product = ""', "in prices, B1: product must have at least 1 character."),
        ('currency = "USD"', 'currency = "usd"', "in prices, B1: currency must match pattern '^[A-Z]{3}$'."),
        ("B1 = {", "b1 = {", "in prices, b1: sku must match pattern '^[A-Z0-9_]+$'."),
        ("B2 = {", "B2 = 3 #", "in prices: B2 must be a table."),
        ("[prices]", "[[prices]]", "catalog.toml: prices must be a table."),
        ("as_of = 2026-08-10", 'as_of = "2026-08-10"', "in sources: list must give as_of as a date without quotes"),
        ("as_of = 2026-08-10", "", "in sources, list: as_of is missing."),
        ('trust = "mirror"', 'trust = "sure"', "in sources, list: trust must be 'live', 'sdk', 'doc', 'mirror'"),
        ("[sources.list]", "[sources]\nlist = 3\n[other]", "in sources: list must be a table."),
        (
            '0156", sources = ["list"]',
            '0156", sources = ["blog"]',
            'B2: sources names "blog", which is not in sources.',
        ),
        ('0156", sources = ["list"]', '0156", sources = [["list"]]', "which is not in sources."),
        ('0156", sources = ["list"]', '0156", sources = []', "B2: sources must list one or more names out of sources."),
        ('0156", sources = ["list"]', '0156", sources = "list"', "must list one or more names out of sources."),
        ('0156", sources = ["list"]', '0156"', "in prices, B2: sources is missing."),
        ('metric = "AI Unit Per Hour"', 'metric = "Image"', 'LARGE, billing: sku names "B1", which is sold per Image.'),
        ("count = 744", 'count = "744"', "in commitments, hosting: count must be a valid integer."),
        ("count = 744", "count = 0", "in commitments, hosting: count must be greater than or equal to 1."),
        ("units = 2, sources", "units = 2.0, sources", "in shapes, LARGE, limit: units must be a valid integer."),
        ('billing_unknown = "nobody has said"', "", "in shapes: DARK must have either billing or billing_unknown."),
        (
            "billing = {",
            'billing_unknown = "x"\nbilling = {',
            "in shapes: LARGE must have either billing or billing_unk",
        ),
        ("[shapes.DARK]", "[shapes.H100_X1]", "in shapes: H100_X1 is already made by the rule in hardware."),
        ("[shapes.DARK]", "[shapes.Dark]", "in shapes, Dark: name must match pattern '^[A-Z0-9_]+$'."),
        ("[hardware.gpus.H100]", "[hardware.gpus.h100]", "in hardware, gpus, h100: the name must match pattern"),
        (
            "imported = [1, 16]",
            "nobody = [1]",
            'hardware names "nobody" among the sizes of H100, which is not in vendors.',
        ),
        ("imported = [1, 16]", "imported = [1, 0]", "sizes, imported: item 2 must be greater than or equal to 1."),
        ("imported = [1, 16]", "imported = 1", "in hardware, gpus, H100, sizes: imported must be a list."),
        ("published_gpus = 8", "", "in hardware: published_gpus is missing."),
        ('kind = "chat"', 'kind = "poem"', "in models, acme.chat-2: kind must be 'chat', 'text-generation', 'embed'"),
        ("dedicated = true", 'dedicated = "yes"', "in models, acme.chat-2: dedicated must be a valid boolean."),
        ("released = 2026-01-02", "released = 2026", "acme.chat-2: released must be a date without quotes"),
        ("released", "born", "in models, acme.chat-2: born is not known here."),
        ('shapes = ["LARGE"]', "shapes = []", "in models, acme.chat-2, hosting: shapes must have at least 1 item"),
        ('shapes = ["LARGE"]', 'shapes = ["HUGE"]', 'acme.chat-2: hosting names "HUGE", which is not in shapes.'),
        ('"H100_X1"', '"H100_X3"', 'in models, acme.chat-2: hosting names "H100_X3", which is not in shapes.'),
        (
            "hosting = {",
            'hosting_unknown = "x"\nhosting = {',
            "acme.chat-2 must not have both hosting and hosting_unkno",
        ),
        (
            "dedicated = false",
            "dedicated = true",
            "acme.chat-1 must have hosting or hosting_unknown, for it is dedicated",
        ),
        ('{ shape = "LARGE"', '{ shape = "HUGE"', 'acme.chat-2: fine_tuning names "HUGE", which is not in shapes.'),
        ('skus = ["B2"]', 'skus = ["B9"]', 'acme.chat-2: on_demand_skus names "B9", which is not in prices.'),
        ('successor = "acme.chat-2"', 'successor = "x"', 'acme.chat-1: successor names "x", which is not in models.'),
        ('means = ["acme.chat-1"]', 'means = ["x"]', 'in spoken, Chat: means names "x", which is not in models.'),
        ('means = ["acme.chat-1"]', "means = []", "Chat must have means, or a note that says why"),
        ('name = "Chat 1"', 'name = "CHAT 2"', 'acme.chat-1: the name "chat 2" already means acme.chat-2.'),
    ],
)
def test_a_broken_file_gives_one_sentence_naming_the_place(written: str, instead: str, sentence: str) -> None:
    assert written in SMALL
    with pytest.raises(Invalid) as refused:
        load(SMALL.replace(written, instead, 1))
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("catalog.toml")
    assert "\n" not in str(refused.value)


def test_an_empty_file_says_what_is_missing() -> None:
    with pytest.raises(Invalid, match="in hardware: published_gpus is missing"):
        load("")


MEASURED = """
[mixes.chat]
prompt_tokens = "100"
response_tokens = "100"
words = "short ones"
sources = ["list"]

[benchmarks.chat-2]
model = "acme.chat-2"
shape = "LARGE"
mix = "chat"
sources = ["list"]
[benchmarks.chat-2.table]
columns = ["concurrency", "inference_tps", "throughput_tps", "latency_s", "rps"]
rows = ["1 50 50 2 0.5", "2 45 90 2.2 0.9", "4 20 80 5 0.9"]

[localised.EUR.B1]
amount = "22.00"
sources = ["list"]
"""


def test_a_measured_table_is_read_row_by_row() -> None:
    measured = load(SMALL + MEASURED).benchmarks["chat-2"]
    assert [row.concurrency for row in measured.table] == [1, 2, 4]
    assert str(measured.table[1].output_per_second) == "90"
    assert measured.most.concurrency == 2
    assert Benchmark.model_validate(dict(measured)) == measured


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        ('model = "acme.chat-2"', 'model = "x"', 'benchmarks, chat-2: model names "x", which is not in models.'),
        ('shape = "LARGE"\nmix', 'shape = "X"\nmix', 'benchmarks, chat-2: shape names "X", which is not in shapes.'),
        ('mix = "chat"', 'mix = "x"', 'benchmarks, chat-2: mix names "x", which is not in mixes.'),
        ("EUR.B1", "EUR.B9", 'localised, EUR: it names "B9", which is not in prices.'),
        ('"rps"]', '"qps"]', 'benchmarks, chat-2: table has a column "qps"; there are concurrency, '),
        ('"2 45 90', '"1 45 90', "benchmarks: chat-2 must have rows of rising concurrency."),
        ('"2 45 90 2.2 0.9"', '"2 45 90"', 'table has a row "2 45 90" with 3 numbers for 5 columns.'),
        ('"2 45 90 2.2 0.9"', '"2 45 90 2.2 x"', 'table has a row "2 45 90 2.2 x" that is not all numbers.'),
        ('"2 45 90 2.2 0.9"', '"2 45 90 2.2 0"', "table, item 2: requests_per_second must be greater than 0."),
        (
            "[benchmarks.chat-2.table]\n",
            "[benchmarks.chat-2.table]\nx = 1\n",
            "chat-2: table must have columns and rows, and nothing else.",
        ),
    ],
)
def test_a_broken_table_gives_one_sentence_naming_the_place(written: str, instead: str, sentence: str) -> None:
    assert written in MEASURED
    with pytest.raises(Invalid) as refused:
        load(SMALL + MEASURED.replace(written, instead))
    assert sentence in str(refused.value)


def test_a_teams_own_file_counts_field_by_field_and_is_named_where_it_is_wrong() -> None:
    own = '[sources.ours]\ntitle = "Ours"\nas_of = 2026-11-01\ntrust = "team"\n'
    rate = own + '[prices.B1]\namount = "18.00"\nbasis = "contract"\nsources = ["ours"]\n'
    made = load(SMALL, {"rates.toml": rate})
    assert (str(made.prices["B1"].amount), made.prices["B1"].basis) == ("18.00", "contract")
    assert made.prices["B1"].product == "Large"
    assert made.prices["B2"].basis == "list"
    with pytest.raises(Invalid, match=r"^rates\.toml: in prices, B1: amount must be a number written as text"):
        load(SMALL, {"rates.toml": rate.replace('"18.00"', "18.00")})
    with pytest.raises(Invalid, match=r"^broken\.toml is not TOML: "):
        load(SMALL, {"rates.toml": rate, "broken.toml": "[prices"})


def test_prices_are_shown_in_another_currency_only_where_oracle_names_them() -> None:
    made = load(SMALL + MEASURED)
    euros = made.in_currency("EUR")
    assert made.currencies == ("USD", "EUR")
    assert made.in_currency("USD") is made
    assert {sku: (str(each.amount), each.currency) for sku, each in euros.prices.items()} == {"B1": ("22.00", "EUR")}
    assert euros.prices["B1"].product == "Large"
    with pytest.raises(Invalid, match="I hold prices in USD and EUR only, and convert none: `python -m bot prices"):
        made.in_currency("CHF")


def test_a_setting_is_clamped_to_what_oracle_takes() -> None:
    wide = Range(least=Decimal(1), most=Decimal(16), default=Decimal(8), or_zero=True)
    assert [wide.clamp(Decimal(each)) for each in (0, 1, 5, 16, 17)] == [0, 1, 5, 16, 16]
    assert wide.clamp(Decimal("0.5")) == 1
    open_ended = Range(default=Decimal(3))
    assert open_ended.clamp(Decimal(-5)) == -5
    assert open_ended.clamp(Decimal(10_000)) == 10_000

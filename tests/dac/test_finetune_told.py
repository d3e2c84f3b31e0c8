"""What approvers of a fine-tune are told: data, steps, hours, cost, settings, and what is not known of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dac.change import differences
from dac.checked import Checked
from dac.dataset import Checker
from dac.dataset_findings import report_of
from dac.dataset_rules import rules_of
from dac.dataset_seen import seen, unseen
from dac.errors import Conflict, Invalid, NotFound
from dac.figures import Price, Unknown
from dac.gateway import Stored
from dac.steps import Dataset, MakeModel
from dac.still import check_dataset
from dac.tuning import BATCH, EPOCHS, RATE, band_for
from dac.tuning_rules import Range
from tests.dac.plannings import ADVICE, HANDBOOK, SEEN, TUNING, tuned
from tests.fakes import CATALOG, REGION, START, FakeClock, FakeOracle

DATA = Dataset(namespace="acme", bucket="training", object_name="pairs.jsonl")
UNCHECKED = Unknown(what="what is in the data set", settle="check it: /dac dataset check training/pairs.jsonl")
CAREFUL = HANDBOOK.presets[2]


def told(**changes: Any) -> dict[str, str]:
    return {each.label: each.said for each in tuned(**changes).facts}


def of(pairs: int) -> dict[str, Any]:
    """A plan's data set of so many pairs, with the handbook's band for it."""
    return {
        "data": SEEN.model_copy(update={"pairs": pairs}),
        "advice": ADVICE.model_copy(update={"band": band_for(HANDBOOK, pairs)}),
    }


class TestFacts:
    def test_a_small_data_set_on_the_units_that_both_name(self) -> None:
        assert told() == {
            "Data set": "620 pairs, checked: training/pairs.jsonl",
            "Training steps": "233 = 3 epochs × 620 pairs / 8 a batch, rounded up",
            "Duration": "2 to 4 hours by the handbook's rule of thumb",
            "List cost of the training": "$96 to $192",
            "Units": "2 × LARGE_GENERIC, preset by Oracle; $48 an hour",
            "Settings": "LoRA: epochs 3, batch size 8, learning rate 0.0002, all by Oracle's default",
        }

    def test_a_larger_one_for_which_the_handbook_has_other_units(self) -> None:
        found = told(**of(20_000))
        assert found["Duration"] == (
            "4 to 8 hours by the handbook's rule of thumb for its 4 units; Oracle presets 2, so it may not hold"
        )
        assert found["List cost of the training"] == "$192 to $384"
        assert found["Training steps"] == "7,500 = 3 epochs × 20,000 pairs / 8 a batch"

    def test_beyond_the_handbooks_bands_hours_and_cost_are_unknown(self) -> None:
        found = told(**of(2_000_000))
        assert "the handbook's bands end below that" in found["Duration"]
        assert found["List cost of the training"].startswith("unknown (the handbook's bands end below that")

    def test_a_preset_is_named_and_what_it_leaves_open_is_oracles(self) -> None:
        once = ADVICE.model_copy(update={"asked": {EPOCHS: Decimal(1)}})
        found = told(advice=once)
        assert found["Settings"] == "LoRA: epochs 1, batch size 8 by default, learning rate 0.0002 by default"
        assert found["Training steps"] == "78 = 1 epoch × 620 pairs / 8 a batch, rounded up"
        preset = ADVICE.model_copy(update={"preset": CAREFUL, "asked": {RATE: Decimal("0.0001")}})
        assert told(advice=preset)["Settings"] == (
            "LoRA: epochs 2, batch size 8, learning rate 0.0001; the handbook's preset careful (if overfitting)"
        )

    def test_a_contracts_rate_is_called_so(self) -> None:
        own = CATALOG.prices["B108085"].model_copy(update={"amount": Decimal("9.00"), "basis": "contract"})
        found = told(catalog=CATALOG.model_copy(update={"prices": {**CATALOG.prices, "B108085": own}}))
        assert found["Contract cost of the training"] == "$72 to $144"

    def test_a_price_that_is_not_known(self) -> None:
        prices = {sku: each for sku, each in CATALOG.prices.items() if sku != "B108085"}
        made = tuned(catalog=CATALOG.model_copy(update={"prices": prices}))
        found = {each.label: each.said for each in made.facts}
        assert found["Units"] == "2 × LARGE_GENERIC, preset by Oracle; its price is unknown"
        assert found["List cost of the training"].startswith("unknown (")
        assert "goes on costing after the training, how much a day is not known, until" in made.warnings[-1]


class TestCost:
    def test_a_cluster_made_for_it_costs_until_it_is_deleted(self) -> None:
        made = tuned()
        assert made.once
        assert isinstance(made.once.least, Price)
        assert isinstance(made.cost_change, Price)
        assert (made.once.least.money.amount, made.cost_change.money.amount) == (Decimal(96), Decimal(35712))
        assert "after the training, $1,152 a day, until it is deleted" in made.warnings[-1]

    def test_on_a_cluster_that_is_there_it_adds_nothing(self) -> None:
        made = tuned(cluster=TUNING, wish=None, headroom=None)
        assert made.once is None
        assert told(cluster=TUNING, wish=None, headroom=None)["List cost of the training"] == (
            "$96 to $192, of what its cluster costs anyway"
        )

    def test_what_it_says_can_be_read_at_oracle_and_in_the_handbook(self) -> None:
        titles = [each.title for each in tuned().sources]
        assert titles[0] == HANDBOOK.source.title
        assert set(titles) > {each.title for each in CATALOG.commitments.fine_tuning.sources}
        assert HANDBOOK.source not in tuned(data=unseen("no"), advice=ADVICE.model_copy(update={"band": None})).sources


class TestClamp:
    def test_of_the_preset_and_of_the_person(self) -> None:
        preset = tuned(advice=ADVICE.model_copy(update={"preset": CAREFUL}))
        assert preset.warnings[0] == (
            "Batch size 4 of the handbook's preset careful is not taken (Oracle's range is from 8 to 16): 8 is used."
        )
        own = tuned(advice=ADVICE.model_copy(update={"preset": CAREFUL, "asked": {BATCH: Decimal(64)}}))
        assert own.warnings[0] == "Batch size 64 is not taken (Oracle's range is from 8 to 16): 16 is used."
        assert own.new.training.batch_size == 16

    def test_a_range_in_words(self) -> None:
        assert str(Range(least=Decimal(1), default=Decimal(3))) == "from 1 up"
        assert str(Range(most=Decimal("0.1"), default=Decimal(0))) == "from any to 0.1"


def checked(data: bytes) -> Checked:
    checker = Checker()
    checker.feed(data)
    report = report_of(checker.finish(), rules_of(CATALOG, HANDBOOK))
    return Checked(region=REGION, dataset=DATA, etag="etag-1", at=START, report=report)


def lines(count: int) -> bytes:
    return "".join(
        f'{{"prompt": "What of {n}?", "completion": "All of {n} is well."}}\n' for n in range(count)
    ).encode()


STORED = Stored(size=100, etag="etag-1")


class TestDataSet:
    def test_one_that_is_fit(self) -> None:
        fit = "".join(
            f'{{"prompt": "{word} number {n}?", "completion": "{n} {word} {n * n}."}}\n'
            for n in range(300)
            for word in ("Where is", "Who wrote")
        )
        found = seen(DATA, STORED, checked(fit.encode()))
        assert (found.etag, found.pairs) == ("etag-1", 600)

    def test_one_that_oracle_would_not_take_is_refused_with_the_worst_of_it(self) -> None:
        with pytest.raises(Invalid, match=r"Oracle would not train on training/pairs.jsonl. 5 pairs: Oracle trains on"):
            seen(DATA, STORED, checked(lines(5)))
        with pytest.raises(Invalid, match=r"All that was found: /dac dataset check training/pairs\.jsonl"):
            seen(DATA, STORED, checked(lines(5)))

    def test_a_doubtful_one_goes_on_with_its_warnings_named(self) -> None:
        one = seen(DATA, STORED, checked(lines(40)))
        assert isinstance(one.pairs, int)
        assert one.doubt.startswith("The check of the data set ")
        made = tuned(data=one)
        assert made.warnings[0] == one.doubt
        assert {each.label: each.said for each in made.facts}["Data set"].startswith(
            "40 pairs, with warnings: training/"
        )
        assert set(one.sources) <= set(made.sources)
        more = seen(DATA, STORED, checked(lines(40) + b"\n" + b'{"prompt": "", "completion": "x"}\n'))
        assert "warnings, the first: " in more.doubt

    def test_one_that_nobody_checked_is_said_to_be_and_can_be(self) -> None:
        made = tuned(data=seen(DATA, STORED, UNCHECKED))
        found = {each.label: each.said for each in made.facts}
        assert found["Data set"] == "not checked yet: training/pairs.jsonl"
        assert found["Training steps"] == "unknown: 3 epochs × the number of pairs / 8 a batch"
        assert found["Duration"] == "unknown, as long as the number of pairs is"
        assert found["List cost of the training"] == "unknown (it hangs on the number of pairs)"
        assert made.warnings[0].endswith("check it: /dac dataset check training/pairs.jsonl.")
        (offer,) = made.offers
        assert offer.label == "Check the data set"
        assert offer.command.startswith("dataset check training/pairs.jsonl --namespace acme")

    def test_one_that_may_not_be_looked_at_says_so_in_oracles_words(self) -> None:
        made = tuned(data=unseen("Oracle answered 404 BucketNotFound."))
        assert made.facts[0].said == "not to be looked at: training/pairs.jsonl"
        assert made.warnings[0].endswith("is not known: Oracle answered 404 BucketNotFound.")
        assert (made.offers, made.new.etag) == ((), None)


class TestAnotherFile:
    """Put in the place of the one that was agreed to."""

    def test_makes_the_plan_another(self) -> None:
        before, after = tuned(), tuned(data=SEEN.now("etag-2"))
        assert differences(before, after) == (
            "the data set was 620 pairs (etag etag-1) and is now a file that nobody has checked (etag etag-2)",
        )
        assert before.digest != after.digest
        assert SEEN.now("etag-1") is SEEN
        assert str(unseen("x")) == "one that could not be looked at"

    def test_is_told_from_the_one_agreed_to_before_the_training(self) -> None:
        oracle = FakeOracle(FakeClock())
        oracle.objects[str(DATA)] = b"one"
        step = made(etag=oracle.stored(REGION, DATA).etag)
        check_dataset(step, oracle)
        oracle.objects[str(DATA)] = b"two"
        with pytest.raises(Conflict, match=r"training/pairs.jsonl is another file than was agreed to: its etag was "):
            check_dataset(step, oracle)
        oracle.objects = {"training/other.jsonl": b""}
        with pytest.raises(NotFound):
            check_dataset(step, oracle)
        check_dataset(made(etag=None), oracle)


def made(etag: str | None) -> MakeModel:
    return tuned().new.model_copy(update={"region": REGION, "etag": etag})

"""What a training data set is held against, put together from the catalogue and the team's handbook."""

from __future__ import annotations

from dac.catalog import Catalog
from dac.dataset_report import Rules
from dac.errors import Invalid
from dac.handbook import Handbook


def rules_of(catalog: Catalog, handbook: Handbook) -> Rules:
    """`Invalid` where the catalogue does not hold what Oracle demands."""
    oracle, tokens, quality = catalog.fine_tuning, catalog.on_demand, handbook.quality
    if oracle is None or tokens is None:
        raise Invalid("The catalogue does not hold what Oracle demands of training data ([fine_tuning], [on_demand]).")
    return Rules(
        least=oracle.min_examples,
        train_share=oracle.train_share,
        oracle=oracle.sources[0],
        advised=quality.minimum,
        recommended=(quality.recommended_least, quality.recommended_most),
        handbook=handbook.source,
        characters_per_token=tokens.characters_per_token,
        tokens=tokens.sources[0],
    )

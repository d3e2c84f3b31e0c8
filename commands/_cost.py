"""What each thing that a person wants reckoned is, and what it comes to: values for /dac cost to tell."""

from __future__ import annotations

import re
from decimal import Decimal

from commands._advice import hosted, meant, not_known, word
from commands._command import Services
from commands._what_if import Item
from dac.catalog import Catalog
from dac.change import units as in_units
from dac.cluster import Cluster, Fleet
from dac.errors import DacError, Invalid, NotFound
from dac.estimate import Estimate, Job, estimate, job, said
from dac.figures import Frozen, Price, Unknown
from dac.history import History
from dac.models import ModelEntry, Status
from dac.naming import clip
from dac.on_demand import OnDemandPrice, on_demand
from dac.sizing import model_named, shape_for, shape_named
from dac.tuning import tunable

SHAPE = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)+")
"""What is meant for a unit shape even if there is none of that name."""


class Running(Frozen):
    """A cluster that is meant, in the fleet it was seen in."""

    cluster: Cluster
    fleet: Fleet

    @property
    def word(self) -> str:
        return word(self.cluster, self.fleet)


class Reckoned(Frozen):
    """One thing and what it comes to; `model` is what it hosts or is tuned, where that is known.

    `made` is a month of a cluster, or a fine-tune; `assumed` that its hours were not said. `line` asks for the same
    again, `schedule` left out.
    """

    label: str
    line: str
    made: Estimate | Job
    model: ModelEntry | None = None
    running: Running | None = None
    assumed: bool = False

    @property
    def cost(self) -> Price | Unknown:
        return self.made.cost


def reckoned(item: Item, shape: str | None, region: str | None, catalog: Catalog, services: Services) -> Reckoned:
    """`shape` and `region` as asked, for what does not say its own. One sentence for what makes no sense."""
    if item.tuning:
        return _tuning(item, catalog, services)
    if known := catalog.shape(item.name):
        return _of_shape(item, known.name, None, catalog)
    try:
        found = meant(item.name, services)
    except NotFound:
        if SHAPE.fullmatch(item.name):
            shape_named(catalog, item.name)
        raise
    if not isinstance(found, ModelEntry):
        return _of_cluster(item, Running(cluster=found[0], fleet=found[1]), catalog, services)
    if wanted := item.shape or shape:
        return _of_shape(item, shape_named(catalog, wanted), found, catalog)
    on = shape_for(catalog, found, region)
    if isinstance(on, Unknown):
        raise Invalid(not_known(on))
    return _of_shape(item, on, found, catalog)


def _of_shape(item: Item, shape: str, model: ModelEntry | None, catalog: Catalog) -> Reckoned:
    made = estimate(catalog, shape, 1 if item.units is None else item.units, item.schedule)
    label = f"{model.name} on {said(made)}" if model else said(made)
    name = f"{model.id} on {shape}" if model else shape
    return Reckoned(label=label, line=f"{in_units(made.units)} {name}", made=made, model=model)


def _of_cluster(item: Item, running: Running, catalog: Catalog, services: Services) -> Reckoned:
    cluster = running.cluster
    if item.shape and item.shape.upper() != cluster.unit_shape:
        raise Invalid(f"{clip(cluster.name)} has {cluster.unit_shape}, and Oracle lets no cluster change its shape.")
    if catalog.shape(cluster.unit_shape) is None:
        raise Invalid(
            f"{clip(cluster.name)} has {clip(cluster.unit_shape)}, which the catalogue does not hold, so what it costs "
            f"is unknown: read {catalog.pricing_page}"
        )
    units = cluster.unit_count if item.units is None else item.units
    made = estimate(catalog, cluster.unit_shape, units, item.schedule)
    return Reckoned(
        label=f"{cluster.name}, {said(made)}",
        line=f"{in_units(made.units)} {running.word}",
        made=made,
        model=hosted(cluster, running.fleet, services),
        running=running,
    )


def _tuning(item: Item, catalog: Catalog, services: Services) -> Reckoned:
    model = model_named(catalog, item.name)
    preset = model.fine_tuning
    if preset is None or not model.fine_tunable:
        can = " or ".join(each.id for each in tunable(catalog))
        raise Invalid(f"{model.name} cannot be fine-tuned today{f'; what can is {can}' if can else ''}.")
    if item.units not in {None, preset.units}:
        raise Invalid(
            f"Oracle presets {in_units(preset.units)} for {model.name}, which nobody can choose: leave them out."
        )
    longest = services.handbook.tuning_bands[0].hours_most
    made = job(catalog, preset.shape, preset.units, longest if item.hours is None else item.hours)
    return Reckoned(
        label=f"Fine-tuning {model.name}: {in_units(preset.units)} {preset.shape} for {made.hours.normalize():f} h",
        line=f"finetune {model.id}",
        made=made,
        model=model,
        assumed=item.hours is None,
    )


def sold(each: Reckoned, catalog: Catalog) -> tuple[str, OnDemandPrice | Unknown] | None:
    """What is to be compared with on demand and at what price: its model, or all that run on its shape for one price.

    None where there is nothing to compare it with.
    """
    if isinstance(each.made, Job):
        return None
    if each.model is not None:
        return each.model.name, on_demand(catalog, each.model)
    prices = [
        (model, price)
        for model in catalog.models.values()
        if _runs_on(model, each.made.shape) and isinstance(price := on_demand(catalog, model), OnDemandPrice)
    ]
    offered = [(model, price) for model, price in prices if price.offered]
    if len({(price.per_prompt_token, price.per_response_token) for _, price in offered}) != 1:
        return None
    return " or ".join(model.name for model, _ in offered), offered[0][1]


def _runs_on(model: ModelEntry, shape: str) -> bool:
    if model.status is not Status.ACTIVE or model.hosting is None:
        return False
    return shape in {*model.hosting.shapes, *model.hosting.in_region.values()}


def week(cluster: Cluster, services: Services) -> History | Unknown:
    """How it was called of late."""
    try:
        return services.fleet.history(cluster)
    except DacError as error:
        return Unknown(what="its own traffic", settle=str(error))


def per_hour(history: History) -> Decimal | None:
    """Requests an hour, on average; None where they or their tokens were not measured."""
    calls = history.total_calls
    if calls is None or not history.hours:
        return None
    if calls and (history.mean_input_tokens is None or history.mean_output_tokens is None):
        return None
    return calls / len(history.hours)

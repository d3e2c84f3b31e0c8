"""Whether a model runs on a unit shape, a custom one as what it was trained from does."""

from __future__ import annotations

from dac.catalog import Catalog
from dac.cluster import Model, ResourceKind
from dac.errors import Denied, Invalid, NotFound
from dac.figures import Unknown
from dac.gateway import FleetReader
from dac.models import ModelEntry
from dac.naming import clip


def base_of(model: Model, reader: FleetReader) -> Model | None:
    """What a custom model was trained from; None where it is none, or that cannot be read."""
    if not model.base_model_id:
        return None
    try:
        found = reader.resource(ResourceKind.MODEL, model.region, model.base_model_id)
    except (NotFound, Denied):
        return None
    assert isinstance(found, Model)  # noqa: S101 - asked for by its kind
    return found


def runs_as(model: Model, base: Model | None, catalog: Catalog) -> ModelEntry | None:
    """What the catalogue holds of it; of a custom model, whatever that is called, of what it was trained from."""
    if model.type == "BASE":
        return catalog.model(model.name)
    return catalog.model(base.name) if base else None


def check_fits(model: Model, entry: ModelEntry | None, unit_shape: str, region: str) -> None:
    """`Invalid` where it is known that the model does not run on the shape there; `entry` is what it runs as."""
    shapes = entry.shapes_in(region) if entry else ()
    if entry is None or isinstance(shapes, Unknown) or unit_shape in shapes:
        return
    whose = "" if model.type == "BASE" else f", trained from {entry.name},"
    if not shapes:
        raise Invalid(f"{clip(model.name)}{whose} cannot be hosted on a dedicated cluster.")
    raise Invalid(
        f"{clip(model.name)}{whose} does not run on {unit_shape} in {region}: it needs {' or '.join(shapes)}."
    )


def doubt(model: Model, entry: ModelEntry | None, unit_shape: str, region: str) -> tuple[str, ...]:
    """What is to be said where it is not known whether it fits."""
    if entry and not isinstance(entry.shapes_in(region), Unknown):
        return ()
    why = "its unit shape is not known" if entry else "what it runs as is not known here"
    return (f"Whether {clip(model.name)} runs on {unit_shape} is not known, for {why}; if not, Oracle refuses it.",)

"""What commands that make, move and remove things share: where it is, which model or endpoint is meant, fit names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, NamedTuple, TypeVar

from pydantic import AfterValidator, Field

from approvals.words import REASON_LENGTH
from commands._advice import typed_as
from commands._command import Option, Rest, Services, Word
from dac.advice import word as quoted
from dac.catalog import Catalog
from dac.cluster import Cluster, Endpoint, Fleet, Model, Resource, ResourceKind
from dac.compartments import find_compartment, labels
from dac.deleting_models import base_refused
from dac.endpoints import find_model
from dac.errors import DacError, Invalid, NotFound
from dac.fitting import runs_as
from dac.making import GONE, NAME_LENGTH
from dac.models import ModelEntry
from dac.naming import LONGEST_NAME, ODD, clip, find_cluster, nearest, short
from dac.quantities import count
from dac.sizing import model_named

MOST_UNITS = 1000
SHOWN = 5
LISTED = ("clusters", "endpoints", "models")
"""What is looked for by name; of what else could not be read nothing is missed."""

Held = TypeVar("Held", Endpoint, Model)


def is_name(name: str) -> str:
    """For a validator: a name that can be typed again."""
    odd = sorted(set(name) & ODD)
    if odd:
        raise ValueError(f"a name that holds {' '.join(odd)} could not be typed later; leave it out")
    return name


Name = Annotated[
    str,
    Word(),
    AfterValidator(is_name),
    Field(min_length=1, max_length=NAME_LENGTH, description="What it is to be called"),
]
Named = Annotated[str, Word(), Field(min_length=1, max_length=300, description="Its name, or the beginning of it")]
Region = Annotated[
    str | None,
    Option(asked=True),
    Field(max_length=100, description="Where; left out, the only region there is"),
]
Compartment = Annotated[
    str | None,
    Option(asked=True),
    Field(max_length=300, title="name", description="Which compartment, by name or OCID; left out, the only one"),
]
Units = Annotated[
    int | None,
    typed_as(lambda text: count(text, "units", MOST_UNITS)),
    Option(asked=True),
    Field(title="n", description="How many; left out, the fewest that the model needs"),
]
Shape = Annotated[
    str | None,
    Option(asked=True),
    Field(max_length=100, description="The unit shape; left out, the one that the model needs"),
]
Reason = Annotated[
    str,
    Rest(),
    Field(max_length=REASON_LENGTH, title="reason", description="Why; the people who approve read this"),
]


class Place(NamedTuple):
    region: str
    compartment_id: str


class Meant(NamedTuple):
    """A model by the catalogue's name for it, and the fleet's own where that is a custom one; `entry` is its base."""

    entry: ModelEntry
    custom: Model | None


def place(region: str | None, compartment: str | None, services: Services, fleet: Fleet) -> Place:
    """The region and compartment that are meant; one that is left out is the only one there is. `Invalid`."""
    return Place(
        region_meant(region, regions_known(services, fleet)),
        compartment_meant(compartment, services, fleet),
    )


def regions_known(services: Services, fleet: Fleet) -> list[str]:
    return list(services.regions) or sorted({each.region for each in fleet.clusters})


def region_meant(word: str | None, known: Sequence[str]) -> str:
    """The region that is meant, of those that are known. `Invalid`."""
    if word is None:
        return _only("region", known, known)
    found = next((each for each in known if each.casefold() == word.strip().casefold()), None)
    if found:
        return found
    near = nearest(word, known) or list(known[:SHOWN])
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    raise Invalid(f"I look after no region “{clip(word)}”.{meant}")


def compartment_meant(word: str | None, services: Services, fleet: Fleet) -> str:
    """The OCID of the compartment that is meant, of those that are known. `Invalid`."""
    names = compartments_known(services, fleet)
    return (
        _only("compartment", list(names), list(labels(names).values()))
        if word is None
        else find_compartment(word, names)
    )


def compartments_known(services: Services, fleet: Fleet) -> dict[str, str]:
    """Their names by their OCIDs."""
    names = services.fleet.compartments()
    known = services.compartments or sorted({each.compartment_id for each in fleet.clusters})
    return {each: names.get(each) or short(each) for each in known}


def compartment_name(compartment_id: str, services: Services) -> str:
    """Empty where it is not known."""
    return services.fleet.compartments().get(compartment_id, "")


def _only(what: str, known: Sequence[str], shown: Sequence[str]) -> str:
    """The one that there is, or the question which of them."""
    if len(known) == 1:
        return known[0]
    which = f": {' or '.join(shown[:SHOWN])}" if shown else ""
    raise Invalid(f"Which {what} is it to be in{which}? Say it with --{what}.")


def model_meant(word: str, services: Services, fleet: Fleet) -> Meant:
    """A model as people type it: of the catalogue, or a custom one by its OCID or name, which runs as its base does."""
    if exact := services.catalog.model(word):
        return Meant(exact, None)
    wanted = word.strip().casefold()
    found = [each for each in fleet.models if wanted in {each.id.casefold(), each.name.casefold()}]
    if not found:
        return Meant(model_named(services.catalog, word), None)
    entries = {entry.id: entry for each in found if (entry := entry_of(each, fleet, services.catalog))}
    if len(entries) != 1:
        raise Invalid(f"What “{clip(word)}” was trained from is not known here; name the base model it needs.")
    custom = [each for each in found if each.base_model_id]
    return Meant(next(iter(entries.values())), custom[0] if len(custom) == 1 else None)


def entry_of(model: Model, fleet: Fleet, catalog: Catalog) -> ModelEntry | None:
    """What the catalogue holds of it, of a custom model of its base; None where it holds nothing."""
    bases = (each for each in fleet.models if (each.id, each.region) == (model.base_model_id, model.region))
    return runs_as(model, next(bases, None), catalog)


def model_there(word: str, region: str, services: Services, models: Iterable[Resource]) -> Model:
    """Oracle's model in that region, for its OCID or name or for how people call it; `NotFound`, `Invalid`."""
    here = [each for each in models if isinstance(each, Model)]
    try:
        return find_model(word, here, region)
    except NotFound as missing:
        try:
            entry = model_named(services.catalog, word)
        except NotFound:
            raise missing from None
        found = [each for each in here if services.catalog.model(each.name) == entry]
        if not found:
            raise NotFound(f"Oracle lists no model {entry.id} in {region}.") from None
        # Oracle lists one model under one name; `find_model` tells what else is the matter with it.
        return find_model(found[0].name, here, region)


def read_cluster(word: str, services: Services, fleet: Fleet) -> Cluster:
    """The cluster that is meant, as Oracle has it now."""
    named = find_cluster(fleet, word)
    return services.fleet.cluster(named.region, named.id)


def find_endpoint(word: str, fleet: Fleet) -> Endpoint:
    """The one endpoint with that OCID, name or beginning of a name; `NotFound` offers the nearest."""
    return _meant(word, "endpoint", _endpoints(fleet), fleet)


def find_custom(word: str, services: Services, fleet: Fleet) -> Model:
    """The one custom model, as `find_endpoint`; of what is none that could be meant, `Invalid` says what it is."""
    try:
        return _meant(word, "custom model", _custom(fleet), fleet)
    except NotFound as missing:
        wanted = word.strip().casefold()
        if gone := next((each for each in fleet.models if wanted in {each.id.casefold(), each.name.casefold()}), None):
            return gone
        try:
            entry = model_named(services.catalog, word)
        except DacError:
            raise missing from None
        raise base_refused(entry.name) from None


def _meant(word: str, what: str, there: Sequence[Held], fleet: Fleet) -> Held:
    wanted = word.strip().casefold()
    rules: tuple[Callable[[Held], bool], ...] = (
        lambda each: each.id.casefold() == wanted,
        lambda each: each.name.casefold() == wanted,
        lambda each: bool(wanted) and each.name.casefold().startswith(wanted),
    )
    for fits in rules:
        found = [each for each in there if fits(each)]
        if len(found) == 1:
            return found[0]
        if found:
            twins = len({each.name.casefold() for each in found}) < len(found)
            which = [each.id if twins else clip(each.name) for each in found]
            more = f" or {len(which) - SHOWN} more" if len(which) > SHOWN else ""
            raise Invalid(f"“{clip(word)}” could be {' or '.join(which[:SHOWN])}{more}: which one?")
    near = nearest(word, [each.name for each in there])
    meant = f" Did you mean {' or '.join(map(clip, near))}?" if near else ""
    unseen = sorted({gap.region for gap in fleet.gaps if gap.what.startswith(LISTED)})
    perhaps = f" It may be in {' or '.join(unseen)}, which did not answer whole." if unseen else ""
    raise NotFound(f"There is no {what} “{clip(word)}”.{meant}{perhaps}")


def on_cluster(cluster: Cluster, services: Services, fleet: Fleet) -> tuple[Endpoint, ...]:
    """The endpoints of its region and compartment as they are now, and those elsewhere that hang on it."""
    there = services.fleet.resources(ResourceKind.ENDPOINT, cluster.region, cluster.compartment_id)
    here = tuple(each for each in there if isinstance(each, Endpoint))
    known = {each.id for each in here}
    far = [each for each in fleet.endpoints if each.cluster_id == cluster.id and each.id not in known]
    return (*here, *(each for each in far if each.compartment_id != cluster.compartment_id))


def free_name(name: str, there: Iterable[Resource]) -> str:
    """That name, or the first of name-2, name-3 … that nothing there has."""
    taken = {each.name.casefold() for each in there if each.lifecycle_state not in GONE}
    stem = name[: NAME_LENGTH - 8]
    tried = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(each for each in tried if each.casefold() not in taken)


def _endpoints(fleet: Fleet) -> list[Endpoint]:
    return [each for each in fleet.endpoints if each.lifecycle_state not in GONE]


def _custom(fleet: Fleet) -> list[Model]:
    return [each for each in fleet.models if each.type != "BASE" and each.lifecycle_state not in GONE]


def endpoints(services: Services) -> list[tuple[str, str]]:
    """Every endpoint: a word that means it alone, and what a person tells it by."""
    fleet = services.fleet.fleet()
    return _offered(_endpoints(fleet), fleet, lambda each: each.cluster_id)


def customs(services: Services) -> list[tuple[str, str]]:
    """Every custom model, as `endpoints`; a person tells it by where it was trained."""
    fleet = services.fleet.fleet()
    return _offered(_custom(fleet), fleet, lambda each: each.tuned_on)


def first_to_go(cluster: Cluster, fleet: Fleet) -> list[tuple[str, str]]:
    """What Oracle wants deleted before a cluster: what a person calls it, and the command that asks for its end.

    There is none for a model that somebody still serves: that is no leftover.
    """
    served, trained = _endpoints(fleet), _custom(fleet)
    used = {each.model_id for each in served}
    return [
        *(
            (f"endpoint {each.name}", f"endpoint delete {quoted(_word(each, served, fleet))}")
            for each in served
            if each.cluster_id == cluster.id
        ),
        *(
            (f"model {each.name}, which is served", "")
            if each.id in used
            else (f"model {each.name}", f"model delete {quoted(_word(each, trained, fleet))}")
            for each in trained
            if each.tuned_on == cluster.id
        ),
    ]


def _offered(there: Sequence[Held], fleet: Fleet, of: Callable[[Held], str | None]) -> list[tuple[str, str]]:
    clusters: dict[str | None, str] = {each.id: each.name for each in fleet.clusters}
    return [
        (_word(each, there, fleet), f"{clip(each.name, 40)} · {clip(clusters.get(of(each), 'unseen'), 20)}")
        for each in sorted(there, key=lambda each: (each.name.casefold(), each.id))
    ]


def _word(held: Held, there: Sequence[Held], fleet: Fleet) -> str:
    if len(held.name) > LONGEST_NAME or set(held.name) & ODD:
        return held.id
    try:
        return held.name if _meant(held.name, "", there, fleet) == held else held.id
    except DacError:
        return held.id


def regions(services: Services) -> list[tuple[str, str]]:
    return [(each, each) for each in regions_known(services, services.fleet.fleet())]


def compartments(services: Services) -> list[tuple[str, str]]:
    return list(labels(compartments_known(services, services.fleet.fleet())).items())


def hostable(services: Services) -> list[tuple[str, str]]:
    """What a new hosting cluster can be for: the catalogue's models, then the team's own."""
    custom = sorted({(each.id, each.name) for each in services.fleet.fleet().models if each.base_model_id})
    return [(each.id, each.name) for each in services.catalog.models.values() if each.dedicated] + [
        (ocid, f"{clip(name, 40)} · our own") for ocid, name in custom
    ]


def tunable(services: Services) -> list[tuple[str, str]]:
    return [(each.id, each.name) for each in services.catalog.models.values() if each.fine_tunable]


def shapes(services: Services) -> list[tuple[str, str]]:
    return [(each, each) for each in services.catalog.shapes]

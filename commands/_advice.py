"""What answers that advise have in common: whom a word means, numbers as typed, buttons for what exists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from typing import Any

from pydantic import BeforeValidator

from commands._blocks import Block, button, clip, escape, named
from commands._command import Services
from commands._words import by
from dac.cluster import Cluster, Fleet
from dac.errors import DacError, Invalid, NotFound
from dac.figures import Price, Source, Trust, Unknown
from dac.handbook import TrafficBand
from dac.models import ModelEntry, Status
from dac.naming import find_cluster, handle
from dac.pricing import cents
from dac.selection import followed
from dac.sizing import model_named


def typed_as(read: Callable[[str], object]) -> BeforeValidator:
    """A validator from a reader of `dac/quantities.py`, so that what is wrong shows at its field."""

    def checked(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return read(value)
        except DacError as error:
            raise ValueError(str(error)) from None

    return BeforeValidator(checked)


def reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    """Whether a text is a whole value of an option, by its reader: "p95 5 s" is one, though it is several words."""

    def checked(text: str) -> bool:
        try:
            read(text)
        except DacError:
            return False
        return True

    return checked


def meant(word: str, services: Services) -> ModelEntry | tuple[Cluster, Fleet]:
    """A model by its whole name, else a cluster, else a model by part of its name; one sentence where it is none."""
    if exact := services.catalog.model(word):
        return exact
    fleet = services.fleet.fleet()
    try:
        return find_cluster(fleet, word), fleet
    except NotFound as no_cluster:
        try:
            return model_named(services.catalog, word)
        except NotFound as no_model:
            raise NotFound(f"{no_model} {no_cluster}") from None


def hosted(cluster: Cluster, fleet: Fleet, services: Services) -> ModelEntry | None:
    """The one model of the catalogue that a cluster hosts, a custom model counting as its base; None if not known."""
    models = {each.id: each for each in fleet.models if each.region == cluster.region}
    found = [models.get(each.model_id) for each in fleet.endpoints if each.cluster_id == cluster.id]
    bases = {models.get(each.base_model_id, each).name if each.base_model_id else each.name for each in found if each}
    return services.catalog.model(bases.pop()) if len(bases) == 1 else None


def bought(model: ModelEntry, services: Services) -> str:
    """That it cannot be bought any more, and what instead; empty where it can."""
    if model.status is not Status.RETIRED and model.dedicated is not False:
        return ""
    when = f" on {model.dedicated_retired}" if model.dedicated_retired else ""
    # Whom Oracle suggested once may be retired by now: the last of them counts.
    after = followed(services.catalog, model, services.now().astimezone(UTC).date())
    instead = f"; {after}" if after else ""
    if model.status is Status.RETIRED:
        said = "those there are run on, no new one is made"
        return f"{model.name} was retired for dedicated clusters{when}: {said}{instead}."
    return f"{model.name} cannot be hosted on a dedicated AI cluster{instead}."


def priced(price: Price | Unknown) -> str:
    """Such as "*$17,856* at list price"; for what is not known, why, and where it can be read."""
    if isinstance(price, Price):
        return f"*{cents(price.money)}* {by(price.basis)}"
    return f"*unknown*: {linked_up(price.settle)}"


def not_known(missing: Unknown) -> str:
    """As one sentence, for where nothing can be said without it."""
    return f"{missing.what[:1].upper()}{missing.what[1:]} is not known: {missing.settle}."


def linked_up(text: str) -> str:
    """Escaped, and the address that it ends with made a link."""
    said, _, address = text.rpartition("https://")
    return f"{escape(said)}<https://{address}|{escape(address.rpartition('/')[2])}>" if said else escape(text)


def offer(*wanted: tuple[str, str]) -> list[Block]:
    """Buttons for those command lines whose command there is, as (label, line)."""
    # The list of commands is made from the files, whichever asks among them, so it is looked at when asked.
    from commands import COMMANDS  # noqa: PLC0415
    from commands._parse import understood  # noqa: PLC0415

    found = []
    for label, line in wanted:
        try:
            understood(COMMANDS, line)
        except Invalid:
            continue
        found.append(button(label, line))
    return found


def band_said(band: TrafficBand) -> str:
    return f"{band.units_least}-{band.units_most} units"


def figure(value: Decimal, places: int = 2) -> str:
    """A measured figure, without noughts that say nothing."""
    digits = f"{value:,.{places}f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def word(cluster: Cluster, fleet: Fleet) -> str:
    """A cluster in a command line."""
    found = handle(cluster, fleet)
    return f'"{found}"' if " " in found else found


def called(name: str) -> str:
    return named(clip(name, 80))


def seen_at(fleet: Fleet) -> Source:
    """The reading that clusters and their sizes are from."""
    return Source(title="Oracle, ListDedicatedAiClusters", as_of=fleet.taken_at.date(), trust=Trust.LIVE)

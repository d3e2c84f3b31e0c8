"""Model discovery: where each base model is offered, in which serving mode, and until when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.oracle import ids
from sandbox.oracle.calls import Answer, Call, collection
from sandbox.oracle.models import CAPABILITIES
from sandbox.oracle.world import Json, Resource, World

APIS = {"TEXT_EMBEDDINGS": "EMBED_TEXT", "TEXT_RERANK": "RERANK_TEXT"}
FLAGS = {
    "isDeprecated": "timeDeprecated",
    "isOnDemandRetired": "timeOnDemandRetired",
    "isDedicatedRetired": "timeDedicatedRetired",
}


def list_(world: World, call: Call) -> Answer:
    """List models, one row each; the filters choose among the regions' offers, and rows without any fall out."""
    world.known_compartment(call.needed("compartmentId"))
    model_id = call.one("modelId")
    capabilities = call.choices("capability", CAPABILITIES)
    apis = call.choices("apiCapability")
    access = call.choices("modelAccess", ("HOSTED", "PROXY"))
    rows = []
    for name, offers in sorted(_base_models(world).items()):
        model = offers[0]
        row = _row(name, model)
        offers += [replace(model, region=region) for region in world.scenario.elsewhere]
        row["availability"] = [it for offer in offers if (it := _availability(world, call, offer))]
        if (
            row["availability"]
            and model_id in {None, name, *(offer.ocid for offer in offers)}
            and (not capabilities or capabilities & set(row["capabilities"]))
            and (not apis or apis & set(row["apiCapability"]))
            and (not access or row["modelAccess"] in access)
        ):
            rows.append(row)
    return collection(call, rows)


def _base_models(world: World) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for region in world.scenario.regions:
        for it in world.of_kind(ids.MODEL, region):
            if it.body["type"] == "BASE" and not it.traits.get("withdrawn"):
                found.setdefault(it.body["displayName"], []).append(it)
    return found


def _row(name: str, model: Resource) -> Json:
    capabilities: list[str] = model.body["capabilities"]
    reads_images = any(it.startswith("IMAGE") for it in capabilities)
    return {
        "modelId": name,
        "vendor": model.body["vendor"],
        "capabilities": capabilities,
        "apiCapability": sorted({APIS.get(it, "CHAT") for it in capabilities if it != "FINE_TUNE"}),
        "modalitySupport": [
            {"input": it, "output": "TEXT"} for it in (["TEXT", "IMAGE"] if reads_images else ["TEXT"])
        ],
        "modelAccess": model.traits["access"],
        "parameters": [],
    }


def _availability(world: World, call: Call, model: Resource) -> Json | None:
    """Give what one region offers of a model, unless a filter rules it out."""
    modes = [mode for mode, offered in _modes(model).items() if offered]
    asked: dict[str, Any] = {"realm": world.scenario.realm, "region": model.region}
    wanted_modes = call.choices("servingMode", ("ON_DEMAND", "DEDICATED"))
    if any((chosen := call.choices(name)) and value not in chosen for name, value in asked.items()):
        return None
    if wanted_modes and not wanted_modes & set(modes):
        return None
    now = world.now()
    for flag, name in FLAGS.items():
        wanted = call.flag(flag)
        if wanted is not None and wanted != (str(model.body.get(name, "9999")) <= now):
            return None
    dates = {name: model.body[name] for name in FLAGS.values() if name in model.body}
    return asked | {"servingModes": modes, "supportedReplacements": model.traits["replacements"]} | dates


def _modes(model: Resource) -> dict[str, bool]:
    return {"ON_DEMAND": model.traits["on_demand"], "DEDICATED": bool(model.traits["shapes"])}

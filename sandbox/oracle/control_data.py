"""The hand on the price list, as if Oracle changed it, and on objects, as if others put them there."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web
from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from sandbox.oracle import buckets, objects, prices
from sandbox.oracle.asked import PREFIX, Asked, read, safely
from sandbox.oracle.buckets import Bucket, Stored
from sandbox.oracle.build import stored
from sandbox.oracle.datasets import CHUNK
from sandbox.oracle.plane import ControlPlane
from sandbox.oracle.scenario import ObjectPlan
from sandbox.oracle.world import Json, World


class AsListed(Asked):
    """Names as the list itself writes them."""

    model_config = ConfigDict(alias_generator=to_camel)


class Tier(AsListed):
    value: float = Field(ge=0)
    range_min: float | None = None
    range_max: float | None = None


class PriceChange(AsListed):
    """What the list is to say of a product, old or new; what is not said stays as it is."""

    part_number: str = Field(min_length=1)
    display_name: str | None = None
    metric_name: str | None = None
    service_category: str | None = None
    currency: str = "USD"
    value: float | None = Field(None, ge=0)
    tiers: list[Tier] | None = None
    """Several prices by quantity, in place of `value`."""


class NewObject(Asked):
    """An object as the scenario plans them, `created_days_ago` included."""

    region: str
    bucket: str
    object: ObjectPlan


class DataControl:
    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def add_to(self, app: web.Application) -> None:
        add, one = app.router.add_route, f"{PREFIX}/objects/{{region}}/{{bucket}}/{{name:.+}}"
        add("GET", f"{PREFIX}/prices", safely(self.prices))
        add("POST", f"{PREFIX}/prices", safely(self.change_price))
        add("DELETE", f"{PREFIX}/prices/{{part}}", safely(self.remove_product))
        add("GET", f"{PREFIX}/objects", safely(self.objects))
        add("POST", f"{PREFIX}/objects", safely(self.add_object))
        add("PUT", one, safely(self.put_object))
        add("DELETE", one, safely(self.remove_object))

    @property
    def _world(self) -> World:
        return self._plane.world

    async def prices(self, _: web.Request) -> Json:
        return {"lastUpdated": self._world.prices_updated, "products": self._world.prices}

    async def change_price(self, request: web.Request) -> Json:
        asked = await read(request, PriceChange)
        names = {"display_name", "metric_name", "service_category"}
        told = asked.model_dump(include=names, exclude_none=True, by_alias=True)
        rows = None if asked.value is None else [{"value": asked.value}]
        if asked.tiers is not None:
            rows = [it.model_dump(by_alias=True) for it in asked.tiers]
        return self._kept(prices.change(self._world, asked.part_number, told, asked.currency, rows))

    async def remove_product(self, request: web.Request) -> Json:
        return self._kept(prices.remove(self._world, request.match_info["part"]))

    async def objects(self, _: web.Request) -> list[Json]:
        return [
            {"region": bucket.region, "bucket": bucket.name} | asdict(it)
            for bucket in self._world.buckets.values()
            for it in bucket.objects.values()
        ]

    async def add_object(self, request: web.Request) -> Json:
        asked = await read(request, NewObject)
        bucket = self._bucket(asked.region, asked.bucket)
        found = objects.store(self._world, bucket, stored(self._world, asked.object))
        return self._kept(asdict(found) | {"size": found.source.size})

    async def put_object(self, request: web.Request) -> Json:
        where = request.match_info
        bucket = self._bucket(where["region"], where["bucket"])
        upload = await self._plane.uploads.receive(request.content.iter_chunked(CHUNK))
        encoding = request.headers.get("content-encoding")
        it = Stored(where["name"], self._world.now(), content_encoding=encoding, upload=asdict(upload))
        return self._kept(asdict(objects.store(self._world, bucket, it)))

    async def remove_object(self, request: web.Request) -> Json:
        where = request.match_info
        bucket = self._bucket(where["region"], where["bucket"])
        if where["name"] not in bucket.objects:
            raise LookupError(f"there is no object {where['name']} in {bucket.name}")
        objects.drop(self._world, bucket, where["name"])
        return self._kept({})

    def _bucket(self, region: str, name: str) -> Bucket:
        try:
            return self._world.buckets[buckets.key(region, name)]
        except KeyError:
            raise LookupError(f"there is no bucket {name} in {region}") from None

    def _kept(self, answer: Json) -> Json:
        self._world.changed = True
        self._plane.save()
        return answer

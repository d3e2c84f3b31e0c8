"""A fleet by what its parts are looked up by; one of thousands of endpoints is not walked for each cluster."""

from __future__ import annotations

from collections import defaultdict

from dac.alarms import Alarm
from dac.cluster import Cluster, Endpoint, Fleet, Headroom, Lifecycle, Model, Traffic, WorkRequest
from dac.load import RECENT


class Seen:
    """Made once for all clusters of one reading."""

    def __init__(self, fleet: Fleet) -> None:
        self.at = fleet.taken_at
        self._endpoints: defaultdict[str, list[Endpoint]] = defaultdict(list)
        for endpoint in fleet.endpoints:
            self._endpoints[endpoint.cluster_id].append(endpoint)
        self._traffic: defaultdict[str, list[Traffic]] = defaultdict(list)
        for traffic in fleet.traffic:
            self._traffic[traffic.endpoint_id].append(traffic)
        self._models = {(model.region, model.id): model for model in fleet.models}
        self._trained = {each.id: each.tuned_on for each in fleet.models if each.tuned_on}
        self._training = {each.tuned_on: each for each in fleet.models if each.lifecycle_state == Lifecycle.CREATING}
        self._headrooms = {(each.region, each.limit_name): each for each in fleet.headrooms}
        self._unseen = {(gap.region, gap.what.split(" ", 1)[0]) for gap in fleet.gaps}
        self._work = self._work_of(fleet)
        self._alarms = self._alarms_of(fleet)

    def unseen(self, region: str, what: str) -> bool:
        """Whether some of the region's endpoints, or models, could not be read, so that none found means nothing."""
        return (region, what) in self._unseen

    def endpoints(self, cluster: Cluster) -> tuple[Endpoint, ...]:
        return tuple(self._endpoints.get(cluster.id, ()))

    def traffic(self, endpoints: tuple[Endpoint, ...]) -> tuple[Traffic, ...]:
        return tuple(each for endpoint in endpoints for each in self._traffic.get(endpoint.id, ()))

    def models(self, endpoints: tuple[Endpoint, ...]) -> tuple[Model, ...]:
        """What the endpoints serve, as far as it was listed, each once."""
        served = dict.fromkeys((each.region, each.model_id) for each in endpoints)
        return tuple(self._models[each] for each in served if each in self._models)

    def training(self, cluster: Cluster) -> Model | None:
        """What is being trained on it."""
        return self._training.get(cluster.id)

    def headroom(self, region: str, limit_name: str) -> Headroom | None:
        return self._headrooms.get((region, limit_name))

    def work(self, cluster: Cluster) -> tuple[WorkRequest, ...]:
        """On it, its endpoints and what was trained on it, newest first."""
        return tuple(self._work.get(cluster.id, ()))

    def alarms(self, cluster: Cluster, endpoints: tuple[Endpoint, ...]) -> tuple[Alarm, ...]:
        """Those set over it or one of its endpoints, or over everything of its compartment."""
        place = (cluster.region, cluster.compartment_id)
        keys: list[str | tuple[str, str]] = [place, cluster.id, *(each.id for each in endpoints)]
        found = [alarm for key in keys for alarm in self._alarms.get(key, ())]
        return tuple({each.id: each for each in found}.values())

    def _alarms_of(self, fleet: Fleet) -> dict[str | tuple[str, str], list[Alarm]]:
        """By what they name, or by region and compartment where they name nothing."""
        found: defaultdict[str | tuple[str, str], list[Alarm]] = defaultdict(list)
        for alarm in fleet.alarms:
            for key in alarm.resources or [(alarm.region, alarm.compartment_id)]:
                found[key].append(alarm)
        return found

    def _work_of(self, fleet: Fleet) -> dict[str, list[WorkRequest]]:
        on = {each.id: each.cluster_id for each in fleet.endpoints} | self._trained
        found: defaultdict[str, list[WorkRequest]] = defaultdict(list)
        for work in sorted(fleet.work, key=lambda each: each.time_accepted, reverse=True):
            for cluster_id in dict.fromkeys(on.get(each, each) for each in work.resources):
                found[cluster_id].append(work)
        return found


def recent(traffic: tuple[Traffic, ...]) -> list[Traffic]:
    """Of the last hour."""
    return [each for each in traffic if each.window < RECENT]


def long(traffic: tuple[Traffic, ...]) -> list[Traffic]:
    """Of the days that tell who is idle."""
    return [each for each in traffic if each.window >= RECENT]

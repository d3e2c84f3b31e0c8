"""One client of Oracle's SDK per service and region, signed in as one identity."""

from __future__ import annotations

import threading
from typing import Any

import oci

from bot.oracle.config import OracleConfig
from bot.oracle.identity import Identity
from bot.oracle.signing import Now, SignedIn, sign_in
from bot.oracle.transport import PunctualAdapter
from dac.errors import Denied


class Clients:
    """Made when first needed and kept, for their connections are; safe to ask from many threads.

    Answers are left as Oracle's JSON (`skip_deserialization`, as its own command line does), for two reasons. The
    SDK's models replace values newer than themselves with UNKNOWN_ENUM_VALUE, which loses a cluster's shape. And they
    parse every timestamp on its own: 26,000 points of Monitoring take 2.2 s where JSON alone takes 0.02 s.
    """

    def __init__(self, identity: Identity | None, config: OracleConfig, now: Now) -> None:
        self.signs_as = identity
        self._config = config
        self._now = now
        self._lock = threading.RLock()
        self._signed_in: SignedIn | None = None
        self._made: dict[tuple[str, str], Any] = {}

    def generative_ai(self, region: str) -> Any:
        return self._client("generativeai", region)

    def monitoring(self, region: str) -> Any:
        return self._client("telemetry", region)

    def limits(self, region: str) -> Any:
        return self._client("limits", region)

    def identity(self, region: str) -> Any:
        return self._client("identity", region)

    def object_storage(self, region: str) -> Any:
        return self._client("objectstorage", region)

    def usage(self, region: str) -> Any:
        return self._client("usageapi", region)

    def budgets(self, region: str) -> Any:
        return self._client("usage", region)

    def cost_anomalies(self, region: str) -> Any:
        return self._client("costad", region)

    def sign_in(self) -> SignedIn:
        """Raise `Denied` where that cannot be done; a failure is not remembered."""
        with self._lock:
            if self._signed_in is None:
                if self.signs_as is None:
                    raise Denied("No identity for changes is configured, so nothing can be changed.")
                self._signed_in = sign_in(self.signs_as, self._now)
            return self._signed_in

    def tenancy(self) -> str:
        tenancy = self._config.tenancy or self.sign_in().tenancy
        if tenancy is None:
            raise Denied(f"{self.signs_as} does not name its tenancy: configure the tenancy's OCID.")
        return tenancy

    def close(self) -> None:
        with self._lock:
            for client in self._made.values():
                client.base_client.session.close()
            self._made.clear()

    def _client(self, service: str, region: str) -> Any:
        with self._lock:
            made = self._made.get((service, region))
            if made is None:
                made = self._made[service, region] = self._make(service, region)
            return made

    def _make(self, service: str, region: str) -> Any:
        me, patience = self.sign_in(), self._config.patience
        # Naming the class imports its service's part of the SDK, hence only here.
        match service:
            case "generativeai":
                make = oci.generative_ai.GenerativeAiClient
            case "telemetry":
                make = oci.monitoring.MonitoringClient
            case "identity":
                make = oci.identity.IdentityClient
            case "objectstorage":
                make = oci.object_storage.ObjectStorageClient
            case "usageapi":
                make = oci.usage_api.UsageapiClient
            case "usage":
                make = oci.budget.BudgetClient
            case "costad":
                make = oci.costad.CostAdClient
            case _:
                make = oci.limits.LimitsClient
        elsewhere = {"service_endpoint": self._address(service, region)} if self._config.endpoint else {}
        client = make(
            {**me.config, "region": region},
            signer=me.signer,
            timeout=(patience.connect, patience.silence),
            skip_deserialization=True,
            # How often and how long to try is decided in `calls`, with the person who waits in mind.
            retry_strategy=oci.retry.NoneRetryStrategy(),
            # On by default, the breaker opens for 30 s after ten failures, 409 included, for everything the client
            # does: one busy cluster would hide all others, behind an error that is not Oracle's answer.
            circuit_breaker_strategy=oci.circuit_breaker.NoCircuitBreakerStrategy(),
            **elsewhere,
        )
        for scheme in ("https://", "http://"):
            client.base_client.session.mount(scheme, PunctualAdapter(pool_maxsize=self._config.parallel))
        return client

    def _address(self, service: str, region: str) -> str:
        return str(self._config.endpoint).replace("{region}", region).replace("{service}", service).rstrip("/")

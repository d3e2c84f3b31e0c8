"""One local control plane per test, and the real SDK pointed at it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import oci
import pytest

from sandbox.clock import Clock
from sandbox.oracle import Config, Key, ids, make_app
from sandbox.oracle.keys import QUICK_BITS, make_keys
from sandbox.serving import running

HOME = "us-chicago-1"
EUROPE = "eu-frankfurt-1"


@dataclass
class Tenancy:
    """A running control plane as its clients see it."""

    url: str
    keys: Path
    sessions: list[Any] = field(default_factory=list)

    prod = ids.ocid("compartment", seed="acme-ai/prod")
    dev = ids.ocid("compartment", seed="acme-ai/dev")
    root = ids.ocid("tenancy", seed="acme-ai")

    def _client(self, kind: Any, profile: str, region: str | None, **kept: Any) -> Any:
        config = oci.config.from_file(str(self.keys / "config"), profile)
        options = {
            "service_endpoint": self.url if region is None else f"{self.url}/{region}",
            "retry_strategy": oci.retry.NoneRetryStrategy(),
            "circuit_breaker_strategy": oci.circuit_breaker.NoCircuitBreakerStrategy(),
        }
        client = kind(config, **options | kept)
        self.sessions.append(client.base_client.session)
        return client

    def ai(self, profile: str = "EXECUTOR", region: str | None = HOME, **kept: Any) -> Any:
        return self._client(oci.generative_ai.GenerativeAiClient, profile, region, **kept)

    def monitoring(self, region: str | None = HOME) -> Any:
        return self._client(oci.monitoring.MonitoringClient, "READER", region)

    def limits(self, region: str | None = HOME) -> Any:
        return self._client(oci.limits.LimitsClient, "READER", region)

    def identity(self, profile: str = "READER", region: str | None = HOME) -> Any:
        return self._client(oci.identity.IdentityClient, profile, region)

    def usage(self, profile: str = "READER", region: str | None = HOME) -> Any:
        return self._client(oci.usage_api.UsageapiClient, profile, region)

    def budgets(self, profile: str = "READER", region: str | None = HOME) -> Any:
        return self._client(oci.budget.BudgetClient, profile, region)

    def cost_anomalies(self, profile: str = "READER", region: str | None = HOME) -> Any:
        return self._client(oci.costad.CostAdClient, profile, region)

    def of_kind(self, kind: Any) -> Any:
        """Another client of the SDK's, at home."""
        return self._client(kind, "READER", HOME)

    def storage(self, profile: str = "READER", region: str | None = HOME, **kept: Any) -> Any:
        return self._client(oci.object_storage.ObjectStorageClient, profile, region, **kept)

    def ocid(self, kind: str, name: str, region: str = HOME) -> str:
        return ids.ocid(kind, region, name)

    def cluster(self, name: str, region: str = HOME) -> str:
        return self.ocid(ids.CLUSTER, name, region)

    def endpoint(self, name: str, region: str = HOME) -> str:
        return self.ocid(ids.ENDPOINT, name, region)

    def model(self, name: str, region: str = HOME) -> str:
        return self.ocid(ids.MODEL, name, region)

    def raw(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        where = urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        try:
            sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            connection.request(method, path, sent, headers or {})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.raw(method, f"/_control/{path}", body)
        assert status == 200, answer
        return answer

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", {"advance": seconds})

    def fault(self, **told: Any) -> None:
        self.control("POST", "faults", told)

    def state(self, region: str = HOME) -> Any:
        return self.control("GET", "state")["regions"][region]


Opener = Callable[..., AbstractContextManager[Tenancy]]


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder, bits=QUICK_BITS)
    return folder


@pytest.fixture(scope="session")
def keys(key_folder: Path) -> tuple[Key, ...]:
    return make_keys(key_folder)


@pytest.fixture
def opened(key_folder: Path, keys: tuple[Key, ...]) -> Opener:
    """Give a way to run a control plane with a configuration of the test's own."""

    @contextmanager
    def run(clock: Clock | None = None, **changes: Any) -> Iterator[Tenancy]:
        config = replace(Config(keys, clock or Clock(frozen=True)), **changes)
        with running(lambda: make_app(config)) as url, ExitStack() as closing:
            tenancy = Tenancy(url, key_folder)
            closing.callback(lambda: [session.close() for session in tenancy.sessions])
            yield tenancy

    return run


@pytest.fixture
def tenancy(opened: Opener) -> Iterator[Tenancy]:
    with opened() as it:
        yield it


@contextmanager
def refused(status: int, code: str, words: str = "") -> Iterator[None]:
    """Expect Oracle's refusal with this status and code, saying these words."""
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        yield
    assert (caught.value.status, caught.value.code) == (status, code)
    assert words in caught.value.message

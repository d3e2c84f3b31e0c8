"""Where Oracle is looked for, and what is made of answers that are none."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.oracle.clients import Clients
from bot.oracle.deadline import within
from bot.oracle.identity import Identity, Kind
from dac.cluster import Cluster
from dac.errors import Denied, Unavailable
from dac.figures import Unknown
from sandbox.serving import running
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, NOW, Open, Place


@pytest.fixture
def clients(place: Place) -> Iterator[Callable[..., Clients]]:
    made: list[Clients] = []

    def make(**changes: object) -> Clients:
        config = place.config(**changes)
        made.append(Clients(config.reader, config, lambda: NOW))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        (None, "https://generativeai.eu-frankfurt-1.oci.oraclecloud.com/20231130"),
        ("http://127.0.0.1:9001", "http://127.0.0.1:9001/20231130"),
        ("http://127.0.0.1:9001/{region}/", "http://127.0.0.1:9001/eu-frankfurt-1/20231130"),
        ("https://{service}.{region}.oci.example.com", "https://generativeai.eu-frankfurt-1.oci.example.com/20231130"),
    ],
)
def test_the_address_is_oracles_own_unless_another_is_configured(
    clients: Callable[..., Clients], endpoint: str | None, address: str
) -> None:
    client = clients(endpoint=endpoint).generative_ai(FRANKFURT).base_client
    assert client.update_endpoint_template_for_options() == address


@pytest.mark.parametrize("missing", ["regions", "compartments"])
def test_a_configuration_needs_somewhere_to_look(place: Place, missing: str) -> None:
    with pytest.raises(ValueError, match="at least one region and one compartment"):
        place.config(**{missing: ()})


def test_each_service_has_its_own_name(clients: Callable[..., Clients]) -> None:
    made = clients(endpoint="https://{service}.example.com")
    assert made.monitoring(CHICAGO).base_client.endpoint.startswith("https://telemetry.example.com")
    assert made.limits(CHICAGO).base_client.endpoint.startswith("https://limits.example.com")


def test_a_client_is_made_once_for_each_region(clients: Callable[..., Clients]) -> None:
    made = clients()
    assert made.generative_ai(CHICAGO) is made.generative_ai(CHICAGO)
    assert made.generative_ai(CHICAGO) is not made.generative_ai(FRANKFURT)


def test_a_failed_sign_in_is_tried_again(clients: Callable[..., Clients], tmp_path: Path, place: Place) -> None:
    made = clients(reader=Identity(Kind.CONFIG_FILE, str(tmp_path / "config"), "READER"))
    with pytest.raises(Denied, match="there is no configuration file"):
        made.sign_in()
    (tmp_path / "config").write_text((place.keys / "config").read_text())
    assert made.sign_in().tenancy == place.state()["tenancy"]


def test_a_tenancy_that_is_named_nowhere_is_asked_for(
    clients: Callable[..., Clients], monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    body = base64.urlsafe_b64encode(b'{"exp": 4000000000}').rstrip(b"=").decode()
    monkeypatch.setenv("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2")
    monkeypatch.setenv("OCI_RESOURCE_PRINCIPAL_RPST", f"e30.{body}.c2ln")
    monkeypatch.setenv("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", str(place.keys / "reader.pem"))
    with pytest.raises(Denied, match="resource principal does not name its tenancy: configure the tenancy's OCID"):
        clients(reader=Identity(Kind.RESOURCE_PRINCIPAL)).tenancy()


# ----------------------------------------------------------------------------------------------- odd answers


@contextmanager
def answering(handler: Callable[[web.Request], object]) -> Iterator[str]:
    def make_app() -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)  # type: ignore[arg-type]
        return app

    with running(make_app) as url:
        yield url


async def _html(request: web.Request) -> web.Response:
    return web.Response(text="<html>Sign in to the hotel's network</html>", content_type="text/html")


async def _empty(request: web.Request) -> web.Response:
    return web.json_response({})


async def _broken(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-length": "1000"})
    await response.prepare(request)
    await response.write(b'{"id": "')
    assert request.transport is not None
    request.transport.close()
    return response


async def _chunked(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    response.enable_compression(web.ContentCoding.gzip)
    await response.prepare(request)
    for part in (b'{"used": ', b"3, ", b'"available": 5}'):
        await response.write(part)
        await asyncio.sleep(0)
    await response.write_eof()
    return response


@pytest.mark.parametrize(
    ("handler", "words"),
    [(_html, "not in the form expected"), (_empty, "not in the form expected"), (_broken, "it broke")],
)
def test_an_answer_that_is_none_is_told_without_quoting_it(
    connecting: Open, handler: Callable[[web.Request], object], words: str
) -> None:
    with answering(handler) as url:
        oracle = connecting(endpoint=url)
        with pytest.raises(Unavailable, match=words) as caught:
            oracle.reader.cluster(CHICAGO, "ocid1.x")
        assert "hotel" not in str(caught.value)
        oracle.close()


def test_an_answer_in_compressed_pieces_is_read_whole(connecting: Open) -> None:
    with answering(_chunked) as url:
        oracle = connecting(endpoint=url)
        found = oracle.reader.headroom(_cluster())
        assert not isinstance(found, Unknown)
        assert (found.used, found.available) == (3, 5)
        oracle.close()


def test_a_limit_oracle_does_not_count_is_unknown(connecting: Open) -> None:
    with answering(_empty) as url:
        oracle = connecting(endpoint=url)
        found = oracle.reader.headroom(_cluster())
        assert isinstance(found, Unknown)
        assert "does not count" in found.settle
        oracle.close()


def test_nothing_is_asked_once_the_time_is_over(connecting: Open, place: Place) -> None:
    oracle = connecting()
    with within(0), pytest.raises(Unavailable, match="did not answer in time"):
        oracle.reader.cluster(CHICAGO, "ocid1.x")
    assert not place.ask("GET", "calls")


def _cluster() -> Cluster:
    return Cluster(
        id="ocid1.generativeaidedicatedaicluster.oc1..x",
        name="x",
        region=CHICAGO,
        compartment_id="ocid1.compartment.oc1..x",
        type="HOSTING",
        lifecycle_state="ACTIVE",
        unit_count=1,
        unit_shape="LARGE_COHERE_V3",
        time_created=NOW,
    )

"""Who is let in, and who may change something."""

from __future__ import annotations

import email.utils
import time
from pathlib import Path
from typing import Any

import oci
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sandbox.oracle import Key, Permission
from sandbox.oracle.keys import make_keys
from sandbox.oracle.signatures import Keyring
from tests.sandbox.oracle.conftest import HOME, Tenancy, refused

PATH = f"/{HOME}/20231130/dedicatedAiClusters"


def signed(tenancy: Tenancy, method: str, path: str, body: str | None = None, **changes: Any) -> dict[str, str]:
    """Sign with the SDK's own signer, so that single headers can be spoilt afterwards."""
    config = oci.config.from_file(str(tenancy.keys / "config"), changes.pop("profile", "EXECUTOR"))
    request = oci._vendor.requests.Request(
        method, tenancy.url + path, data=body, headers={"content-type": "application/json"} | changes.pop("headers", {})
    ).prepare()
    return dict(oci.signer.Signer.from_config(config | changes)(request).headers)


def listing(tenancy: Tenancy) -> str:
    return f"{PATH}?compartmentId={tenancy.prod}&displayName=chat-prod"


@pytest.mark.parametrize("region", [None, HOME])
def test_a_signed_request_is_answered_with_and_without_region_in_the_endpoint(tenancy: Tenancy, region: str) -> None:
    names = [it.display_name for it in tenancy.ai("READER", region).list_dedicated_ai_clusters(tenancy.prod).data.items]
    assert "chat-prod" in names


def test_the_signature_covers_the_region_in_the_path(tenancy: Tenancy) -> None:
    headers = signed(tenancy, "GET", listing(tenancy))
    assert tenancy.raw("GET", listing(tenancy), headers=headers)[0] == 200
    elsewhere = listing(tenancy).replace(HOME, "eu-frankfurt-1")
    assert tenancy.raw("GET", elsewhere, headers=headers)[0] == 401


def test_another_spelling_of_the_query_is_another_request(tenancy: Tenancy) -> None:
    headers = signed(tenancy, "GET", listing(tenancy))
    assert tenancy.raw("GET", listing(tenancy) + "&limit=1", headers=headers)[0] == 401


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: {},
        lambda it: it | {"authorization": it["authorization"].replace("Signature", "Bearer")},
        lambda it: it | {"authorization": it["authorization"].replace('version="1"', 'version="2"')},
        lambda it: it | {"authorization": it["authorization"].replace("rsa-sha256", "hmac-sha256")},
        lambda it: it | {"authorization": it["authorization"].replace("ocid1.user", "ocid1.nobody")},
        lambda it: it | {"authorization": it["authorization"].replace('signature="', 'signature="AAAA')},
        lambda it: it | {"authorization": it["authorization"].replace('signature="', 'signature="!')},
        lambda it: it | {"authorization": it["authorization"].replace("date ", "x-unsent date ")},
        lambda it: it | {"authorization": it["authorization"].replace("date (request-target)", "date")},
        lambda it: it | {"authorization": it["authorization"].replace('headers="date ', 'headers="')},
        lambda it: it | {"date": "yesterday"},
    ],
    ids=[
        "not signed",
        "another scheme",
        "another version",
        "another algorithm",
        "unknown key",
        "wrong signature",
        "signature is no base64",
        "signed header not sent",
        "target not covered",
        "date not covered",
        "date changed",
    ],
)
def test_who_is_not_let_in(tenancy: Tenancy, spoil: Any) -> None:
    headers = {name.lower(): it for name, it in signed(tenancy, "GET", listing(tenancy)).items()}
    status, body = tenancy.raw("GET", listing(tenancy), headers=spoil(headers))
    assert (status, body["code"]) == (401, "NotAuthenticated")


@pytest.mark.parametrize(("minutes", "status"), [(-6, 401), (-4, 200), (4, 200), (6, 401)])
def test_the_date_may_be_five_minutes_off(tenancy: Tenancy, minutes: int, status: int) -> None:
    date = email.utils.formatdate(time.time() + minutes * 60, usegmt=True)
    headers = signed(tenancy, "GET", listing(tenancy), headers={"date": date})
    assert tenancy.raw("GET", listing(tenancy), headers=headers)[0] == status


@pytest.mark.parametrize("date", ["in a while", "Mon, 23 Nov"])
def test_a_signed_date_must_be_a_date(tenancy: Tenancy, date: str) -> None:
    headers = signed(tenancy, "GET", listing(tenancy), headers={"date": date})
    assert tenancy.raw("GET", listing(tenancy), headers=headers)[0] == 401


def test_skipped_time_does_not_lock_clients_out(tenancy: Tenancy) -> None:
    tenancy.advance(30 * 86_400)
    assert tenancy.ai().list_dedicated_ai_clusters(tenancy.prod).status == 200


def test_a_changed_body_is_not_let_in(tenancy: Tenancy) -> None:
    path, body = f"{PATH}/{tenancy.cluster('chat-prod')}", '{"unitCount": 3}'
    headers = signed(tenancy, "PUT", path, body)
    assert tenancy.raw("PUT", path, b'{"unitCount": 8}', headers)[0] == 401
    assert tenancy.raw("PUT", path, body.encode(), headers)[0] == 200


def test_a_signature_that_leaves_the_body_out_is_not_let_in(tenancy: Tenancy) -> None:
    path = f"{PATH}/{tenancy.cluster('chat-prod')}"
    headers = signed(tenancy, "GET", path)
    assert tenancy.raw("PUT", path, b'{"unitCount": 8}', headers)[0] == 401


def test_a_reader_cannot_change_anything(tenancy: Tenancy) -> None:
    details = oci.generative_ai.models.UpdateDedicatedAiClusterDetails(unit_count=3)
    with refused(404, "NotAuthorizedOrNotFound"):
        tenancy.ai("READER").update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), details)
    assert tenancy.ai().get_dedicated_ai_cluster(tenancy.cluster("chat-prod")).data.lifecycle_state == "ACTIVE"


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first, second = make_keys(tmp_path / "keys"), make_keys(tmp_path / "keys")
    assert first == second
    assert [key.permission for key in first] == [Permission.READ, Permission.MANAGE]
    files = sorted(it.name for it in (tmp_path / "keys").iterdir())
    assert files == ["config", "executor.pem", "reader.pem"]
    assert {it.stat().st_mode & 0o777 for it in (tmp_path / "keys").iterdir()} == {0o600}
    config = oci.config.from_file(str(tmp_path / "keys" / "config"), "READER")
    oci.config.validate_config(config)
    assert config["region"] == HOME


def test_only_rsa_keys_are_api_keys(tmp_path: Path) -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    public = elliptic.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(TypeError):
        Keyring((Key("a/b/c", public, Permission.READ),))
    make_keys(tmp_path)
    private = elliptic.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "reader.pem").write_bytes(private)
    with pytest.raises(TypeError):
        make_keys(tmp_path)


def test_the_fingerprint_is_the_one_oracle_shows(keys: tuple[Key, ...]) -> None:
    for key in keys:
        public = serialization.load_pem_public_key(key.public_key)
        assert isinstance(public, rsa.RSAPublicKey)
        pairs = key.key_id.split("/")[2].split(":")
        assert len(pairs) == 16
        assert all(len(pair) == 2 for pair in pairs)

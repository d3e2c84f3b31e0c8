"""Signing in: what is wrong is said in one sentence, what is secret never."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from oci._vendor import requests

from bot.oracle.identity import Identity, Kind
from bot.oracle.signing import SignedIn, sign_in
from dac.errors import Denied, Unavailable

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TENANCY, USER = "ocid1.tenancy.oc1..aaaa", "ocid1.user.oc1..bbbb"
FINGERPRINT = ":".join(["ab"] * 16)
PASS_PHRASE = "open sesame"


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def home(tmp_path: Path, key: rsa.RSAPrivateKey) -> Path:
    """Keys, a token, and a configuration file with every kind of profile."""
    plain, locked = serialization.NoEncryption(), serialization.BestAvailableEncryption(PASS_PHRASE.encode())
    for name, encryption in {"plain.pem": plain, "locked.pem": locked}.items():
        (tmp_path / name).write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        )
    (tmp_path / "public.pem").write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    (tmp_path / "token").write_text(token(NOW + timedelta(hours=1)))
    user = f"user={USER}\ntenancy={TENANCY}\nfingerprint={FINGERPRINT}\nregion=eu-frankfurt-1\n"
    profiles = {
        "GOOD": f"{user}key_file={tmp_path}/plain.pem\nlog_requests=true\n",
        "LOCKED": f"{user}key_file={tmp_path}/locked.pem\npass_phrase={PASS_PHRASE}\n",
        "WRONG_PHRASE": f"{user}key_file={tmp_path}/locked.pem\npass_phrase=wrong\n",
        "NO_PHRASE": f"{user}key_file={tmp_path}/locked.pem\n",
        "PUBLIC": f"{user}key_file={tmp_path}/public.pem\n",
        "NO_KEY_FILE": f"{user}key_file={tmp_path}/absent.pem\n",
        "INCOMPLETE": f"user={USER}\nregion=eu-frankfurt-1\n",
        "MALFORMED": f"{user}key_file={tmp_path}/plain.pem\n".replace(TENANCY, "acme"),
        "TOKEN": f"tenancy={TENANCY}\nkey_file={tmp_path}/plain.pem\nsecurity_token_file={tmp_path}/token\n",
        "TOKEN_KEY": f"tenancy={TENANCY}\nkey_file={tmp_path}/absent.pem\nsecurity_token_file={tmp_path}/token\n",
    }
    (tmp_path / "config").write_text("".join(f"[{name}]\n{text}\n" for name, text in profiles.items()))
    return tmp_path


def token(expires: datetime) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires.timestamp()}).encode()).rstrip(b"=").decode()
    return f"header.{claims}.signature"


def enter(
    home: Path, profile: str, kind: Kind = Kind.CONFIG_FILE, now: Callable[[], datetime] = lambda: NOW
) -> SignedIn:
    return sign_in(Identity(kind, str(home / "config"), profile), now)


def signature(signed_in: SignedIn) -> str:
    request = requests.Request("GET", "http://127.0.0.1/x").prepare()
    return str(signed_in.signer(request).headers["authorization"])


@pytest.mark.parametrize("profile", ["GOOD", "LOCKED"])
def test_an_api_key_signs_as_its_user(home: Path, profile: str) -> None:
    signed_in = enter(home, profile)
    assert f'keyId="{TENANCY}/{USER}/{FINGERPRINT}"' in signature(signed_in)
    assert signed_in.tenancy == TENANCY


def test_a_profile_cannot_have_requests_printed_for_that_shows_signatures(home: Path) -> None:
    assert "log_requests" not in enter(home, "GOOD").config


def test_secrets_do_not_show_when_printed(home: Path) -> None:
    shown = repr(enter(home, "LOCKED"))
    assert PASS_PHRASE not in shown
    assert "signer" not in shown


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("ABSENT", "has no profile ABSENT; it has: GOOD, LOCKED,"),
        ("WRONG_PHRASE", "needs another pass phrase"),
        ("NO_PHRASE", "needs another pass phrase"),
        ("PUBLIC", "is not a private key"),
        ("NO_KEY_FILE", "absent.pem of profile NO_KEY_FILE"),
        ("INCOMPLETE", "lacks tenancy, fingerprint, key_file."),
        ("MALFORMED", "holds a malformed tenancy."),
        ("TOKEN", "lacks user, fingerprint; it holds a session token, so sign in with that."),
    ],
)
def test_an_api_key_that_cannot_be_used_says_why(home: Path, profile: str, words: str) -> None:
    with pytest.raises(Denied) as caught:
        enter(home, profile)
    assert words in str(caught.value)
    assert str(caught.value).startswith("Signing in to Oracle: ")
    assert PASS_PHRASE not in str(caught.value)


def test_a_missing_configuration_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Denied, match="there is no configuration file"):
        enter(tmp_path, "DEFAULT")


@pytest.mark.parametrize("content", [b"pass_phrase=open sesame\n", b"[A]\nx=1\n[A]\n", b"\xff\xfe[A]"])
def test_a_broken_configuration_file_is_not_quoted(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config").write_bytes(content)
    with pytest.raises(Denied) as caught:
        enter(tmp_path, "A")
    assert "cannot be read as a configuration file" in str(caught.value)
    assert PASS_PHRASE not in str(caught.value)


def test_a_configuration_file_without_profiles_says_so(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("")
    with pytest.raises(Denied, match="it has: none"):
        enter(tmp_path, "A")


def test_a_session_token_signs_with_the_token(home: Path) -> None:
    signed_in = enter(home, "TOKEN", Kind.SESSION_TOKEN)
    assert f'keyId="ST${token(NOW + timedelta(hours=1))}"' in signature(signed_in)
    assert signed_in.tenancy == TENANCY


def test_a_renewed_session_token_is_used_from_then_on(home: Path) -> None:
    signed_in = enter(home, "TOKEN", Kind.SESSION_TOKEN)
    renewed = token(NOW + timedelta(hours=2))
    (home / "token").write_text(renewed)
    assert f'keyId="ST${renewed}"' in signature(signed_in)


def test_a_session_token_that_expires_while_the_bot_runs_is_refused_before_oracle_is_asked(home: Path) -> None:
    later = NOW
    signed_in = enter(home, "TOKEN", Kind.SESSION_TOKEN, lambda: later)
    later = NOW + timedelta(hours=1)
    with pytest.raises(Denied, match="expired at 2026-11-23 13:00 UTC: run `oci session authenticate`"):
        signature(signed_in)


@pytest.mark.parametrize("content", ["", "no token", "a.!!!.c", f"a.{base64.b64encode(b'{}').decode()}.c", "a.W10.c"])
def test_a_session_token_that_is_none_is_refused(home: Path, content: str) -> None:
    (home / "token").write_text(content)
    with pytest.raises(Denied, match=r"token cannot be read: run `oci session authenticate` for profile TOKEN"):
        enter(home, "TOKEN", Kind.SESSION_TOKEN)


def test_a_session_token_needs_its_key(home: Path) -> None:
    with pytest.raises(Denied, match="private key"):
        enter(home, "TOKEN_KEY", Kind.SESSION_TOKEN)


def test_a_session_token_needs_a_profile_that_has_one(home: Path) -> None:
    with pytest.raises(Denied, match="lacks security_token_file"):
        enter(home, "GOOD", Kind.SESSION_TOKEN)


def test_an_instance_principal_outside_oracles_cloud_says_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCI_METADATA_BASE_URL", "http://127.0.0.1:9/opc/v2")
    with pytest.raises(Unavailable, match="only on a compute instance"):
        sign_in(Identity(Kind.INSTANCE_PRINCIPAL), lambda: NOW)


def test_a_resource_principal_outside_oracles_cloud_says_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCI_RESOURCE_PRINCIPAL_VERSION", raising=False)
    with pytest.raises(Denied, match="OCI_RESOURCE_PRINCIPAL_"):
        sign_in(Identity(Kind.RESOURCE_PRINCIPAL), lambda: NOW)


def test_a_resource_principal_signs_with_the_token_it_is_given(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    claims: dict[str, Any] = {
        "exp": 4_000_000_000,
        "res_tenant": TENANCY,
        "res_compartment": "ocid1.compartment.oc1..c",
    }
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    header = base64.urlsafe_b64encode(b'{"alg":"RS256"}').rstrip(b"=").decode()
    for name, value in {
        "VERSION": "2.2",
        "RPST": f"{header}.{body}.c2ln",
        "PRIVATE_PEM": (home / "plain.pem").read_text(),
        "REGION": "eu-frankfurt-1",
    }.items():
        monkeypatch.setenv(f"OCI_RESOURCE_PRINCIPAL_{name}", value)
    signed_in = sign_in(Identity(Kind.RESOURCE_PRINCIPAL), lambda: NOW)
    assert signed_in.tenancy == TENANCY
    assert 'keyId="ST$' in signature(signed_in)


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        (Identity(Kind.CONFIG_FILE, "/etc/oci", "READER"), "profile READER of /etc/oci"),
        (Identity(Kind.SESSION_TOKEN), "profile DEFAULT of ~/.oci/config"),
        (Identity(Kind.INSTANCE_PRINCIPAL), "instance principal"),
    ],
)
def test_an_identity_is_named_in_words(identity: Identity, words: str) -> None:
    assert str(identity) == words

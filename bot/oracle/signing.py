"""Signing in to Oracle with one of the four kinds of identity."""

from __future__ import annotations

import base64
import configparser
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import oci
from oci._vendor import requests
from oci.auth import signers
from oci.exceptions import ClientError, ServiceError

from bot.oracle.identity import Identity, Kind
from dac.errors import Denied, Unavailable

Now = Callable[[], datetime]
DOING = "Signing in to Oracle"


@dataclass(frozen=True)
class SignedIn:
    """What a client of the SDK is built from; both parts lead to secrets, so neither is ever shown."""

    config: Mapping[str, Any] = field(repr=False)
    signer: Any = field(repr=False)
    tenancy: str | None


def sign_in(identity: Identity, now: Now) -> SignedIn:
    """Raise `Denied` with what is wrong and where, never with what was found there."""
    match identity.kind:
        case Kind.CONFIG_FILE:
            return _api_key(identity)
        case Kind.SESSION_TOKEN:
            profile = _profile(identity, "tenancy", "key_file", "security_token_file")
            return SignedIn({}, SessionTokenSigner(identity, profile, now), profile["tenancy"])
        case Kind.INSTANCE_PRINCIPAL:
            return _instance_principal()
        case Kind.RESOURCE_PRINCIPAL:
            return _resource_principal()


def _api_key(identity: Identity) -> SignedIn:
    profile = _profile(identity, "user", "tenancy", "fingerprint", "key_file")
    # `log_requests` is left behind on purpose: with it the SDK prints every header, the signature included.
    names = ("user", "tenancy", "fingerprint", "key_file", "pass_phrase")
    config: dict[str, Any] = {name: profile.get(name) for name in names} | {"region": "set for each client"}
    try:
        oci.config.validate_config(config)
    except ClientError as error:
        wrong = ", ".join(sorted(getattr(error, "errors", {})))
        raise Denied(f"{DOING}: {identity} holds a malformed {wrong}.") from None
    path = Path(profile["key_file"]).expanduser()
    try:
        signer = oci.signer.Signer(
            profile["tenancy"], profile["user"], profile["fingerprint"], str(path), profile.get("pass_phrase")
        )
    except (ClientError, OSError, TypeError, ValueError):
        raise Denied(_unreadable_key(identity, path)) from None
    return SignedIn(config, signer, profile["tenancy"])


class SessionTokenSigner(signers.SecurityTokenSigner):  # type: ignore[misc] # the SDK is untyped
    """Signs with the token in the file, which `oci session refresh` renews about once an hour while the bot runs."""

    def __init__(self, identity: Identity, profile: Mapping[str, str], now: Now) -> None:
        self._identity, self._now = identity, now
        self._token_file = Path(profile["security_token_file"]).expanduser()
        key_file = Path(profile["key_file"]).expanduser()
        try:
            key = oci.signer.load_private_key_from_file(str(key_file), profile.get("pass_phrase"))
        except (ClientError, OSError, TypeError, ValueError):
            raise Denied(_unreadable_key(identity, key_file)) from None
        self._renewing = threading.Lock()
        self._token = self._read()
        super().__init__(self._token, key)

    def __call__(self, request: Any, enforce_content_headers: bool = True) -> Any:  # noqa: FBT001, FBT002 - as extended
        with self._renewing:
            token = self._read()
            if token != self._token:
                self._token, self.api_key = token, f"ST${token}"
                self._basic_signer.reset_signer(self.api_key, self.private_key)
                self._body_signer.reset_signer(self.api_key, self.private_key)
            return super().__call__(request, enforce_content_headers)

    def _read(self) -> str:
        renew = f"run `oci session authenticate` for {self._identity}"
        try:
            token = self._token_file.read_text(encoding="ascii").strip()
            claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
            expires = datetime.fromtimestamp(claims["exp"], UTC)
        except (OSError, LookupError, TypeError, ValueError):
            raise Denied(f"{DOING}: the session token file {self._token_file} cannot be read: {renew}.") from None
        if expires <= self._now():
            raise Denied(f"{DOING}: the session token expired at {expires:%Y-%m-%d %H:%M} UTC: {renew}.")
        return token


def _instance_principal() -> SignedIn:
    # Left to itself the SDK looks for the instance's metadata for minutes wherever there is none.
    once = oci.retry.NoneRetryStrategy()
    try:
        signer = signers.InstancePrincipalsSecurityTokenSigner(
            retry_strategy=once, federation_client_retry_strategy=once
        )
    except (requests.exceptions.RequestException, ServiceError, OSError):
        raise Unavailable(
            f"{DOING}: the instance's metadata or Oracle's token service did not answer. An instance principal works "
            "only on a compute instance of Oracle's cloud that belongs to a dynamic group."
        ) from None
    return SignedIn({}, signer, signer.tenancy_id)


def _resource_principal() -> SignedIn:
    try:
        signer = signers.get_resource_principals_signer()
    except (ClientError, ServiceError, requests.exceptions.RequestException, OSError, LookupError, ValueError):
        raise Denied(
            f"{DOING}: no resource principal here. It works only in a resource of Oracle's cloud that sets the "
            "OCI_RESOURCE_PRINCIPAL_* variables, such as a container instance or a function."
        ) from None
    return SignedIn({}, signer, getattr(signer, "tenancy_id", None))


def _profile(identity: Identity, *needed: str) -> dict[str, str]:
    path = Path(identity.path).expanduser()
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Denied(f"{DOING}: there is no configuration file {path}.") from None
    except (OSError, ValueError, configparser.Error):
        # The parser's own words would quote the line, which may hold a pass phrase.
        raise Denied(f"{DOING}: {path} cannot be read as a configuration file of Oracle's.") from None
    if identity.profile not in parser:
        known = ", ".join(parser.sections()) or "none"
        raise Denied(f"{DOING}: {path} has no profile {identity.profile}; it has: {known}.")
    profile = dict(parser[identity.profile])
    if missing := [name for name in needed if not profile.get(name)]:
        hint = "; it holds a session token, so sign in with that" if "security_token_file" in profile else ""
        raise Denied(f"{DOING}: {identity} lacks {', '.join(missing)}{hint}.")
    return profile


def _unreadable_key(identity: Identity, path: Path) -> str:
    return (
        f"{DOING}: the private key {path} of {identity} cannot be used: "
        "the file is missing or not readable, is not a private key in PEM form, or needs another pass phrase."
    )

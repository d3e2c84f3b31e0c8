"""Oracle request signatures: a request is its user's when the registered public key verifies what was signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.oracle.config import Key, Permission
from sandbox.oracle.errors import not_authenticated

LARGEST_SKEW = timedelta(minutes=5)
BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
BODY_HEADERS = frozenset({"content-length", "content-type", "x-content-sha256"})
PARAMETER = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Signed:
    """A request as it came over the wire: `target` is path and query exactly as sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None
    """None where the signature need not cover it: objects are uploaded so."""


class Keyring:
    """The registered keys, and the check of a request against them."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self._keys = {key.key_id: (_load(key.public_key), key.permission) for key in keys}

    def permission(self, request: Signed) -> Permission:
        """Tell what the sender may do, or refuse a request that is not provably theirs."""
        told = _parameters(request.headers.get("authorization", ""))
        if told.get("keyId") not in self._keys:
            raise not_authenticated("The key is not registered.")
        public_key, permission = self._keys[told["keyId"]]
        names = told["headers"].lower().split()
        _check_coverage(request, names)
        try:
            public_key.verify(
                base64.b64decode(told["signature"], validate=True),
                _signing_string(request, names),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except (InvalidSignature, binascii.Error) as error:
            raise not_authenticated("The signature does not match the request.") from error
        _check_date(request, names)
        _check_digest(request)
        return permission


def _load(pem: bytes) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("API keys are RSA keys")
    return key


def _parameters(authorization: str) -> dict[str, str]:
    scheme, _, rest = authorization.partition(" ")
    told = dict(PARAMETER.findall(rest))
    if scheme.lower() != "signature" or not {"keyId", "headers", "signature"} <= set(told):
        raise not_authenticated("The request is not signed.")
    if told.get("version", "1") != "1" or told.get("algorithm", "").lower() != "rsa-sha256":
        raise not_authenticated("The signature's version or algorithm is not supported.")
    return told


def _check_coverage(request: Signed, names: list[str]) -> None:
    covered = request.method in BODY_METHODS and request.body is not None
    needed = {"(request-target)", "host"} | (BODY_HEADERS if covered else set())
    if not needed <= set(names) or not {"date", "x-date"} & set(names):
        raise not_authenticated("The signature does not cover the required headers.")


def _signing_string(request: Signed, names: list[str]) -> bytes:
    lines = []
    for name in names:
        if name == "(request-target)":
            lines.append(f"{name}: {request.method.lower()} {request.target}")
        elif name in request.headers:
            lines.append(f"{name}: {request.headers[name]}")
        else:
            raise not_authenticated(f"The signed header {name} is missing.")
    return "\n".join(lines).encode()


def _check_date(request: Signed, names: list[str]) -> None:
    """Compare with the real time, whatever the local clock has been set to: clients sign with theirs."""
    text = request.headers["x-date" if "x-date" in names else "date"]
    try:
        at = parsedate_to_datetime(text)
    except ValueError as error:
        raise not_authenticated("The date header cannot be read.") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if abs(datetime.now(UTC) - at) > LARGEST_SKEW:
        raise not_authenticated("The date of the request is too far from the current time.")


def _check_digest(request: Signed) -> None:
    if request.method not in BODY_METHODS or request.body is None:
        return
    digest = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
    if request.headers["x-content-sha256"] != digest or request.headers["content-length"] != str(len(request.body)):
        raise not_authenticated("The body does not match x-content-sha256.")

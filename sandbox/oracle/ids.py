"""Identifiers in the form Oracle gives them: OCIDs, etags and request ids."""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid

REALM = "oc1"
CLUSTER = "generativeaidedicatedaicluster"
ENDPOINT = "generativeaiendpoint"
MODEL = "generativeaimodel"
WORK_REQUEST = "generativeaiworkrequest"


def unique(seed: str) -> str:
    """Give the 60 characters an OCID ends with; the same seed gives the same characters."""
    digest = base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode().lower().rstrip("=")
    return f"amaaaaaa{digest}"


def ocid(kind: str, region: str = "", seed: str | None = None) -> str:
    seed = uuid.uuid4().hex if seed is None else f"{kind}/{region}/{seed}"
    tail = unique(seed) if region else "aaaaaaaa" + unique(seed)[8:]
    return f"ocid1.{kind}.{REALM}.{region}.{tail}"


def etag() -> str:
    return secrets.token_hex(32)


def request_id(sent: str | None) -> str:
    """Keep what the client sent and add what Oracle adds, three parts in all."""
    parts = [part for part in (sent or "").split("/") if part][:2]
    return "/".join(parts + [uuid.uuid4().hex.upper() for _ in range(3 - len(parts))])

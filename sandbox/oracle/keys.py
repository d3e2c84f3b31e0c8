"""API keys and the OCI config file that lets real clients use them."""

from __future__ import annotations

import configparser
import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.oracle import ids
from sandbox.oracle.config import SCENARIO, Key, Permission
from sandbox.oracle.scenario import read

PERMISSIONS = {"READER": Permission.READ, "EXECUTOR": Permission.MANAGE}
KEY_BITS = 2048
"""The least that Oracle takes."""
QUICK_BITS = 1024
"""For tests, which sign in again and again: such a key is read in 7 ms where one of Oracle's takes 50."""


def make_keys(folder: Path, scenario: Path = SCENARIO, bits: int = KEY_BITS) -> tuple[Key, ...]:
    """Give the keys of READER and EXECUTOR, making key files and config once and using them from then on."""
    told = read(scenario)
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tenancy = ids.ocid("tenancy", seed=told.tenancy)
    config = configparser.ConfigParser()
    config.optionxform = str  # type: ignore[assignment,method-assign]
    keys = []
    for profile, permission in PERMISSIONS.items():
        path = folder / f"{profile.lower()}.pem"
        key = _load(path) if path.exists() else _create(path, bits)
        public = key.public_key()
        user = ids.ocid("user", seed=f"{told.tenancy}/{told.users[profile]}")
        config[profile] = {
            "user": user,
            "fingerprint": fingerprint(public),
            "tenancy": tenancy,
            "region": told.home,
            "key_file": str(path),
        }
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        keys.append(Key(f"{tenancy}/{user}/{fingerprint(public)}", pem, permission))
    _write_config(folder / "config", config)
    return tuple(keys)


def fingerprint(key: rsa.RSAPublicKey) -> str:
    """Name a key as Oracle does: MD5 over its DER form, in pairs."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.md5(der, usedforsecurity=False).digest().hex(":")


def _create(path: Path, bits: int) -> rsa.RSAPrivateKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(path, pem)
    return key


def _load(path: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{path} is not an RSA key")
    return key


def _write_config(path: Path, config: configparser.ConfigParser) -> None:
    lines = []
    for profile in config.sections():
        lines += [f"[{profile}]", *(f"{name}={value}" for name, value in config[profile].items()), ""]
    _write(path, "\n".join(lines).encode())


def _write(path: Path, content: bytes) -> None:
    """Write a file only its owner can read, from its first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)

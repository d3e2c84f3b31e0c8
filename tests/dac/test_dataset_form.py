"""What is no lines of text is known by how it begins, and nothing that may be lines is taken for it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib

import pytest

from dac.dataset_form import compressed_by, no_lines
from tests.dac.datasets import clean, row

TEXT = b"\n".join(clean(40)) + b"\n"


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("pairs.jsonl", TEXT)
    return held.getvalue()


def tarred() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        info = tarfile.TarInfo("pairs.jsonl")
        info.size = len(TEXT)
        archive.addfile(info, io.BytesIO(TEXT))
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(TEXT), "compressed (gzip)"),
        (zlib.compress(TEXT), "compressed (zlib)"),
        (bz2.compress(TEXT), "compressed (bzip2)"),
        (lzma.compress(TEXT), "compressed (xz)"),
        (b"\x28\xb5\x2f\xfd" + TEXT, "compressed (zstd)"),
        (zipped(), "archive (zip)"),
        (tarred(), "archive (tar)"),
        (TEXT.decode().encode("utf-16"), "UTF-16"),
        (TEXT.decode().encode("utf-16-le"), "UTF-16"),
        (TEXT.decode().encode("utf-16-be"), "UTF-16"),
        (TEXT.decode().encode("utf-32"), "UTF-32"),
        (TEXT.decode().encode("utf-32-le"), "UTF-32"),
        (TEXT.decode().encode("utf-32-be"), "UTF-32"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"%PDF-1.7", "a PDF"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"\n<!DOCTYPE html><html>", "HTML"),
    ],
)
def test_what_is_no_text_is_called_by_its_name_with_what_to_do(content: bytes, said: str) -> None:
    told = no_lines(content)
    assert told
    assert said in told
    assert "Oracle trains on lines of JSON in UTF-8" in told


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        b"\xef\xbb\xbf" + TEXT,
        TEXT.replace(b"\n", b"\r\n"),
        b"",
        b"{",
        b"\n\n" + TEXT,
        b"prompt,completion\n",
        "Grüße".encode("latin-1"),
        b"\x00" * 600,
        row("x" * 245, "ustar")[:257] + b"ustar",
    ],
    ids=["lines", "BOM", "CRLF", "nothing", "a byte", "blank", "CSV", "Latin-1", "zeros", "about tar"],
)
def test_what_may_be_lines_is_read(content: bytes) -> None:
    assert no_lines(content) is None


@pytest.mark.parametrize(
    ("encoding", "by"),
    [("gzip", "gzip"), ("GZIP", "gzip"), ("identity, br", "br"), ("aws-chunked", None), ("utf-8", None), ("", None)],
)
def test_a_content_encoding_is_read_as_http_has_it(encoding: str, by: str | None) -> None:
    assert compressed_by(encoding) == by

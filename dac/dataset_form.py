"""What a file is that holds no lines of text, told by how it begins: one sentence is more use than a million faults."""

from __future__ import annotations

import re

TRAINED_ON = "Oracle trains on lines of JSON in UTF-8"
PACKED = f"{TRAINED_ON}: unpack it, and check what comes out."
OTHER = f"{TRAINED_ON}."
SAVE = f"{TRAINED_ON}: save it anew as UTF-8."

BEGINNINGS: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(begins, re.DOTALL), is_, so)
    for begins, is_, so in (
        (rb"\x1f\x8b", "is compressed (gzip)", PACKED),
        (rb"\x28\xb5\x2f\xfd", "is compressed (zstd)", PACKED),
        (rb"\x04\x22\x4d\x18", "is compressed (lz4)", PACKED),
        (rb"\xfd7zXZ\x00", "is compressed (xz)", PACKED),
        (rb"BZh[1-9]1AY&SY", "is compressed (bzip2)", PACKED),
        (rb"x[\x01\x9c\xda]", "is compressed (zlib)", PACKED),
        (rb"7z\xbc\xaf\x27\x1c", "is an archive (7z)", PACKED),
        (rb"PK[\x03\x05]", "is an archive (zip), or what keeps itself as one, as Excel and Word do", PACKED),
        (rb"[^{\s].{256}ustar", "is an archive (tar)", PACKED),
        (rb"\x00\x00\xfe\xff|\xff\xfe\x00\x00|\x00{3}[^\x00]|[^\x00]\x00{3}", "is text in UTF-32", SAVE),
        (rb"\xfe\xff|\xff\xfe|(?:\x00[^\x00]){2}|(?:[^\x00]\x00){2}", "is text in UTF-16", SAVE),
        (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF.{4}WEBP", "is a picture", OTHER),
        (rb"%PDF-", "is a PDF", OTHER),
        (rb"PAR1|Obj\x01|ORC|ARROW1", "is a table for programs (Parquet, Avro, ORC or Arrow)", OTHER),
        (rb"\s*<(?:!DOCTYPE|\?xml|html)", "is HTML or XML", OTHER),
    )
)

COMPRESSIONS = frozenset({"gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"})


def no_lines(head: bytes) -> str | None:
    """What is to be said of a file that begins so, to stand behind its name; None where it may be lines of text."""
    return next((f"{is_}. {so}" for begins, is_, so in BEGINNINGS if begins.match(head)), None)


def compressed_by(encoding: str) -> str | None:
    """What a Content-Encoding says that a file is compressed by; some say of plain text that it is plain."""
    return next((each for each in re.findall(r"[\w-]+", encoding.lower()) if each in COMPRESSIONS), None)

"""What `python -m bot prices refresh` does: reads Oracle's public price list and tells what changed in it."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
import click

from bot.catalog_files import read_catalog, read_texts
from bot.settings import Files
from dac import price_list
from dac.catalog import Catalog, shipped
from dac.errors import Invalid, Unavailable
from dac.figures import Source, Trust
from dac.price_changes import WRITTEN_BY, compare, takes_over, written
from dac.price_list import Page, PriceList

ORACLE = "oracle.com"

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
"""For one page; the whole list is a few megabytes."""

LARGEST = 32 * 2**20
"""Bytes of one page."""

MOST_PAGES = 200

SAYS: Mapping[int, str] = {
    HTTPStatus.FORBIDDEN: "refuses (403 Forbidden); a proxy on the way may do that, or the address asks in another way "
    "than with a ?query",
    HTTPStatus.NOT_FOUND: "is not there (404 Not Found)",
    HTTPStatus.TOO_MANY_REQUESTS: "has been asked too often (429 Too Many Requests); try again later",
}


def currency(text: str) -> str:
    """A currency's code as people type it."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise argparse.ArgumentTypeError("a currency's code is wanted, as in EUR")
    return code


def refresh(
    files: Files, code: str | None, out: Path | None, now: datetime, *, deadline: float = ANSWER_SECONDS
) -> int:
    """Tell what changed, and write it to `out` if there is one; nothing else is touched."""
    catalog = read_catalog(files.catalog_files)
    under = _under(files.catalog_files, out) if out else {}
    code = code or catalog.currency
    url = _asking(files.price_list_url, code)
    listed = asyncio.run(_read(url, code, catalog, now, deadline))
    for line in compare(catalog, listed).report():
        click.echo(line)
    if out:
        _write(out, under, listed, url, now)
    return 0


def _under(paths: Sequence[Path], out: Path) -> dict[str, str]:
    """The files that `out` will be read over; one that is somebody's own is not written over."""
    if out.exists() and not (out.is_file() and _is_ours(out)):
        raise Invalid(f"{out} is there and was not written by this command, so it is left alone; name another file.")
    # Of the file that is written anew nothing stays: what it said so far must not be missing from it.
    return read_texts([path for path in paths if path.resolve() != out.resolve()])


def _is_ours(path: Path) -> bool:
    try:
        return path.read_text(encoding="utf-8").startswith(WRITTEN_BY)
    except (OSError, UnicodeDecodeError):
        return False


def _write(out: Path, under: Mapping[str, str], listed: PriceList, url: str, now: datetime) -> None:
    catalog = shipped(under)
    comparison = compare(catalog, listed)
    count = takes_over(catalog, comparison)
    if not count and not out.exists():
        click.echo(f"Nothing to write, so there is no {out}.")
        return
    title = f"Oracle's price list in {listed.currency}"
    source = Source(title=title, url=url, as_of=listed.as_of, trust=trust(url))
    text = written(catalog, comparison, source, now.date())
    # What would keep the bot from starting must not be written.
    shipped({**under, str(out): text})
    _replace(out, text)
    counted = f"{count} price" if count == 1 else f"{count} prices"
    click.echo(f"{counted} written to {out}; DAC_CATALOG_FILES has the bot read it at its next start.")


def trust(url: str) -> Trust:
    """As far as Oracle's own word goes where it is Oracle's own server."""
    host = urlsplit(url).hostname or ""
    return Trust.DOC if host == ORACLE or host.endswith(f".{ORACLE}") else Trust.MIRROR


def _replace(out: Path, text: str) -> None:
    """All of it or nothing: a crash leaves the file as it was."""
    beside: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=out.resolve().parent, prefix=f".{out.name}.", delete=False
        ) as file:
            beside = Path(file.name)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(out.resolve())
    except OSError as error:
        raise Invalid(f"{out} cannot be written: {error.strerror}.") from None
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


async def _read(url: str, code: str, catalog: Catalog, now: datetime, deadline: float) -> PriceList:
    timeout = aiohttp.ClientTimeout(total=deadline, sock_connect=min(deadline, CONNECT_SECONDS))
    pages: list[Page] = []
    # A company's proxy is told by the environment.
    async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
        seen: set[str] = set()
        following: str | None = url
        while following is not None:
            address = _further(url, following)
            if address in seen or len(seen) >= MOST_PAGES:
                raise Invalid(f"The price list does not end: {address} comes after {len(seen)} pages.")
            seen.add(address)
            pages.append(price_list.page(await _get(session, address)))
            following = pages[-1].following
    return price_list.read(pages, code, catalog.prices.keys(), now.date())


async def _get(session: aiohttp.ClientSession, url: str) -> str:
    try:
        async with session.get(url, headers={"Accept": "application/json"}, allow_redirects=False) as answer:
            if answer.status != HTTPStatus.OK:
                raise Unavailable(_refusal(url, answer))
            body = bytearray()
            async for part in answer.content.iter_chunked(2**16):
                body += part
                if len(body) > LARGEST:
                    raise Unavailable(f"The price list at {url} is larger than {LARGEST >> 20} MB; it is not read.")
    except TimeoutError:
        raise Unavailable(f"The price list at {url} did not answer in time; try again later.") from None
    except (aiohttp.ClientError, OSError) as error:
        raise Unavailable(
            f"The price list at {url} cannot be reached ({type(error).__name__}: {error}); is there a way out of this "
            "network, or does HTTPS_PROXY have to name it?"
        ) from None
    return body.decode("utf-8", errors="replace")


def _refusal(url: str, answer: aiohttp.ClientResponse) -> str:
    status = answer.status
    moved = answer.headers.get("Location") if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST else None
    if moved:
        return f"The price list at {url} has moved to {moved!r}; DAC_PRICE_LIST_URL says where it is read."
    return f"The price list at {url} {SAYS.get(status) or f'answers {status}; try again later'}."


def _asking(url: str, code: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}currencyCode={code}"


def _further(first: str, following: str) -> str:
    """The address of a further page, which is on the same server or not followed."""
    address = urljoin(first, following)
    if urlsplit(address)[:2] != urlsplit(first)[:2]:
        raise Invalid(f"The price list goes on at another server, {address!r}, which is not asked.")
    return address

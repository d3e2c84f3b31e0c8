"""What went wrong at Oracle, told to the person who asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from oci._vendor import requests
from oci.exceptions import ClientError, ServiceError

from dac.errors import Conflict, DacError, Denied, Invalid, NotFound, Unavailable

FAILURES = (ServiceError, ClientError, requests.exceptions.RequestException, ValueError)
"""What the SDK raises when a call fails; a ValueError is its own refusal to send a malformed request."""

UNRESOLVED = re.compile(r"Name or service not known|nodename nor servname|No address associated|getaddrinfo failed")
"""How systems say that there is no such host, unlike that they cannot find out for now."""

LONGEST_MESSAGE = 300
"""Characters kept of what Oracle writes: gateways in between answer with whole pages."""


def translate(error: Exception, doing: str) -> DacError:
    """The same failure as one of ours; `doing` says what was being tried, such as "Listing clusters in …"."""
    if isinstance(error, ServiceError):
        return _answered(error, doing)
    if isinstance(error, requests.exceptions.RequestException):
        return Unavailable(f"{doing}: {_unanswered(error)}.")
    return Invalid(f"{doing}: Oracle's SDK refused to send this: {_bounded(str(error))}.")


def _answered(error: ServiceError, doing: str) -> DacError:
    status, code = error.status, error.code or ""
    said = f"{doing}: Oracle answered {status} {_bounded(str(code))}".rstrip()
    if message := _bounded(error.message):
        said = f"{said}: {message.rstrip('.')}"
    if error.request_id:
        said = f"{said} (opc-request-id {_bounded(str(error.request_id))})"
    if may_pass(status):
        wait = retry_after(error)
        return Unavailable(f"{said}. Oracle asks to wait {wait:g} s." if wait else f"{said}.")
    if code == "LimitExceeded":
        return Invalid(
            f"{said}. The tenancy's service limit is reached: ask Oracle to raise it in the Console under "
            "Governance & Administration, Limits, Quotas and Usage, or free units elsewhere."
        )
    if code == "QuotaExceeded":
        return Invalid(
            f"{said}. The compartment's quota is reached: a tenancy administrator sets it with a quota policy."
        )
    if code in {"BucketNotFound", "NamespaceNotFound"}:
        # By Oracle's own words that may as well be a lack of permission.
        return Denied(f"{said}.")
    if code == "ObjectNotFound":
        return NotFound(f"{said}.")
    kind, hint = _REFUSALS.get(status, (Invalid, ""))
    return kind(f"{said}. {hint}".rstrip())


_REFUSALS: dict[int, tuple[type[DacError], str]] = {
    HTTPStatus.UNAUTHORIZED: (
        Denied,
        (
            "The identity's key or token was not accepted: check that its public key is uploaded for this user, that "
            "the fingerprint matches, that a session token has not expired and that this machine's clock is right."
        ),
    ),
    HTTPStatus.FORBIDDEN: (Denied, "The identity may not do this: an administrator grants it with a policy."),
    HTTPStatus.NOT_FOUND: (
        NotFound,
        "Oracle does not say which: it does not exist here, or the identity may not see or use it.",
    ),
    HTTPStatus.CONFLICT: (Conflict, "Nothing was changed."),
    HTTPStatus.PRECONDITION_FAILED: (Conflict, "It has changed since it was read; nothing was changed now."),
}


def _unanswered(error: Exception) -> str:
    """The SDK wraps what `requests` raised; only its kind is told, for its text quotes hosts, paths and queries."""
    causes: list[Any] = [error, *error.args[:1]]
    kinds = requests.exceptions
    if any(isinstance(each, kinds.ConnectTimeout) for each in causes):
        return "Oracle could not be reached in time"
    if any(isinstance(each, kinds.Timeout) for each in causes):
        return "Oracle did not answer in time"
    if any(isinstance(each, kinds.SSLError) for each in causes):
        return "the connection to Oracle could not be secured (its certificate was not accepted)"
    if any(isinstance(each, kinds.ProxyError) for each in causes):
        return "the proxy on the way to Oracle did not let the call through"
    if any(UNRESOLVED.search(str(each)) for each in causes):
        return "Oracle could not be reached (no host is known by that name)"
    if any(isinstance(each, kinds.ConnectionError) for each in causes):
        return "Oracle could not be reached (no connection, or it broke)"
    return "the call to Oracle failed on the way"


def may_pass(status: int) -> bool:
    """Whether this is Oracle being busy or broken, not Oracle refusing."""
    return (
        status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def retry_after(error: Exception) -> float | None:
    """Seconds Oracle asks to wait, where it does; the other form of the header, a date, Oracle does not send."""
    value = (getattr(error, "headers", None) or {}).get("retry-after", "")
    return float(value) if str(value).isdecimal() else None


@contextmanager
def understood(doing: str) -> Iterator[None]:
    """Whatever cannot be read in an answer becomes a sentence, without what the answer held."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Unavailable(f"{doing}: Oracle's answer was not in the form expected ({type(error).__name__}).") from None


def _bounded(text: Any) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in str(text or "")).split())
    return plain if len(plain) <= LONGEST_MESSAGE else f"{plain[: LONGEST_MESSAGE - 1]}…"

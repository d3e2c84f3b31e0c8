"""Times as Oracle writes them: RFC 3339 in UTC to the millisecond, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp_of(at: float) -> str:
    """Write a time given in seconds since the epoch."""
    return stamp(datetime.fromtimestamp(at, UTC))


def moment(text: str) -> datetime:
    """Read any RFC 3339 time, with a zone or in UTC."""
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def later(text: str, seconds: float) -> str:
    return stamp(moment(text) + timedelta(seconds=seconds))


def seconds_between(start: str, end: str) -> float:
    return (moment(end) - moment(start)).total_seconds()

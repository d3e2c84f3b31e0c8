"""What Oracle charged for a team's cluster, a row a day, and what holds of any answer about it."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

from commands._command import Reply
from dac.usage import UsageRow
from tests.commands.room import lines, shown, understood
from tests.commands.sound import bare, halved, live, markup, refused
from tests.fakes import cluster

DAY = timedelta(days=1)
CHAT = cluster().id


def at(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


DAYS = [at(day) for day in range(1, 23)] + [at(day, 10) for day in range(1, 32)]
"""Those of November that are over, and all October."""


def row(day: datetime, amount: str, **changes: object) -> UsageRow:
    """A day of the cluster without what it was charged for."""
    known = {"since": day, "until": day + DAY, "currency": "USD", "amount": amount, "resource_id": CHAT}
    return UsageRow.model_validate(known | changes)


def priced(day: datetime, amount: str, **changes: object) -> UsageRow:
    """A day of it with its part number, at Oracle's list price."""
    known = {
        "part_number": "B108082",
        "product": "Large Cohere - Dedicated",
        "quantity": "48",
        "unit": "AI Unit Per Hour",
        "list_rate": "24",
        "unit_price": "24",
    }
    return row(day, amount, **(known | changes))


def sound(reply: Reply) -> str:
    """Slack takes it, nobody is called by it, and what it offers can be typed; gives what a person reads."""
    assert refused(reply.text, reply.blocks) == []
    assert bare(reply.blocks) == []
    for text in (*markup(reply.blocks), reply.text):
        assert live(text) + halved(text) == []
    for line in lines(reply.blocks):
        assert understood(line)
    return html.unescape(shown(reply))

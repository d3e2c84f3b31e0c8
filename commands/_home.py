"""The App Home: the fleet at a glance, and where to begin."""

from __future__ import annotations

from commands._blocks import Block, actions, button, context, divider, header
from commands._command import Services
from commands.status import overview


def home(services: Services) -> Block:
    """A view for `views.publish`."""
    fleet, now = services.fleet.fleet(), services.now()
    _, blocks = overview(fleet, now)
    row = actions(button("Read again", "home"), button("Scale a cluster …", "scale"), button("Help", "help"))
    return {
        "type": "home",
        "blocks": [
            header("Dedicated AI clusters"),
            row,
            divider(),
            *blocks,
            context("Nothing changes before your colleagues have approved it."),
        ],
    }

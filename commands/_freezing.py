"""The button that lifts a freeze, and that very one only: an old message must not let go what was frozen since."""

from __future__ import annotations

from approvals.events import Freeze
from commands._blocks import Block, button, confirm


def since(freeze: Freeze) -> int:
    """What tells one freeze from the next, as a button carries it."""
    return int(freeze.since.timestamp())


def unfreeze_button(freeze: Freeze) -> Block:
    sure = confirm("Lift the freeze?", "What has been approved meanwhile is begun at once.", "Lift it", "Keep it")
    return button("Unfreeze", f"unfreeze --since {since(freeze)}", confirm=sure)

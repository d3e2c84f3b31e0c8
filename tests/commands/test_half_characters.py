"""Half an emoji, as a phone may cut one, is answered in words."""

from __future__ import annotations

import pytest

from commands import COMMANDS
from commands._parse import arguments
from dac.errors import Invalid


def test_half_a_character_in_a_reason_is_named_as_such() -> None:
    with pytest.raises(Invalid, match="Because: it holds half a character"):
        arguments(COMMANDS["scale"], {"cluster": "chat", "units": "4", "because": "party \ud83d"})

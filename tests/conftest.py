"""What holds for every test there is."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says how busy the machine is: what is slow once and quick when tried again is no failure.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")

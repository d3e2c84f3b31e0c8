"""What a local Slack is started with: files to read, tokens to accept, the clock to live by."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sandbox.clock import Clock

PACKAGE = Path(__file__).resolve().parent
WORKSPACE = PACKAGE.parent / "workspace.toml"
PAGE = PACKAGE.parent / "page"


@dataclass(frozen=True, kw_only=True)
class Config:
    manifest: Path = Path("manifest.yml")
    workspace: Path = WORKSPACE
    bot_token: str = "xoxb-sandbox"  # noqa: S105 - opens nothing but this local stand-in
    app_token: str = "xapp-sandbox"  # noqa: S105
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105
    events_url: str | None = None
    """Where to deliver over HTTP; without it, deliveries go to Socket Mode connections."""
    clock: Clock = field(default_factory=Clock)
    limits_enforced: bool = True
    without_blocks: frozenset[str] = frozenset()
    """Kinds of block that this workspace does not know yet, as Slack hands the newest out workspace by workspace."""
    page: Path = PAGE
    oracle: str | None = None
    """Base URL of the local Oracle, for the page's menu of incidents; without it there is no such menu."""

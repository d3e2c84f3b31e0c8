"""Every setting of the bot, read once from the environment."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.quiet import quiet_hours
from dac.errors import Invalid
from dac.quiet_hours import QuietHours

Auth = Literal["config_file", "session_token", "instance_principal", "resource_principal"]


class Files(BaseSettings):
    """What commands need that ask neither Slack nor Oracle: they work without any other setting.

    An empty variable counts as not set: that is how containers leave them.
    """

    model_config = SettingsConfigDict(
        env_prefix="DAC_", frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    policy_file: Path = Field(Path("policy.toml"), description="Who must approve what; read again on SIGHUP")
    database: Path = Field(Path("dac.sqlite3"), description="The SQLite file that holds requests and their history")
    handbook_dir: Path | None = Field(
        None,
        description=(
            "A folder with the team's own edition of the handbook's files; those missing come from the package"
        ),
    )
    playbooks_dir: Path | None = Field(
        None,
        description=(
            "A folder with the team's own playbooks, beside the package's or in place of those of the same name, and "
            "thresholds.toml, what counts as slow, idle and so on; see docs/playbooks.md"
        ),
    )
    catalog_files: Annotated[tuple[Path, ...], NoDecode] = Field(
        (),
        description=(
            "The team's own catalogue files (contract rates, own benchmarks), separated by commas, read over the "
            "shipped one, the last counting; see catalog.example.toml"
        ),
    )
    price_list_url: str = Field(
        "https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/",
        description="Where `python -m bot prices refresh` reads Oracle's public price list",
    )

    @field_validator("catalog_files", mode="before")
    @classmethod
    def _paths(cls, value: object) -> object:
        return _listed(value)

    @field_validator("price_list_url")
    @classmethod
    def _unseen_on_the_way(cls, url: str) -> str:
        parts = urlsplit(url)
        if re.search(r"[\s<>|]", url):
            raise ValueError("must be an address, without spaces or brackets")
        if parts.scheme == "https" and parts.hostname:
            return url
        if parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}:
            return url
        raise ValueError("must begin with https://; http:// is for this machine alone")


class Settings(Files):
    """Read by `bot.__main__` from DAC_* variables, and SLACK_API_URL as Slack's own tools know it."""

    slack_bot_token: SecretStr = Field(description="The Slack app's bot token, xoxb-…")
    slack_app_token: SecretStr | None = Field(None, description="App-level token xapp-…, for Socket Mode")
    slack_signing_secret: SecretStr | None = Field(None, description="Signing secret, for DAC_TRANSPORT=http")
    slack_api_url: str = Field(
        "https://slack.com/api/",
        validation_alias="SLACK_API_URL",
        description="Where Slack's Web API is; another one for GovSlack or a local workspace",
    )
    transport: Literal["socket", "http"] = Field("socket", description="How Slack reaches the bot")
    http_host: str = Field("0.0.0.0", description="Address that HTTP is served on")  # noqa: S104 - a container's own
    http_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port for /healthz, and for /slack/events with DAC_TRANSPORT=http (there 3000 if unset)",
    )

    oci_regions: Annotated[tuple[str, ...], NoDecode] = Field(
        min_length=1, description="Regions to look at, separated by commas"
    )
    oci_compartments: Annotated[tuple[str, ...], NoDecode] = Field(
        min_length=1, description="OCIDs of the compartments to look at, separated by commas"
    )
    oci_tenancy: str | None = Field(None, description="OCID of the tenancy; unset means the reading identity's")
    oci_home_region: str | None = Field(
        None, description="The tenancy's home region, where Oracle tells what it charged; unset means Oracle is asked"
    )
    oci_endpoint: str | None = Field(
        None, description="Replaces Oracle's addresses, for dedicated regions; {region} and {service} are filled in"
    )
    oci_auth: Auth = Field("config_file", description="How the reading identity signs in")
    oci_config_file: Path = Field(Path("~/.oci/config"), description="Oracle configuration file of that identity")
    oci_profile: str = Field("DEFAULT", description="Profile of the reading identity in it")
    oci_executor_auth: Auth = Field("config_file", description="How the executing identity signs in")
    oci_executor_config_file: Path | None = Field(None, description="Its configuration file; unset means the same one")
    oci_executor_profile: str | None = Field(
        None, description="Profile of the executing identity; it alone may change clusters"
    )

    command_threads: int = Field(32, ge=1, le=256, description="Commands carried out at the same time")
    command_queue: int = Field(64, ge=0, le=1000, description="Commands that may wait before people are told to retry")
    fresh_seconds: float = Field(
        20,
        ge=0,
        le=600,
        description=(
            "How long a reading of all clusters is used again; of what changes slowly, such as hours that are over, "
            "15 times as long, half a minute at least"
        ),
    )
    poll_seconds: float = Field(3, gt=0, le=600, description="How often work under way is looked at")
    # A posting is tried for half of it and may then take ten seconds more; tests end bots whose claims are over sooner.
    lease_seconds: float = Field(
        30,
        ge=1,
        le=600,
        description="How long one process's claim keeps others away; below 20 a posting may outlast its claim",
    )
    watch_channel: str | None = Field(
        None,
        pattern=r"^[CG][A-Z0-9]{2,20}$",
        description="Id of the channel that is told when something turns bad and when it is over; unset means no watch",
    )
    watch_seconds: float = Field(60, gt=0, le=3600, description="How often the watch looks at the fleet")
    watch_from: Literal["attention", "broken"] = Field(
        "attention", description="How bad something must be for the watch to tell of it"
    )
    watch_quiet: str | None = Field(
        None,
        description=(
            "Hours in which the watch tells at once of what is broken alone, and of the rest when they end: from, to "
            "and the time zone, such as 22:00-07:00 Europe/Berlin"
        ),
    )
    dry_run: bool = Field(
        default=False,
        description="Whether all is a rehearsal: people ask and approve as ever, and Oracle is asked for nothing",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged")

    @field_validator("oci_regions", "oci_compartments", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return _listed(value)

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, url: str) -> str:
        return url if url.endswith("/") else f"{url}/"

    @field_validator("watch_quiet")
    @classmethod
    def _hours(cls, text: str | None) -> str | None:
        try:
            _ = quiet_hours(text) if text else None
        except Invalid as error:
            raise ValueError(str(error)) from None
        return text

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.transport == "socket" and self.slack_app_token is None:
            raise ValueError("DAC_SLACK_APP_TOKEN is needed for Socket Mode; or set DAC_TRANSPORT=http")
        if self.transport == "http" and self.slack_signing_secret is None:
            raise ValueError("DAC_SLACK_SIGNING_SECRET is needed for DAC_TRANSPORT=http")
        return self

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)

    @property
    def quiet(self) -> QuietHours | None:
        return quiet_hours(self.watch_quiet) if self.watch_quiet else None


def _listed(value: object) -> object:
    """What commas separate."""
    return tuple(filter(None, (each.strip() for each in value.split(",")))) if isinstance(value, str) else value


Kind = TypeVar("Kind", bound=Files)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"DAC_{name.upper()}"


def read() -> Settings:
    """The settings of this process; raises `Invalid` with one line for each that is wrong, and no value of any."""
    return _read(Settings)


def read_files() -> Files:
    """Those of them that say where the files are."""
    return _read(Files)


def _read(kind: type[Kind]) -> Kind:
    try:
        return kind()
    except ValidationError as error:
        raise Invalid("\n".join(_line(each["loc"], each["type"], each["msg"]) for each in error.errors())) from None


def _line(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    if not loc:
        return message.removeprefix("Value error, ")
    name = str(loc[0])
    field = name if name in Settings.model_fields else name.lower().removeprefix("dac_")
    named = variable(field) if field in Settings.model_fields else name
    return f"{named} is not set" if kind == "missing" else f"{named}: {message.removeprefix('Value error, ')}"

"""What a command is: one declaration from which parser, form, help, docs and buttons follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from approvals.freezing import Freezer
from approvals.requests import Requests
from approvals.scheduling import Scheduling
from approvals.service import Approvals
from commands._blocks import Block
from commands._chart import Chart
from dac.alerts import Alerts
from dac.catalog import Catalog
from dac.checked import Checks
from dac.checking import Checkers
from dac.errors import NotFound
from dac.figures import Frozen
from dac.gateway import FleetReader
from dac.handbook import Handbook
from dac.marks import Marks
from dac.naming import clip
from dac.plans import Plan
from dac.playbooks import Playbooks
from dac.playbooks import shipped as shipped_playbooks
from dac.thresholds import SHIPPED, Thresholds


@dataclass(frozen=True)
class Word:
    """An argument that is one word, or several in quotes; taken in the order of the fields.

    `fixed`: once given it is shown in the form, not asked. `from_thread`: in a request's thread it goes without
    saying. `channel`: it is a channel of Slack's, and a form has one picked; where `unless` reads
    the text that begins there as something else, none was named.
    """

    fixed: bool = False
    from_thread: bool = False
    channel: bool = False
    unless: Callable[[str], bool] | None = None


@dataclass(frozen=True)
class Rest:
    """An argument that is all remaining text, with or without the word before it; some have no such word."""

    after: str = "because"


@dataclass(frozen=True)
class Option:
    """An argument that is given as `--name value`, or `--name` alone where it is a bool.

    `by_button`: buttons say it, people need not know it. `asked`: a form offers it too. `reads`: whether a text is a
    whole value; once all words are given, such a value may be several words, and its name may go without dashes.
    `wants`: with it that argument is needed as well, so that a button can have a form ask for it. `among`: the values
    there are and what a form calls each; with `many` several of them, typed with commas between. `file`: the value is
    the id of a file in Slack (annotated `in_slack` too), and a form has one picked whose name ends in one of these.
    """

    by_button: bool = False
    asked: bool = False
    reads: Callable[[str], bool] | None = None
    wants: str = ""
    among: Mapping[str, str] | None = None
    many: bool = False
    file: tuple[str, ...] = ()


Kind = Word | Rest | Option

FILE_ID = re.compile(r"F[A-Z0-9]{3,20}")
FILE_LINK = re.compile(r"^https://[^/]+/files/[UW][A-Z0-9]+/(F[A-Z0-9]{3,20})(?:/|$)")


def ticked(among: Mapping[str, str]) -> BeforeValidator:
    """Reads the value of an option with `many` into a tuple of the keys of `among`, in their order there."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        words = [each.strip().casefold() for each in value.split(",") if each.strip()]
        strangers = [each for each in words if each not in among]
        if strangers:
            raise ValueError(f"“{clip(strangers[0])}” is none of {', '.join(among)}")
        return tuple(each for each in among if each in words)

    return BeforeValidator(read)


def _file_id(value: object) -> object:
    if not isinstance(value, str) or FILE_ID.fullmatch(value):
        return value
    if linked := FILE_LINK.search(value):
        return linked[1]
    raise ValueError(f"“{clip(value)}” is no file in Slack; give the link that Slack copies of one, or attach it")


in_slack = BeforeValidator(_file_id)
"""Reads the value of an option with `file`: a file's id, or its link as Slack copies it."""


class Arguments(Frozen):
    """Base of every command's arguments; each field is Annotated with its `Kind` and described."""

    @classmethod
    def kinds(cls) -> dict[str, tuple[Kind, FieldInfo]]:
        """By the name that is typed: a field whose name Python keeps for itself has it as its alias."""
        found = {}
        for name, info in cls.model_fields.items():
            kind = next((each for each in info.metadata if isinstance(each, Word | Rest | Option)), None)
            if kind is None:
                raise TypeError(f"{cls.__name__}.{name} says not how it is typed: annotate it Word, Rest or Option")
            found[info.alias or name] = (kind, info)
        return found


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Attachment:
    """A file that came with what somebody said, as far as Slack told of it then; `size` in bytes, 0 if it did not."""

    id: str
    name: str
    size: int


@dataclass(frozen=True)
class File(Attachment):
    """A file as Slack knows it when asked. `user` put it there; without `url` its bytes are not with Slack."""

    mimetype: str
    user: str
    url: str


class Files(Protocol):
    """Files that people have put into Slack. What does not work out is a `DacError`."""

    def info(self, file_id: str) -> File: ...

    def read(self, file: File) -> Generator[bytes, None, None]:
        """From the first byte to the last, in constant memory; close it where you stop before the end."""
        ...


@dataclass(frozen=True)
class Channel:
    """A channel of Slack's; `joined` is whether the bot is in it."""

    id: str
    name: str
    private: bool = False
    archived: bool = False
    joined: bool = True


class Channels(Protocol):
    """What Slack knows of channels."""

    def find(self, word: str) -> Channel:
        """The one meant by a name, a mention or an id; `NotFound` with what to do, `Denied` without the scopes."""
        ...


@dataclass(frozen=True)
class Call:
    """Who asked, where, and the name of the click or command that it came by (the same one never acts twice)."""

    user: str
    channel: str
    delivery: str
    thread_ts: str | None = None
    request_id: int | None = None
    """The request in whose thread it was said."""
    files: tuple[Attachment, ...] = ()
    """What was attached to it."""
    since: datetime | None = None
    """When it came, if that was to a process that is gone, which may have begun with it."""


@dataclass(frozen=True)
class Enclosed:
    """A file that comes with an answer."""

    name: str
    title: str
    content: bytes


@dataclass(frozen=True)
class Reply:
    """What the person sees; `public` shows it to the whole channel.

    With `then` it is the beginning of an answer that takes a while: a public message, in whose place each further one
    is put. They are made one by one in a worker, and may raise `DacError`. `pictures` and `files` count in the last of
    them; a picture is drawn for the image block that `commands._blocks.picture` makes with its name. A `brief` one
    takes seconds, and waits for no other; a `stoppable` one takes minutes, and who asked can stop it.
    """

    text: str
    blocks: Sequence[Block] = ()
    public: bool = False
    pictures: Mapping[str, Chart] = field(default_factory=dict)
    files: Sequence[Enclosed] = ()
    then: Iterator[Reply] | None = None
    brief: bool = False
    stoppable: bool = False


class UnderWay(Protocol):
    """Answers that take minutes."""

    def stop(self, name: str, by: str) -> None:
        """Have one ended, or without a name the last that this person asked for.

        `NotFound` where there is none any more, `Denied` where somebody else asked for it.
        """
        ...


class NothingUnderWay:
    """Where no answer takes long."""

    def stop(self, name: str, by: str) -> None:  # noqa: ARG002 - there is none to tell from others
        raise NotFound("Nothing that you asked for is under way.")


@dataclass(frozen=True)
class Services:
    """What commands may use; all of it synchronous."""

    fleet: FleetReader
    approvals: Approvals
    requests: Requests
    freezer: Freezer
    catalog: Catalog
    handbook: Handbook
    checks: Checks
    """What checks of data sets have found."""
    checkers: Checkers
    """Where a data set is checked that may be large."""
    now: Callable[[], datetime]
    zone_of: Callable[[str], ZoneInfo]
    """The time zone a person lives by."""
    link: Callable[[int], str | None]
    """Where a request's card can be opened, once it has been posted."""
    files: Files
    marks: Marks
    schedules: Scheduling
    """Digests that come round by themselves."""
    channels: Channels
    """What people have said of lines of digests."""
    under_way: UnderWay = field(default_factory=NothingUnderWay)
    alerts: Alerts | None = None
    """What the watch tells of; None where there is no watch."""
    playbooks: Playbooks = field(default_factory=shipped_playbooks)
    regions: tuple[str, ...] = ()
    compartments: tuple[str, ...] = ()
    """Where the bot is set to look, and so where something new can be; empty is wherever there are clusters."""
    thresholds: Thresholds = SHIPPED


class Group(StrEnum):
    """Under which heading of /dac help a command stands."""

    LOOK = "Look"
    ADVISE = "Advice"
    ASK = "Ask"
    DECIDE = "Decide"
    EMERGENCY = "In an emergency"
    HELP = "More"


class Choice(NamedTuple):
    """What one of the values of an option is called in a form, and what is said of it there."""

    label: str
    more: str = ""


Offered = Mapping[str, Mapping[str, str | Choice]]
"""By argument its values and what a form calls each."""

Choices = Callable[[Services], Sequence[tuple[str, str]]]
"""What a menu offers: value and label."""


@dataclass(frozen=True)
class Command(Generic[A]):
    """One verb of `/dac`, of one word or two. `run` raises `DacError` with a sentence for the person."""

    name: str
    summary: str
    arguments: type[A]
    run: Callable[[A, Call, Services], Reply]
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """What else people type for it, such as another spelling."""
    needs: Callable[[Mapping[str, Any]], Sequence[str]] | None = None
    """Arguments that are needed as well, given what has been typed; the form asks for them."""
    menus: Mapping[str, Choices] = field(default_factory=dict)
    offers: Callable[[Services], Offered] | None = None
    """By argument what a form offers in place of an option's `among`, where a team's own files can say otherwise."""
    submit: str = ""
    """What the form's button says, where the verb alone would say too much."""
    plan: Callable[[A, Call, Services], Plan] | None = None
    """What it would ask for, recording nothing; None for a command that asks for nothing."""
    group: Group = Group.LOOK
    order: int = 100
    """Where it stands in /dac help."""
    in_thread: bool = False
    """Said in a request's thread: there is no slash command there, and the request goes without saying."""

    @property
    def usage(self) -> str:
        """Such as `/dac scale <cluster> <units> [because …]`; in a thread such as `deny because …`."""
        kinds = self.arguments.kinds().items()
        unsaid = {name for name, (kind, _) in kinds if self.in_thread and isinstance(kind, Word) and kind.from_thread}
        asked = set(self.needs({}) if self.needs else ())
        words = [self.name if self.in_thread else f"/dac {self.name}"]
        words += [_usage(name, *how, needed=name in asked) for name, how in kinds if name not in unsaid]
        return " ".join(word for word in words if word)


def _usage(name: str, kind: Kind, info: FieldInfo, *, needed: bool) -> str:
    shown, needed = str(info.title or name), needed or info.is_required()
    match kind:
        case Word():
            return f"<{shown}>" if needed else f"[{shown}]"
        case Rest():
            said = f"{kind.after} …" if kind.after else f"{shown} …"
            return said if needed else f"[{said}]"
        case Option(by_button=True):
            return ""
        case Option():
            flag = f"--{name.replace('_', '-')}"
            said = flag if info.annotation is bool else f"{flag} {shown}"
            return said if needed else f"[{said}]"


def described(info: FieldInfo) -> str:
    return str(info.description or "")


AnyCommand = Command[Any]

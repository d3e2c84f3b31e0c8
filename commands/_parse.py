"""From what a person typed, on a phone or not, to a command's arguments."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from commands._command import AnyCommand, Arguments, Attachment, Kind, Option, Rest, Word
from dac.errors import Invalid
from dac.naming import clip, nearest

TOKEN = re.compile(r"[\"“”„]([^\"“”„]*)[\"“”„]|\S+")
"""A word, or words in quotes: straight ones or those a phone makes of them."""

LINK = re.compile(r"<(?:((?:https?|mailto):[^<|>]+)\|([^<|>]+)|((?:https?|mailto):[^<|>]+))>")
"""Slack's own markup around what it took for a link; people did not type it."""

DASHES = re.compile(r"^(?:[—―]|--|––|–(?=[^\d\s]))(?=\S)")
OPTION = re.compile(r"\s+(?:[—―]|--|––)(?=\S)")
MINUS = re.compile(r"^[–−](?=\d)")

VALUE_WORDS = 6
"""Words that a value of several is made of at the most: “2027-01-04 18:00 Europe/Berlin” has three."""

VALUE_LENGTH = 80


@dataclass(frozen=True)
class Parsed:
    """Arguments as typed: `values` by field name, and the required ones that were not given."""

    values: dict[str, Any]
    missing: tuple[str, ...]


def understood(
    commands: Mapping[str, AnyCommand], text: str, request_id: int | None = None
) -> tuple[AnyCommand, Parsed]:
    """What a command line means, typed anywhere or said in a request's thread; nothing at all asks for help.

    Raises `Invalid` for a verb nobody knows and for whatever is given and wrong.
    """
    command, tail = meant(commands, text)
    command = replace(command, in_thread=request_id is not None)
    parsed = parse(command, in_thread(command, tail, request_id))
    check_given(command, parsed)
    return command, parsed


def meant(commands: Mapping[str, AnyCommand], text: str) -> tuple[AnyCommand, str]:
    """The command that a line begins with and what follows it; `Invalid` with the nearest where there is none.

    A command of two words comes before one of its first word.
    """
    known = {name: each for each in commands.values() for name in (each.name, *each.aliases)}
    first, after = split_verb(text)
    if not first:
        return commands["help"], ""
    second, rest = split_verb(after)
    if second and (both := known.get(f"{first} {second}")):
        return both, rest
    if alone := known.get(first):
        return alone, after
    beginning = [name for name in commands if name.startswith(f"{first} ")]
    if not beginning:
        raise Invalid(unknown(f"{first} {second}".strip() if second else first, list(known)))
    near = nearest(f"{first} {second}", beginning) if second else []
    which = " or ".join(f"`/dac {name}`" for name in near[:1] or beginning)
    said = f"I do not know “{clip(f'{first} {second}')}”." if second else f"“{first}” alone does not say what."
    raise Invalid(f"{said} Did you mean {which}?")


def unknown(verb: str, verbs: list[str]) -> str:
    """The sentence for a word that is no command."""
    near = nearest(verb, verbs) or nearest(verb.split(" ", maxsplit=1)[0], verbs)
    meant = f"Did you mean `/dac {near[0]}`?" if near else "`/dac help` lists what I understand."
    return f"I do not know “{clip(verb.split(' ', maxsplit=1)[0])}”. {meant}"


def lacking(command: AnyCommand, parsed: Parsed) -> Invalid:
    """What to say where no form can ask for what is missing."""
    kinds = command.arguments.kinds()
    named = " and ".join(_shown(name, *kinds[name]) for name in parsed.missing)
    return Invalid(f"I need {named} as well. Usage: `{command.usage}`")


def typed(command: AnyCommand, values: Mapping[str, Any]) -> str:
    """The command line that a person would type for these values, such as those entered in a form."""
    said, last = [f"/dac {command.name}"], ""
    for name, (kind, _) in command.arguments.kinds().items():
        value = "" if isinstance(kind, Option) and kind.by_button else values.get(name) or ""
        word = f'"{value}"' if " " in str(value) else str(value)
        if value is True:
            said.append(f"--{name}")
        elif value and isinstance(kind, Rest):
            last = f"{kind.after} {value}".strip()
        elif value:
            said.append(f"--{name} {word}" if isinstance(kind, Option) else word)
    return " ".join(filter(None, [*said, last]))


def _shown(name: str, kind: Kind, info: FieldInfo) -> str:
    return f"“{kind.after} …”" if isinstance(kind, Rest) and kind.after else f"<{info.title or name}>"


def split_verb(text: str) -> tuple[str, str]:
    """The first word, and the rest untouched; both empty for an empty line."""
    match = TOKEN.search(clean(text))
    if not match:
        return "", ""
    return _word(match).casefold(), clean(text)[match.end() :].strip()


def clean(text: str) -> str:
    """As the person saw it: Slack's entities resolved, its non-breaking spaces made plain."""
    return html.unescape(text).replace("\u00a0", " ").strip()


def parse(command: AnyCommand, tail: str) -> Parsed:
    """Raises `Invalid` with the usage line for what cannot be understood; missing words are not an error."""
    kinds = command.arguments.kinds()
    words = [name for name, (kind, _) in kinds.items() if isinstance(kind, Word)]
    rest = next(((name, kind) for name, (kind, _) in kinds.items() if isinstance(kind, Rest)), None)
    values: dict[str, Any] = {}
    tokens = list(TOKEN.finditer(tail))
    while tokens:
        token = tokens.pop(0)
        word, quoted = _word(token), token[1] is not None
        if not quoted and word.startswith("--") and len(word) > len("--"):
            _take_option(command, word, tokens, values, whole=not words)
        elif rest and rest[1].after and not quoted and word.casefold().rstrip(":") == rest[1].after:
            values[rest[0]] = _unlinked(tail[token.end() :])
            break
        elif words and _goes_without_saying(kinds[words[0]][0], word, tail[token.start() :]):
            words.pop(0)
            tokens.insert(0, token)
        elif words:
            values[words.pop(0)] = word
        elif not quoted and (count := _value_after(command, word, tokens)):
            values[word.casefold()] = _together(tokens[:count])
            del tokens[:count]
        elif rest and not rest[1].after and rest[0] not in values:
            values[rest[0]] = _rest(command, tail, token.start(), tokens, values)
        elif rest:
            values[rest[0]] = _unlinked(tail[token.start() :])
            break
        else:
            raise Invalid(f"“{clip(word)}” is one word too many. Usage: `{command.usage}`")
    return Parsed(values=values, missing=_missing(command, values))


def _goes_without_saying(kind: Kind, word: str, text: str) -> bool:
    """Whether a line begins with something else where a channel may be named."""
    if not (isinstance(kind, Word) and kind.channel) or word.startswith(("#", "<#")):
        return False
    return " " in word or (kind.unless is not None and kind.unless(OPTION.split(text, maxsplit=1)[0]))


def attached(command: AnyCommand, parsed: Parsed, files: Sequence[Attachment]) -> Parsed:
    """With the first file that came with the line, where the command takes one and something is missing."""
    takes = [name for name, (kind, _) in command.arguments.kinds().items() if isinstance(kind, Option) and kind.file]
    if not (takes and files and parsed.missing):
        return parsed
    values = parsed.values | {takes[0]: files[0].id}
    return Parsed(values=values, missing=_missing(command, values))


def _missing(command: AnyCommand, values: Mapping[str, Any]) -> tuple[str, ...]:
    kinds = command.arguments.kinds()
    wanted = {kind.wants for name, (kind, _) in kinds.items() if isinstance(kind, Option) and name in values}
    wanted |= set(command.needs(values) if command.needs else ())
    needed = [name for name, (_, info) in kinds.items() if info.is_required() or name in wanted]
    return tuple(name for name in needed if not values.get(name))


def _rest(command: AnyCommand, tail: str, start: int, tokens: list[re.Match[str]], values: dict[str, Any]) -> str:
    """All text from there on, without those of the command's own options that stand in it; others are part of it."""
    kinds = command.arguments.kinds()
    kept, cut = [], start
    while tokens:
        token = tokens.pop(0)
        word = _word(token)
        kind, _ = kinds.get(word[2:].partition("=")[0].replace("-", "_").casefold(), (None, None))
        if token[1] is not None or not word.startswith("--") or not isinstance(kind, Option):
            continue
        kept.append(tail[cut : token.start()])
        _take_option(command, word, tokens, values, whole=True)
        cut = tokens[0].start() if tokens else len(tail)
    return _unlinked("".join([*kept, tail[cut:]]).strip())


def in_thread(command: AnyCommand, tail: str, request_id: int | None) -> str:
    """What was said in a request's thread, with the request's number where it goes without saying.

    Where a yes is at stake nothing is guessed: `Invalid` for a bare number that is not this request's.
    """
    first_kind = next((kind for kind, _ in command.arguments.kinds().values()), None)
    if request_id is None or not (isinstance(first_kind, Word) and first_kind.from_thread):
        return tail
    first = (tail.split(None, 1) or [""])[0]
    own = first == str(request_id)
    if first.isdigit() and not own and _is_next_word(command, tail):
        return f"{request_id} {tail}"
    if first.isdigit() and not own:
        raise Invalid(
            f"This is the thread of request {request_id}: say `{command.name}` for it, or "
            f"`{command.name} #{clip(first)}` for another; a comment that begins with a number goes after “because”."
        )
    named = own or (first.startswith("#") and first[1:].isdigit())
    return tail if named else f"{request_id} {tail}".strip()


def _is_next_word(command: AnyCommand, tail: str) -> bool:
    """Whether a number alone is what the command needs besides the request, such as a size."""
    needed = [
        name
        for name, (kind, info) in command.arguments.kinds().items()
        if isinstance(kind, Word) and info.is_required()
    ]
    words = itertools.takewhile(_is_plain, map(_word, TOKEN.finditer(tail)))
    return len(list(itertools.islice(words, len(needed)))) < len(needed)


def _is_plain(word: str) -> bool:
    return not word.startswith("--") and word.casefold().rstrip(":") != "because"


def arguments(command: AnyCommand, values: dict[str, Any]) -> Arguments:
    """The checked arguments; raises `Invalid` naming the first that is wrong."""
    try:
        checked: Arguments = command.arguments.model_validate(values)
    except ValidationError as error:
        raise Invalid(_sentence(command, *next(problems(error)))) from None
    return checked


def check_given(command: AnyCommand, parsed: Parsed) -> None:
    """Raise `Invalid` for what was given and is wrong, before anything missing is asked for."""
    try:
        command.arguments.model_validate(parsed.values)
    except ValidationError as error:
        for name, why in problems(error):
            if name not in parsed.missing:
                raise Invalid(_sentence(command, name, why)) from None


def problems(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Field and reason of each thing that is wrong, in words."""
    for each in error.errors(include_url=False):
        name = str(each["loc"][0]) if each["loc"] else "input"
        if each["type"] == "string_too_long":
            yield (
                name,
                f"{len(str(each['input'])):,} characters are too many; {each['ctx']['max_length']:,} is the most",
            )
        elif each["type"] == "missing" or (each["type"] == "string_too_short" and not each["input"]):
            yield name, "this is needed"
        elif each["type"] == "string_too_short":
            yield (
                name,
                f"“{clip(str(each['input']))}” is too short; it has at least {each['ctx']['min_length']} characters",
            )
        elif each["type"] == "string_unicode":
            yield name, "it holds half a character, such as a cut emoji; type it again"
        elif each["type"] == "int_parsing":
            yield name, f"“{clip(str(each['input']))}” is not a whole number"
        else:
            yield name, str(each["msg"]).removeprefix("Value error, ")


def _sentence(command: AnyCommand, name: str, why: str) -> str:
    ended = why if why.endswith((".", "?")) else f"{why}."
    return f"{name.replace('_', ' ').capitalize()}: {ended} Usage: `{command.usage}`"


def _word(token: re.Match[str]) -> str:
    if token[1] is not None:
        return token[1]
    return MINUS.sub("-", DASHES.sub("--", _unlinked(token[0])))


def _unlinked(text: str) -> str:
    """Links as they were typed; where another text stands for one, both."""

    def typed(link: re.Match[str]) -> str:
        address, label = link[1] or link[3], link[2]
        return address if not label else label if label in address else f"{label} ({address})"

    return LINK.sub(typed, text).strip()


def _take_option(
    command: AnyCommand, word: str, tokens: list[re.Match[str]], values: dict[str, Any], *, whole: bool
) -> None:
    """`whole`: no word is missing any more, so that the value may be all the words that make one."""
    name, given, value = word[2:].partition("=")
    field = name.replace("-", "_").casefold()
    kind, info = command.arguments.kinds().get(field, (None, None))
    if not isinstance(kind, Option) or info is None:
        raise Invalid(f"There is no “--{clip(name)}” here. Usage: `{command.usage}`")
    if info.annotation is bool:
        if given:
            raise Invalid(f"“--{clip(name)}” takes no value: give it or leave it out. Usage: `{command.usage}`")
        values[field] = True
    elif given:
        values[field] = value
    elif tokens:
        count = (whole and _value_after(command, field, tokens)) or 1
        values[field] = _together(tokens[:count])
        del tokens[:count]
    else:
        raise Invalid(f"“--{name}” wants a value after it. Usage: `{command.usage}`")


def _value_after(command: AnyCommand, word: str, tokens: list[re.Match[str]]) -> int:
    """How many of the words that follow are, together, a value of the option of that name; the most that are."""
    kind, _ = command.arguments.kinds().get(word.casefold(), (None, None))
    if not isinstance(kind, Option) or kind.reads is None:
        return 0
    for count in range(min(len(tokens), VALUE_WORDS), 0, -1):
        value = _together(tokens[:count])
        if len(value) <= VALUE_LENGTH and kind.reads(value):
            return count
    return 0


def _together(tokens: list[re.Match[str]]) -> str:
    return " ".join(_word(each) for each in tokens)

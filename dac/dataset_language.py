"""Which language a text seems to be in: by its script, and within Latin script by the commonest words."""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter

UNKNOWN = "unknown"

READ = 400
"""Characters that are looked at."""

TELLING = 2
"""Different common words of a language that a text must hold to be called that."""

_ASCII, _NOT_ASCII = re.compile(r"[A-Za-z]"), re.compile(r"[^\W\d_\x00-\x7f]")
_WORD = re.compile(r"[^\W\d_]+")

# Words that are common in one of these languages and rare in the others.
_COMMON = {
    language: frozenset(words.split())
    for language, words in {
        "English": "the and of to is you that it for was with are this have what how not be your my can please from",
        "German": "der die das und ist nicht ich sie ein eine mit auf für dem den zu von wie bitte kann auch wird sind",
        "French": "le les et est vous une dans pour que qui je pas sur avec ce votre nous être du des au cette comment",
        "Spanish": "el los y es una por que con para las del se su como está pero más cómo qué puede usted gracias",
        "Portuguese": "o os e é um uma não com para que você do da em por como mais seu sua são obrigado está ao",
        "Italian": "il di che è un una per non con sono della come gli nel alla più questo quale anche grazie può",
        "Dutch": "de het een en van ik niet is dat je voor met op zijn wat kan u uw hoe ook naar bij deze wordt",
        "Polish": "nie się jest na że jak co w z i dla czy po może oraz być proszę ma przez przed tego",
        "Turkish": "bir ve bu için ile ne da de çok mi değil olarak daha var gibi olan kadar sonra lütfen",
        "Swedish": "och att det som en är på inte jag av för med den har till om hur kan vi du ett från",
    }.items()
}

_SCRIPTS = (
    (0x000, "Latin"),
    (0x370, "Greek"),
    (0x400, "Cyrillic script"),
    (0x530, UNKNOWN),
    (0x590, "Hebrew"),
    (0x600, "Arabic script"),
    (0x780, UNKNOWN),
    (0x900, "Devanagari script"),
    (0x980, UNKNOWN),
    (0xE00, "Thai"),
    (0xE80, UNKNOWN),
    (0x1100, "Korean"),
    (0x1200, UNKNOWN),
    (0x1E00, "Latin"),
    (0x1F00, "Greek"),
    (0x2000, UNKNOWN),
    (0x3040, "Japanese"),
    (0x3100, UNKNOWN),
    (0x3400, "Chinese"),
    (0xA000, UNKNOWN),
    (0xAC00, "Korean"),
    (0xD7B0, UNKNOWN),
    (0xF900, "Chinese"),
    (0xFB00, UNKNOWN),
    (0x20000, "Chinese"),
    (0x30000, UNKNOWN),
)
"""From which character on a script goes, as far as the next one's."""

_STARTS = [start for start, _ in _SCRIPTS]


def language_of(text: str) -> str:
    """`UNKNOWN` where it cannot be told, as with code, numbers, a few words or a mixture."""
    text = text[:READ]
    script = "Latin" if text.isascii() else _script_of(text)
    return _by_words(text) if script == "Latin" else script


def _script_of(text: str) -> str:
    """The one of at least half of its letters; Japanese is written in Chinese letters too."""
    counts = Counter(_SCRIPTS[bisect(_STARTS, ord(each)) - 1][1] for each in _NOT_ASCII.findall(text))
    counts["Latin"] += len(_ASCII.findall(text))
    if counts["Japanese"]:
        counts["Japanese"] += counts.pop("Chinese", 0)
    ((script, most),) = counts.most_common(1) or [(UNKNOWN, 0)]
    return script if 2 * most >= counts.total() else UNKNOWN


def _by_words(text: str) -> str:
    words = set(_WORD.findall(text.lower()))
    (most, language), (second, _) = sorted(((len(words & common), name) for name, common in _COMMON.items()))[:-3:-1]
    return language if most >= TELLING and most > second else UNKNOWN

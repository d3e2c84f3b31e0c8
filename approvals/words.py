"""What people may write as a reason or a comment."""

from __future__ import annotations

from dac.errors import Invalid

REASON_LENGTH = 2000
"""Characters of a reason or comment that are kept; a longer one is refused, not cut."""


def check_words(what: str, words: str) -> None:
    """Raise `Invalid` for what cannot be kept."""
    try:
        words.encode()
    except UnicodeEncodeError:
        raise Invalid(f"The {what} holds half a character, such as a cut emoji; type it again.") from None
    if len(words) > REASON_LENGTH:
        raise Invalid(
            f"The {what} is {len(words):,} characters long; {REASON_LENGTH:,} is the most. "
            "Put the details behind a link and say the gist."
        )

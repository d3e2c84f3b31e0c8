from __future__ import annotations

import pytest

from dac import errors


@pytest.mark.parametrize("kind", [errors.Invalid, errors.NotFound, errors.Denied, errors.Conflict, errors.Unavailable])
def test_every_refusal_is_shown_to_a_person_as_it_is(kind: type[errors.DacError]) -> None:
    with pytest.raises(errors.DacError) as refused:
        raise kind("chat already has 4 units.")
    assert str(refused.value) == "chat already has 4 units."


def test_there_are_no_more_kinds_than_a_person_can_tell_apart() -> None:
    assert len(errors.DacError.__subclasses__()) == 5

"""Whatever JSON arrives, the answer is a list of problems and never an exception."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.slack.blockkit import Problem, Surface, text_length, validate
from tests.sandbox.slack.blockkit.sample_blocks import BLOCKS
from tests.sandbox.slack.blockkit.samples import ELEMENTS, asked, modal, on

SURFACES: list[Surface] = ["message", "modal", "home"]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=8),
    st.just("\ud800"),
    st.sampled_from([*BLOCKS, *ELEMENTS, "plain_text", "mrkdwn", "raw_text", "text"]),
)
KEYS = st.one_of(
    st.text(max_size=4),
    st.sampled_from(
        [
            *(
                "type",
                "text",
                "blocks",
                "elements",
                "element",
                "accessory",
                "options",
                "option_groups",
                "rows",
                "items",
            ),
            *("child_blocks", "tasks", "chart", "series", "data", "axis_config", "categories", "segments", "block_id"),
            *("action_id", "initial_option", "initial_options", "min_value", "max_value", "title", "fields", "label"),
        ]
    ),
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)


# The machine's load and chance must not decide whether a test passes.
SAME_EACH_TIME = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def assert_answered(surface: Surface, payload: Any) -> None:
    problems = validate(surface, payload)
    assert all(isinstance(problem, Problem) for problem in problems)
    assert all(problem.pointer == "" or problem.pointer.startswith("/") for problem in problems)
    json.dumps([problem.as_json() for problem in problems])
    assert text_length(payload) >= 0


@SAME_EACH_TIME
@given(payload=ANY_JSON)
@pytest.mark.parametrize("surface", SURFACES)
def test_any_json_is_answered(surface: Surface, payload: Any) -> None:
    assert_answered(surface, payload)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


def replaced(value: Any, path: tuple[Any, ...], to: Any) -> Any:
    if not path:
        return to
    key, *rest = path
    if isinstance(value, dict):
        return {**value, key: replaced(value[key], tuple(rest), to)}
    return [replaced(inner, tuple(rest), to) if index == key else inner for index, inner in enumerate(value)]


SAMPLES = [*BLOCKS.values(), *map(asked, ELEMENTS.values())]


@SAME_EACH_TIME
@given(data=st.data())
def test_a_valid_payload_with_one_place_spoilt_is_answered(data: st.DataObject) -> None:
    surface = data.draw(st.sampled_from(SURFACES))
    payload = on(surface, data.draw(st.sampled_from(SAMPLES)))
    place = data.draw(st.sampled_from(places(payload)))
    assert_answered(surface, replaced(payload, place, data.draw(ANY_JSON)))


def test_a_container_in_a_container_a_hundred_deep_is_answered() -> None:
    nested: Any = BLOCKS["section"]
    for _ in range(100):
        nested = {"type": "container", "title": {"type": "plain_text", "text": "a"}, "child_blocks": [nested]}
    assert [problem.pointer for problem in validate("message", [nested])] == ["/0/child_blocks/0/type"]


def test_a_view_nested_too_deep_to_be_written_is_too_large() -> None:
    nested: Any = 1
    for _ in range(5000):
        nested = [nested]
    problems = validate("modal", modal(private_metadata=nested))
    assert "view must be no larger than 250 kB" in [problem.message for problem in problems]

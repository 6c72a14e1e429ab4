from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web import strict_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(JSON)
@settings(max_examples=100, deadline=None)
def test_what_is_json_comes_through_whole(value: object) -> None:
    assert strict_json.decode(strict_json.encode(value)) == value


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_bytes_of_any_kind_are_decoded_or_refused(data: bytes) -> None:
    try:
        strict_json.decode(data)
    except strict_json.NotJson as problem:
        assert str(problem).startswith("It ")


@given(ANY_TEXT)
@settings(max_examples=100, deadline=None)
def test_every_text_is_encoded_as_utf_8(text: str) -> None:
    decoded = json.loads(strict_json.encode({"a": [text]}).decode("utf-8"))
    assert len(decoded["a"][0]) == len(text)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_there_is_no_bare_nan(number: float) -> None:
    assert json.loads(strict_json.encode([number])) == [None]
    assert json.loads(strict_json.encode([number, 2**70])) == [None, 2**70]

"""Every error has its codes, in code and in docs/errors.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from execution.errors import CODES
from models import errors
from models.errors import HelpdeskError
from schema.errors import DESCRIPTIONS, USER_ERROR_CODES, UserErrorCode, user_error_code

DOCS = (Path(__file__).parents[2] / "docs" / "errors.md").read_text()
HEADINGS = set(re.findall(r"^### (\S+)$", DOCS, re.MULTILINE))
ROWS = {m[0]: (m[1], m[2]) for m in re.findall(r"^\| (\w+) \| (\w+) \| (\w+) \|$", DOCS, re.MULTILINE)}


def tree(cls: type[HelpdeskError]) -> Iterator[type[HelpdeskError]]:
    for child in cls.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from tree(child)


CLASSES = sorted(set(tree(HelpdeskError)), key=lambda cls: cls.__name__)


@pytest.mark.parametrize("cls", CLASSES)
def test_each_class_has_a_public_code_a_user_error_code_and_its_words(cls: type[HelpdeskError]) -> None:
    assert cls.code in CODES
    assert cls.__name__ in HEADINGS
    assert ROWS[cls.__name__] == (cls.code, user_error_code(cls("why")).value)


def test_the_table_names_no_class_that_is_gone() -> None:
    assert {cls.__name__ for cls in CLASSES} == set(ROWS)
    assert set(USER_ERROR_CODES) <= set(CLASSES)


def test_each_code_has_a_heading() -> None:
    assert HEADINGS >= CODES
    assert {code.value for code in UserErrorCode} <= HEADINGS


def test_each_user_error_code_is_used_and_described() -> None:
    assert set(USER_ERROR_CODES.values()) == set(UserErrorCode) == set(DESCRIPTIONS)

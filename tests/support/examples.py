"""The tabs that GraphiQL opens with, read out of its source."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, parse

FILE = Path(__file__).parents[2] / "web" / "explorer" / "examples.js"
TAB = re.compile(r"tab\(`\n(.*?)`(?:, (\{.*?\}))?\),\n", re.DOTALL)


def examples() -> dict[str, tuple[str, dict[str, Any]]]:
    """By the operation's name: the document and its variables."""
    found = {}
    for query, variables in TAB.findall(FILE.read_text("utf-8")):
        text = query.replace("\\`", "`")
        (operation,) = parse(text).definitions
        assert isinstance(operation, OperationDefinitionNode) and operation.name is not None
        found[operation.name.value] = text, as_json(variables) if variables else {}
    return found


def as_json(literal: str) -> Any:
    """What is written as JavaScript there: names without quotes, a comma behind the last."""
    quoted = re.sub(r"([{,]\s*)(\w+):", r'\1"\2":', literal)
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", quoted))

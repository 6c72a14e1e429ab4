"""The language of search queries: `"(status:2 OR tag:'vip') AND created_at:>'2026-01-01'"`.

Evidence: vendor's API reference, 'Filter tickets'; python-freshdesk PR 45. There is no NOT, no wildcard and no full
text, `:>` means at least and `:<` at most, and the whole stands in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from providers.freshdesk.simulator.errors import Complaint, invalid_field, wrong_value
from providers.freshdesk.simulator.times import parsed_day

FieldKind = Literal["integer", "string", "boolean", "date"]
Operator = Literal["=", ">=", "<="]
Value = int | str | bool | date | None
LONGEST = 512
_TOKEN = re.compile(
    r"\s*(?:(?P<paren>[()])|(?P<joint>AND|OR)(?![\w:])|(?P<field>[A-Za-z_]\w*)\s*:(?P<sign>[<>]?)\s*"
    r"(?:'(?P<quoted>[^']*)'|(?P<bare>[^\s()']+)))"
)


class Compare(NamedTuple):
    field: str
    operator: Operator
    value: Value


class Joined(NamedTuple):
    joint: Literal["AND", "OR"]
    parts: tuple[Node, ...]


Node = Compare | Joined
_Token = tuple[str, str] | Compare


class BadQuery(Exception):
    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.message)
        self.complaint = complaint


def _broken() -> BadQuery:
    return BadQuery(wrong_value("query", "Given query is invalid"))


def _value(field: str, kind: FieldKind, quoted: str | None, bare: str) -> Value:
    if quoted is None and bare == "null":
        return None
    text = quoted if quoted is not None else bare
    if kind == "integer" and quoted is None and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if kind == "boolean" and quoted is None and text in ("true", "false"):
        return text == "true"
    if kind == "date" and quoted is not None and (day := parsed_day(text)) is not None:
        return day
    if kind == "string":
        return text
    raise BadQuery(wrong_value(field, f"It should be a/an {kind.capitalize()}"))


def _tokens(text: str, fields: Mapping[str, FieldKind]) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise _broken()
        place = match.end()
        name = match["field"]
        if name is None:
            found.append(("paren", match["paren"]) if match["paren"] else ("joint", match["joint"]))
            continue
        kind = fields.get(name)
        if kind is None:
            raise BadQuery(invalid_field(name))
        if match["sign"] and kind not in ("date", "integer"):
            raise _broken()
        operator: Operator = ">=" if match["sign"] == ">" else "<=" if match["sign"] == "<" else "="
        found.append(Compare(name, operator, _value(name, kind, match["quoted"], match["bare"] or "")))
    return found


class _Reader:
    """OR binds loosest, then AND, then parentheses."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def whole(self) -> Node:
        node = self._either()
        if self._place != len(self._tokens):
            raise _broken()
        return node

    def _take(self, token: _Token) -> bool:
        if self._place < len(self._tokens) and self._tokens[self._place] == token:
            self._place += 1
            return True
        return False

    def _joined(self, joint: Literal["AND", "OR"], one: Callable[[], Node]) -> Node:
        parts = [one()]
        while self._take(("joint", joint)):
            parts.append(one())
        return parts[0] if len(parts) == 1 else Joined(joint, tuple(parts))

    def _either(self) -> Node:
        return self._joined("OR", self._both)

    def _both(self) -> Node:
        return self._joined("AND", self._single)

    def _single(self) -> Node:
        if self._take(("paren", "(")):
            inner = self._either()
            if not self._take(("paren", ")")):
                raise _broken()
            return inner
        token = self._tokens[self._place] if self._place < len(self._tokens) else None
        if not isinstance(token, Compare):
            raise _broken()
        self._place += 1
        return token


def parse(query: str, fields: Mapping[str, FieldKind]) -> Node:
    """Raises BadQuery; `fields` are those that can be searched."""
    text = query.strip()
    if len(text) < 2 or text[0] != '"' or text[-1] != '"' or len(text) > LONGEST + 2:
        raise _broken()
    return _Reader(_tokens(text[1:-1], fields)).whole()


def alternatives(node: Node) -> list[tuple[Compare, ...]]:
    """The same condition as lists of comparisons that all hold, one of which is enough."""
    if isinstance(node, Compare):
        return [(node,)]
    parts = [alternatives(part) for part in node.parts]
    if node.joint == "OR":
        return [each for part in parts for each in part]
    found: list[tuple[Compare, ...]] = [()]
    for part in parts:
        found = [done + more for done in found for more in part]
        if len(found) > 4096:
            raise _broken()
    return found

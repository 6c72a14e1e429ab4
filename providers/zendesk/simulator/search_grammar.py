"""The words of a search: `[-](word | "phrase" | key op value)`, parted by spaces ('Search reference' help page)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_TERM = re.compile(
    r"""(?P<minus>-)?(?:(?P<key>[A-Za-z_][A-Za-z0-9_]*)(?P<op>:|<=|>=|<|>))?(?P<value>"[^"]*"?|[^\s"]+)""", re.VERBOSE
)
_RELATIVE = re.compile(r"^(\d+)(minute|hour|day|week|month|year)s?$")
_LENGTHS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class Term:
    key: str | None
    """None: a free word."""
    op: str
    value: str
    negative: bool = False
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """From (inclusive) to (exclusive)."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime | None) -> bool:
        return (
            moment is not None
            and (self.start is None or moment >= self.start)
            and (self.end is None or moment < self.end)
        )


def parse(query: str) -> list[Term]:
    terms = []
    for match in _TERM.finditer(query):
        value = match["value"]
        phrase = value.startswith('"')
        terms.append(
            Term(
                key=match["key"].lower() if match["key"] else None,
                op=match["op"] or ":",
                value=value.strip('"') if phrase else value,
                negative=match["minus"] is not None,
                phrase=phrase,
            )
        )
    return terms


def stretch(term: Term, now: datetime) -> Stretch | None:
    """What a date term means; None when the value is no date. A day is the whole of it, in UTC."""
    start, length = _moment(term.value, now)
    if start is None:
        return None
    end = start + length
    match term.op:
        case ":":
            return Stretch(start, end)
        case ">":
            return Stretch(end if length > timedelta(seconds=1) else start + timedelta(seconds=1), None)
        case ">=":
            return Stretch(start, None)
        case "<":
            return Stretch(None, start)
    return Stretch(None, end)


def _moment(value: str, now: datetime) -> tuple[datetime | None, timedelta]:
    if relative := _RELATIVE.match(value.lower()):
        return now - timedelta(days=int(relative[1]) * _LENGTHS[relative[2]]), timedelta()
    try:
        found = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None, timedelta()
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return found, timedelta(days=1) if len(value) <= 10 else timedelta(seconds=1)


def word_in(word: str, text: str) -> bool:
    """Whole words and beginnings of words, never their ends or middles: "top" finds topology, not desktop."""
    wanted = word.casefold().rstrip("*")
    if not wanted:
        return True
    if not re.search(r"\W", wanted):
        return re.search(rf"(?<!\w){re.escape(wanted)}", text.casefold()) is not None
    return wanted in text.casefold()

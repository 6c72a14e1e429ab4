"""Highlights: pieces of a record's text around what was looked for, as HTML: escaped, each match in `<em>`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape
from itertools import islice
from typing import NamedTuple

from storage.search.tokens import ACCENT, CLASSES, FOLDS, Part, PerCharacter, compounds, folded, parts_of

MOST_PIECES = 3
LONGEST_PIECE = 160
"""Characters of text, the dots at its ends among them."""
LOOKED_AT = 20_000
"""Characters of each text."""
_MOST_MATCHES = 200
_SIGN = r"[^\w\s]{1,3}"


class Span(NamedTuple):
    start: int
    end: int


def pieces(query: str, texts: Iterable[str | None]) -> tuple[str, ...]:
    """At most three, in the order of the texts. A text that is short enough is a piece as a whole. None when the match
    is not in these texts."""
    wanted = _pattern(query)
    if wanted is None:
        return ()
    found = (piece for text in texts if text for piece in _of_text(wanted, text[:LOOKED_AT]))
    return tuple(islice(dict.fromkeys(islice(found, 3 * MOST_PIECES)), MOST_PIECES))


class _Wanted(NamedTuple):
    pattern: re.Pattern[str]
    prefixes: frozenset[str]


@lru_cache(maxsize=64)
def _pattern(query: str) -> _Wanted | None:
    """What to look for, longer words first: runs of unspaced scripts anywhere, other words where they are whole, joined
    words with some sign between them."""
    plain, prefixes = folded(query), set()
    wanted: set[str] = set()
    for compound, classes, end in compounds(plain):
        parts = list(parts_of(compound, classes))
        wanted.add(_SIGN.join(re.escape(p.word) for p in parts) if _is_joined(parts) else "")
        wanted.update(re.escape(p.word) for p in parts if not _is_joined(parts))
        if plain.startswith("*", end) and parts:
            prefixes.add(parts[-1].word)
    wanted.discard("")
    if not wanted:
        return None
    return _Wanted(re.compile("|".join(sorted(wanted, key=len, reverse=True))), frozenset(prefixes))


def _is_joined(parts: Sequence[Part]) -> bool:
    return len(parts) > 1 and all(part.joined for part in parts[1:])


def _of_text(wanted: _Wanted, text: str) -> Iterator[str]:
    shown = text if text.isascii() else unicodedata.normalize("NFC", text)
    spans = list(islice(_spans(wanted, shown), _MOST_MATCHES))
    while spans:
        start, end = _around(shown, spans[0])
        inside = [span for span in spans if span.start < end]
        yield _marked(shown, start, end, inside)
        spans = spans[len(inside) :]


def _spans(wanted: _Wanted, text: str) -> Iterator[Span]:
    plain, owners = _owned(text)
    if wanted.pattern.search(plain) is None:
        return
    classes = plain.translate(CLASSES)
    for found in wanted.pattern.finditer(plain):
        start, end = found.span()
        whole = classes[start - 1 : start] not in ("a", "m") and classes[end : end + 1] not in ("a", "m")
        if whole or classes[start] in "us" or any(found.group().endswith(p) for p in wanted.prefixes):
            yield Span(owners[start], owners[end - 1] + 1)


def _owned(text: str) -> tuple[str, Sequence[int]]:
    """The text as it is compared, and of each character there which character of the text it comes from."""
    text = text.replace("_", ".")
    if text.isascii():
        return text.lower(), range(len(text))
    alike = text.translate(_ALIKE)
    if len(alike) == len(text):
        return alike, range(len(text))
    plain: list[str] = []
    owners: list[int] = []
    for place, character in enumerate(text):
        kept = "" if ACCENT.match(character) else FOLDS[ord(character)]
        plain.append(kept)
        owners.extend([place] * len(kept))
    return "".join(plain), owners


def _alike(character: str) -> str:
    """What it is compared as, if that is one character; else nothing."""
    kept = FOLDS[ord(character)]
    return "" if ACCENT.match(character) or len(kept) != 1 else kept


_ALIKE = PerCharacter(_alike)


def _around(text: str, span: Span) -> Span:
    """A piece of at most LONGEST_PIECE characters with the match in it, cut between words where there are some."""
    if len(text) <= LONGEST_PIECE:
        return Span(0, len(text))
    room = LONGEST_PIECE - 2
    start = max(0, min(span.start - room // 3, len(text) - room))
    if start:
        space = text.find(" ", start, span.start)
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + room)
    if end < len(text):
        space = text.rfind(" ", min(span.end, end), end)
        end = space if space >= 0 else end
    return Span(start, end)


def _marked(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    out, at = ["…" if start else ""], start
    for span in spans:
        out += (escape(text[at : span.start]), "<em>", escape(text[span.start : min(span.end, end)]), "</em>")
        at = min(span.end, end)
    out += (escape(text[at:end]), "…" if end < len(text) else "")
    return "".join(out).strip()

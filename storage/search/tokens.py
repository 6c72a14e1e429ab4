"""Text to tokens, for both databases alike. Pure: whatever the text, nothing is raised.

A word is a run of letters, marks and digits. It is compared without case and without the accents of Latin and Greek;
marks that are letters of their own (Й, が, Indic vowels) stay. Hebrew points and Arabic vowel signs, which may be
left out in writing, are left out. Digits of every script are the digits 0 to 9.

Scripts written without spaces (Chinese, Japanese, Thai, Khmer and their like), and Korean, become overlapping pairs of
characters, so a word of two characters is found inside a longer text. Each character is a token too.

Joined words (`GB-769622`, `ann@example.com`, `/a/b`) are tokens each, and so is each joined pair of neighbours: the
whole is found by all its pairs, also inside a longer one, and never where its parts merely stand apart. A hyphen or an
apostrophe between plain words does not join. A symbol (an emoji, €) is a token.

Characters of private use never come from a text: they begin or join tokens of our own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

LONGEST_TOKEN = 40
"""Longer tokens are cut, in a query too."""
LONGEST_TEXT = 200_000
"""Characters of a document that are looked at."""
MOST_TOKENS = 8_000
"""Different tokens of a document that are kept; the title's come first."""
MOST_TERMS = 64
"""Terms of a query that count; the rest of a longer one is not looked for."""
JOINED = "\ue001"
"""Stands between the two words of a joined pair."""
BEGINS = "\ue007"
"""Before `_DIGITS` digits: some token begins with them."""
_DIGITS = 3

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u1b00-\u1b7f"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3041-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\ua48f\ua960-\ua97f\ua980-\ua9ff\uaa60-\uaa7f\uac00-\ud7fb\uf900-\ufaff"
    "\U00016fe0-\U00018cff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
"""Thai, Lao, Tibetan, Burmese, Khmer, Tai, Balinese, Javanese; Han, kana, bopomofo, Yi, Tangut; Hangul."""
_UNWRITTEN = re.compile(
    "[\u00ad\u034f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670\u061c\u180b-\u180f"
    "\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]+"
)
"""Soft hyphens, joiners, direction marks, variation selectors, vowel points."""
_FOREIGN = re.compile("[^\x00-\x7f]+")
ACCENT = re.compile("[\u0300-\u036f]")
_ACCENTED = re.compile("([a-z\u00df-\u02af\u0370-\u03ff\u1e00-\u1fff\u2c60-\u2c7f\ua720-\ua7ff])[\u0300-\u036f]+")
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ŋ": "n",
        "ς": "σ",
        "’": "'",
    }
)
_WEAK, _STRONG = "-'&+=~", "._@/:#"
_ASCII = re.compile(rf"[a-z0-9]+(?:[{_WEAK}{_STRONG}]{{1,3}}[a-z0-9]+)*")
_SIGNS = re.compile("([^a-z0-9]+)")
_WORD = re.compile("[a-z0-9]+")
_MAY_JOIN = re.compile(rf"[{_WEAK}{_STRONG}][a-z0-9]")
_ASCII_SET = frozenset(map(chr, range(128)))
_COMPOUND = re.compile("[aum]+(?:[-.]{1,3}[aum]+)*|s")
_PART = re.compile("(u[um]*)|[am]+|[-.]+|s")
"""Of the classes of a text's characters: `a` letters and digits, `u` those of scripts without spaces, `m` marks, `-`
and `.` signs that join weakly and strongly, `s` symbols."""


class PerCharacter(dict[int, str]):
    """A table for `str.translate` that learns as it meets characters."""

    def __init__(self, learn: Callable[[str], str]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, code: int) -> str:
        if len(self) > 20_000:
            self.clear()
        self[code] = found = self._learn(chr(code))
        return found


def _fold(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).casefold()
    apart = _UNWRITTEN.sub("", unicodedata.normalize("NFKD", plain).replace("е\u0308", "е"))
    together = unicodedata.normalize("NFC", _ACCENTED.sub(r"\1", apart)).translate(_LETTERS)
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in together)


def _class(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "M":
        return "m"
    if character.isalnum():
        return "u" if _UNSPACED.match(character) else "a"
    if character in _WEAK:
        return "-"
    if character in _STRONG:
        return "."
    return "s" if category in ("So", "Sc") and not character.isascii() else " "


FOLDS, CLASSES = PerCharacter(_fold), PerCharacter(_class)


def folded(text: str) -> str:
    """The text as it is compared."""
    if text.isascii():
        return text.lower()
    found = _FOREIGN.sub(_folded, unicodedata.normalize("NFC", text)).lower()
    if found.isascii():
        return found
    found = unicodedata.normalize("NFC", found)
    return _ACCENTED.sub(r"\1", found) if ACCENT.search(found) else found


def _folded(found: re.Match[str]) -> str:
    return found.group().translate(FOLDS)


def compounds(plain: str) -> Iterator[tuple[str, str, int]]:
    """Runs of joined words, or a symbol; their characters' classes; where they end."""
    classes = plain.translate(CLASSES)
    for found in _COMPOUND.finditer(classes):
        start, end = found.span()
        yield plain[start:end], found.group(), end


def words(text: str) -> list[str]:
    """Every token of a text, as often as it is there."""
    plain, found = folded(text), list[str]()
    if not _is_plain(plain):
        joined: Iterable[str] = (one for one, _, _ in compounds(plain))
    elif _MAY_JOIN.search(plain) is None:
        return _cut(_WORD.findall(plain))
    else:
        joined = _ASCII.findall(plain)
    for compound in joined:
        if not compound.isascii():
            found.extend(_of_compound(compound))
        elif compound.isalnum():
            found.append(compound if len(compound) <= LONGEST_TOKEN else compound[:LONGEST_TOKEN])
        else:
            found.extend(_of_ascii(compound))
    return found


def _cut(words: list[str]) -> list[str]:
    if not words or len(max(words, key=len)) <= LONGEST_TOKEN:
        return words
    return [word[:LONGEST_TOKEN] for word in words]


def _is_plain(folded: str) -> bool:
    """Nothing but ASCII and signs: most texts of European languages, once they are folded."""
    return folded.isascii() or all(CLASSES[ord(character)] == " " for character in set(folded) - _ASCII_SET)


def _of_ascii(compound: str) -> Iterator[str]:
    before, *rest = _SIGNS.split(compound)
    yield before[:LONGEST_TOKEN]
    for sign, word in zip(rest[::2], rest[1::2], strict=True):
        yield word[:LONGEST_TOKEN]
        if _joins(before, sign.strip(_WEAK) != "", word):
            yield _pair(before, word)
        before = word


def _of_compound(compound: str) -> Iterator[str]:
    before = ""
    for part in parts_of(compound, compound.translate(CLASSES)):
        if part.unspaced:
            yield from _bigrams(part.word)
            yield from part.word
        else:
            yield part.word[:LONGEST_TOKEN]
        if part.joined:
            yield _pair(before, part.word)
        before = part.word


class Part(NamedTuple):
    """A word of a compound; `joined`: it makes a pair with the one before it."""

    word: str
    unspaced: bool
    joined: bool


def parts_of(compound: str, classes: str) -> Iterator[Part]:
    before, sign = "", ""
    for found in _PART.finditer(classes):
        word, unspaced = compound[slice(*found.span())], found.lastindex == 1
        if classes[found.start()] in "-.":
            sign = found.group()
            continue
        joined = bool(before and sign) and not unspaced and _joins(before, "." in sign, word)
        yield Part(word, unspaced, joined)
        before, sign = "" if unspaced else word, ""


def _joins(before: str, strong: bool, word: str) -> bool:
    """A dot, a slash and the like join; a hyphen or an apostrophe only where there are digits."""
    return strong or not (before.isalpha() and word.isalpha())


def _bigrams(word: str) -> Iterator[str]:
    return (a + b for a, b in pairwise(word))


def _pair(before: str, word: str) -> str:
    return f"{before}{JOINED}{word}"[:LONGEST_TOKEN]


def beginnings(words: Iterable[str]) -> set[str]:
    """Tokens for what numbers begin with: there are so many numbers that looking for each one takes long."""
    return {BEGINS + word[:_DIGITS] for word in words if is_beginning(word[:_DIGITS])}


def is_beginning(letters: str) -> bool:
    return len(letters) == _DIGITS and letters.isdigit() and letters.isascii()


def singles(words: Iterable[str]) -> set[str]:
    """The characters of all pairs."""
    return {character for word in words if len(word) == 2 and _UNSPACED.match(word) for character in word}


class Term(NamedTuple):
    """A token to be found; `prefix`: or any token that begins with it."""

    token: str
    prefix: bool = False


def terms(text: str) -> list[Term]:
    """What a query looks for: all of it must be found. A word with `*` right behind it stands for its beginning. The
    first `MOST_TERMS` count."""
    plain = folded(text[:LONGEST_TEXT])
    found: dict[Term, None] = {}
    for compound, classes, end in compounds(plain):
        if len(found) >= MOST_TERMS:
            break
        found.update(dict.fromkeys(_sought(list(parts_of(compound, classes)), plain.startswith("*", end))))
    return list(found)[:MOST_TERMS]


def _sought(parts: Sequence[Part], prefix: bool) -> Iterator[Term]:
    """A pair says all that its two words say."""
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        if part.unspaced and len(part.word) > 1:
            yield from map(Term, _bigrams(part.word))
        elif part.joined:
            yield Term(_pair(parts[place - 1].word, part.word), prefix and last)
        elif last or not parts[place + 1].joined:
            yield Term(part.word[:LONGEST_TOKEN], prefix and last and not part.unspaced)

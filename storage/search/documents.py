"""A document as it is indexed: its tokens, those of our own among them, and how they are kept to be taken out again."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice, repeat

import msgspec

from models.enums import SearchKind
from storage.search.tokens import JOINED, LONGEST_TEXT, MOST_TOKENS, words

_KIND = "\ue002"
_HELPDESK = "\ue003"
_ORGANIZATION = "\ue004"
_OPEN = "\ue005"
NOTE = "\ue006"
"""Tokens of our own begin with these; NOTE is one by itself: an internal comment."""

KINDS = {
    SearchKind.TICKET: 0,
    SearchKind.COMMENT: 1,
    SearchKind.CONTACT: 2,
    SearchKind.ORGANIZATION: 3,
    SearchKind.ARTICLE: 4,
}
"""What the column `kind` holds."""
KIND_WORDS = {number: kind for kind, number in KINDS.items()}


class Doc(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says, to be found by.

    `num`: the record's number, of a comment its ticket's; `sub`: a comment's remote id, an article's locale. `at`: when
    it was last changed at the vendor (a comment: written), in seconds; documents are found newest first by it.
    `title` weighs more than `texts`, which are plain text. `orgs`: numbers of the organizations it belongs to (a
    comment: its ticket's; an organization: its own). `public`: a caller bound to one of them may see it; an article
    that is public belongs to no organization and is open to every bound caller of its helpdesk. When any of this
    changes the document is indexed again.
    """

    kind: SearchKind
    helpdesk: int
    num: int
    sub: str = ""
    at: int
    title: str
    texts: tuple[str, ...] = ()
    orgs: tuple[int, ...] = ()
    public: bool = True


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """A record's document; `sub` None: all that the record has (every comment of a ticket, every language)."""

    kind: SearchKind
    helpdesk: int
    num: int
    sub: str | None = None


class Words(msgspec.Struct, frozen=True, array_like=True):
    """A document's tokens: `own` are ours; of `text` the first `title` are in the title too; `times` how often each is
    there, at most 255."""

    own: tuple[str, ...]
    title: int
    text: list[str]
    times: bytes

    def all(self) -> list[str]:
        return [*self.own, *self.text]


def kind_token(kind: SearchKind) -> str:
    return f"{_KIND}{KINDS[kind]}"


def helpdesk_token(helpdesk: int) -> str:
    return f"{_HELPDESK}{helpdesk}"


def organization_token(helpdesk: int, organization: int) -> str:
    return f"{_ORGANIZATION}{helpdesk}{JOINED}{organization}".replace("-", "n")


def open_token(helpdesk: int) -> str:
    """An article that every caller of this helpdesk may see."""
    return f"{_OPEN}{helpdesk}"


@lru_cache(maxsize=8_192)
def _own(kind: SearchKind, helpdesk: int, orgs: tuple[int, ...], public: bool) -> tuple[str, ...]:
    return tuple(_made(kind, helpdesk, orgs, public))


def _made(kind: SearchKind, helpdesk: int, orgs: tuple[int, ...], public: bool) -> Iterator[str]:
    yield kind_token(kind)
    yield helpdesk_token(helpdesk)
    if public:
        yield from (organization_token(helpdesk, one) for one in dict.fromkeys(orgs))
        if kind is SearchKind.ARTICLE:
            yield open_token(helpdesk)
    elif kind is SearchKind.COMMENT:
        yield NOTE


def words_of(doc: Doc) -> Words:
    title = doc.title[:LONGEST_TEXT]
    found = words(title)
    titled = len(set(found))
    found += words("\n".join(doc.texts)[: LONGEST_TEXT - len(title)])  # no token reaches across a line's end
    counted = Counter(found)
    kept = list(counted) if len(counted) <= MOST_TOKENS else list(islice(counted, MOST_TOKENS))
    own = _own(doc.kind, doc.helpdesk, doc.orgs, doc.public)
    return Words(own, min(titled, len(kept)), kept, _times(counted.values(), len(kept)))


def _times(counts: Collection[int], most: int) -> bytes:
    try:
        return bytes(counts)[:most]
    except ValueError:
        return bytes(map(min, counts, repeat(255, most)))


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Words)


LONG_ENOUGH = 1_000
"""Bytes from which on deflating is worth its time."""
_PLAIN, _DEFLATED = b"\0", b"\1"


def pack(found: Words) -> bytes:
    encoded = _encoder.encode(found)
    return _PLAIN + encoded if len(encoded) < LONG_ENOUGH else _DEFLATED + zlib.compress(encoded, 1)


def unpack(packed: bytes) -> Words:
    body = packed[1:]
    return _decoder.decode(zlib.decompress(body) if packed[:1] == _DEFLATED else body)

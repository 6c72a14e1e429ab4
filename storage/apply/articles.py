"""The knowledge base: articles, with the words of each of their languages and their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from models.changes import Gone, Translated
from models.enums import ArticleState, ArticleVisibility, DetailLevel, Kind, SearchKind
from models.records import Article, ArticleTranslation, Attachment
from storage import codec, rows
from storage.apply import files
from storage.apply.cleaning import big, indexed, told
from storage.apply.desk import Desk
from storage.apply.held import Held, Reading, Shape
from storage.apply.keeping import Keeping, Kept, Side
from storage.apply.marks import Marks
from storage.apply.outcomes import Outcome, Telling, public_names
from storage.apply.readings import checked_version, grave_of, ident, packed
from storage.ranks import ARTICLE_STATE, ARTICLE_VISIBILITY, LIFECYCLE
from storage.search.documents import Doc, Ref
from storage.tables.knowledge import article_labels, article_texts, articles
from storage.values import millis, moment, number_of, seconds, text_key

TEXTS, FILES = 0, 1
OPEN: Final = (ArticleVisibility.PUBLIC, ArticleVisibility.SIGNED_IN)


class Texts(msgspec.Struct, frozen=True, eq=False):
    """The words of an article in its other languages, and what is known of every language. Of a row that is there
    only the digest is known: enough to tell whether they differ."""

    digest: int
    known: tuple[ArticleTranslation, ...] | None = None
    others: tuple[Article, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Texts) and other.digest == self.digest

    def __hash__(self) -> int:
        return self.digest


def _blank(helpdesk: str, remote_id: str) -> Article:
    return Article(
        helpdesk=helpdesk,
        remote_id=remote_id,
        as_of=codec.NO_TIME,
        title="",
        state=ArticleState.ARCHIVED,
        visibility=ArticleVisibility.AGENTS,
        locale="",
    )


def _bones(record: Article) -> Article:
    left = _blank(record.helpdesk, record.remote_id)
    return msgspec.structs.replace(left, created_at=record.created_at, updated_at=record.updated_at)


def _buried(record: Article, lifecycle: int, merged_into: str | None) -> Article:
    return msgspec.structs.replace(record, lifecycle=LIFECYCLE.word(lifecycle))


def _reading(desk: Desk, record: Translated) -> Reading:
    main = record.article
    remote_id = ident(main)
    texts = _texts(record)
    times = (*(one.updated_at for one in record.translations), *(one.updated_at for one in record.others))
    version, as_of = checked_version(desk, main, *times), millis(main.as_of)
    bare, card = packed(msgspec.structs.replace(codec.bare(main), attachments=None), codec.article)
    return Reading(
        number_of(remote_id),
        remote_id,
        version,
        as_of,
        desk.origin,
        bare,
        card,
        whole=main.detail is DetailLevel.FULL,
        raw=main.raw,
        parts=(texts, codec.unpack_attachments(codec.pack_attachments(main.attachments))),
        grave=grave_of(main, version, as_of),
    )


def _texts(record: Translated) -> Texts | None:
    """None: nothing was told of other languages, which is not that there are none."""
    if record.article.detail is DetailLevel.LISTED and not record.translations and not record.others:
        return None
    others = tuple(packed(codec.bare(one), codec.article)[0] for one in record.others)
    together = codec.pack(Translated(article=_blank("", ""), translations=record.translations, others=others))
    digest = int.from_bytes(hashlib.blake2b(together, digest_size=8).digest()) >> 1
    return Texts(digest, record.translations, others)


def _parts(marks: Marks, record: Article) -> tuple[Article, tuple[Texts | None, Sequence[Attachment] | None]]:
    digest = marks.digests.get(TEXTS)
    texts = None if digest is None else Texts(digest)
    return msgspec.structs.replace(record, attachments=None), (texts, record.attachments)


def _marks(held: Held) -> Marks:
    texts: Texts | None = held.parts[TEXTS]
    return held.marks() if texts is None else msgspec.structs.replace(held.marks(), digests={TEXTS: texts.digest})


def _card(held: Held) -> bytes:
    return codec.pack(msgspec.structs.replace(held.record, attachments=held.parts[FILES]))


def _columns(held: Held) -> tuple[Any, ...]:
    record: Article = held.record
    return (
        ARTICLE_STATE.number(record.state),
        ARTICLE_VISIBILITY.number(record.visibility),
        locale_key(record.locale),
        indexed(record.folder_id),
        text_key(record.title),
        big(record.position),
        big(record.views),
        seconds(record.created_at),
        seconds(record.updated_at),
    )


def _label_rows(desk: Desk, held: Held) -> Iterator[tuple[Any, ...]]:
    for label in dict.fromkeys(indexed(one) for one in held.record.labels):
        yield desk.tenant, label, desk.number, held.num


def locale_key(locale: str) -> str:
    return told(locale).lower()[:100]


def is_open(record: Article) -> bool:
    """For every caller who is bound to organizations of its helpdesk."""
    return record.visibility in OPEN and record.state not in (ArticleState.DRAFT, ArticleState.ARCHIVED)


def _closed(old: Held | None, new: Held) -> Sequence[str]:
    if old is None or old.dead or not is_open(old.record):
        return ()
    return () if not new.dead and is_open(new.record) else ("*",)


def doc_of(desk: Desk, num: int, record: Article) -> Doc:
    return Doc(
        kind=SearchKind.ARTICLE,
        helpdesk=desk.number,
        num=num,
        sub=locale_key(record.locale),
        at=seconds(record.updated_at) or 0,
        title=record.title,
        texts=(record.body_text, " ".join(record.labels)),
        public=is_open(record),
    )


ARTICLES = Keeping(
    kind=Kind.ARTICLE,
    table=articles,
    shape=Shape(
        pack=codec.pack,
        unpack=codec.article,
        bones=_bones,
        buried=_buried,
        blank=_blank,
        times=("body_html", "body_text", "seo", "views", "upvotes", "downvotes", "labels"),
        parts=2,
    ),
    telling=Telling(
        kind=Kind.ARTICLE,
        fields=public_names(
            Article,
            {
                "folder_id": "path",
                "author_id": "author",
                "views": "stats",
                "upvotes": "stats",
                "downvotes": "stats",
                "position": None,
            },
            ("attachments",),
        ),
        parts=(("translations",), ("attachments",)),
        lost_by=_closed,
    ),
    reading=_reading,
    columns=_columns,
    sides=(Side(article_labels, ("tenant", "label", "helpdesk", "num"), _label_rows),),
    marks=_marks,
    parts=_parts,
    card=_card,
)

_LOCALES = rows.of_numbers(article_texts, ("locale", "own", "state", "outdated", "updated_at"))
_DROP = rows.delete(article_texts, ("tenant", "helpdesk", "num", "locale"))
_LOCALE = [column.name for column in article_texts.columns].index("locale")
_PUT = rows.insert(article_texts, key=("tenant", "helpdesk", "num", "locale"))


class Articles:
    """Those of one batch."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept = Kept(desk, ARTICLES)

    async def take(self, records: Sequence[Translated], gone: Sequence[Gone]) -> None:
        await self._kept.take(records, gone)

    async def write(self) -> None:
        written = [one for one in self._kept.outcomes if one.write]
        if not self._kept.outcomes:
            return
        await self._kept.write()
        await files.replace(self._desk, Kind.ARTICLE, [_owned(one) for one in written])
        await self._write_texts(written)

    async def _write_texts(self, written: Sequence[Outcome]) -> None:
        """All languages of those whose other languages are told anew; of the rest their own."""
        there = {one.new.num: one for one in written if one.old is not None}
        rows_there = await self._desk.session.fetch(_LOCALES, self._desk.values(nums=[*there])) if there else ()
        kept = {
            num: ArticleTranslation(
                locale=locale,
                title="",
                state=ARTICLE_STATE.word(state),
                outdated=bool(outdated),
                updated_at=moment(updated),
            )
            for num, locale, own, state, outdated, updated in rows_there
            if own and _still(there[num])
        }
        rows_of = {
            one.new.num: list(self._text_rows(one.new, kept.get(one.new.num))) for one in written if not one.new.dead
        }
        gone: list[tuple[Any, ...]] = []
        for num, locale, own, *_ in rows_there:
            replaced = own or there[num].new.dead or _are_told(there[num].new)
            if replaced and not any(row[_LOCALE] == locale for row in rows_of.get(num, ())):
                gone.append((self._desk.tenant, self._desk.number, num, locale))
                self._drop_doc(num, locale)
        await _DROP.run(self._desk.session, gone)
        await _PUT.run(self._desk.session, [row for some in rows_of.values() for row in some])

    def _drop_doc(self, num: int, locale: str) -> None:
        self._desk.refs.append(Ref(kind=SearchKind.ARTICLE, helpdesk=self._desk.number, num=num, sub=locale))

    def _text_rows(self, held: Held, kept: ArticleTranslation | None) -> Iterator[tuple[Any, ...]]:
        """`kept`: what was told before of its own language, where that still holds."""
        main: Article = held.record
        texts: Texts | None = held.parts[TEXTS]
        told_of = (texts.known or () if texts else ()) if kept is None else (kept,)
        known = {locale_key(one.locale): one for one in told_of}
        written = {locale_key(one.locale): one for one in (*(texts.others if texts else ()), main)}
        for locale in {**known, **written}:
            record, about = written.get(locale), known.get(locale)
            if record is not None:
                self._desk.docs.append(doc_of(self._desk, held.num, record))
            yield self._text_row(held.num, locale, record is main, record, about)

    def _text_row(
        self, num: int, locale: str, own: bool, record: Article | None, about: ArticleTranslation | None
    ) -> tuple[Any, ...]:
        state = about.state if about is not None else record.state if record is not None else ArticleState.DRAFT
        title = record.title if record is not None else about.title if about is not None else ""
        updated = (about.updated_at if about is not None else None) or (record.updated_at if record else None)
        return (
            self._desk.tenant,
            self._desk.number,
            num,
            locale,
            int(own),
            ARTICLE_STATE.number(state),
            int(about is not None and about.outdated),
            told(title),
            seconds(updated),
            None if record is None else codec.card(record),
        )


def _are_told(held: Held) -> bool:
    texts: Texts | None = held.parts[TEXTS]
    return texts is not None and texts.known is not None


def _still(outcome: Outcome) -> bool:
    """Nothing is told anew of its languages, and it is the version that was told of before."""
    old, new = outcome.old, outcome.new
    same = (
        old is not None
        and old.version == new.version
        and locale_key(old.record.locale) == locale_key(new.record.locale)
    )
    return same and not new.dead and not _are_told(new)


def _owned(outcome: Outcome) -> files.Owned:
    old = () if outcome.old is None else outcome.old.parts[FILES] or ()
    parent = f"article/{outcome.new.remote_id}"
    return files.Owned(outcome.new.num, old, tuple((parent, one) for one in outcome.new.parts[FILES] or ()))

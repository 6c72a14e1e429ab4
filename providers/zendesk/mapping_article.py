"""Help Center → models. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from models.enums import ArticleState, ArticleVisibility
from models.records import Article, ArticleFolder, ArticleTranslation
from providers.zendesk import wire
from providers.zendesk.account import Account
from providers.zendesk.lenient import moment, ref, scrubbed, text, texts
from providers.zendesk.mapping_text import plain_text
from providers.zendesk.rows import Found

Shelf = TypeVar("Shelf", bound=wire.Category)
Segments = Mapping[int, ArticleVisibility]
OPEN = frozenset({ArticleVisibility.PUBLIC, ArticleVisibility.SIGNED_IN})
CATEGORY, SECTION = "category-", "section-"
DEFAULT_LOCALE = "en-us"


def article(found: Found[wire.Article], account: Account, as_of: datetime, segments: Segments) -> Article:
    row, ident = found.wire, str(found.wire.id)
    body = row.body or ""
    return Article(
        helpdesk=account.key,
        remote_id=ident,
        remote_url=text(row.html_url),
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        as_of=as_of,
        raw=scrubbed(found.raw),
        title=row.title or row.name or "",
        slug=_slug(row),
        body_html=body,
        body_text=plain_text(body),
        state=state(row),
        visibility=visibility(row, segments),
        locale=(row.locale or row.source_locale or DEFAULT_LOCALE).lower(),
        folder_id=f"{SECTION}{row.section_id}" if ref(row.section_id) else None,
        author_id=ref(row.author_id),
        labels=texts(row.label_names),
        upvotes=_votes(row, 1),
        downvotes=_votes(row, -1),
        position=row.position,
    )


def state(row: wire.Article) -> ArticleState:
    """`draft` is of the translation shown. `outdated` is always false: `outdated_locales` tells (vendor's
    'Articles')."""
    if row.draft:
        return ArticleState.DRAFT
    outdated = row.outdated or (row.locale or "") in texts(row.outdated_locales)
    return ArticleState.OUTDATED if outdated else ArticleState.PUBLISHED


def visibility(row: wire.Article, segments: Segments) -> ArticleVisibility:
    """No user segment means everybody. With several (Enterprise) whoever is in one of them may read."""
    ids = row.user_segment_ids or ([row.user_segment_id] if row.user_segment_id is not None else [])
    if not ids:
        return ArticleVisibility.PUBLIC
    seen = {segments.get(ident, ArticleVisibility.RESTRICTED) for ident in ids}
    if ArticleVisibility.SIGNED_IN in seen:
        return ArticleVisibility.SIGNED_IN
    return ArticleVisibility.AGENTS if seen == {ArticleVisibility.AGENTS} else ArticleVisibility.RESTRICTED


def is_open(row: wire.Article, segments: Segments) -> bool:
    """Published for everybody, or for everybody who signed in."""
    return visibility(row, segments) in OPEN and state(row) is not ArticleState.DRAFT


def segment(row: wire.UserSegment) -> ArticleVisibility:
    """Signed-in users, unless narrowed to groups, organizations or tags; staff; anything else is RESTRICTED."""
    if row.user_type == "staff":
        return ArticleVisibility.AGENTS
    narrowed = row.group_ids or row.organization_ids or row.tags or row.or_tags
    signed_in = row.user_type == "signed_in_users" and not narrowed
    return ArticleVisibility.SIGNED_IN if signed_in else ArticleVisibility.RESTRICTED


def translation(row: wire.Translation) -> ArticleTranslation:
    told = ArticleState.DRAFT if row.draft else ArticleState.OUTDATED if row.outdated else ArticleState.PUBLISHED
    return ArticleTranslation(
        locale=(row.locale or DEFAULT_LOCALE).lower(),
        title=row.title or "",
        state=told,
        outdated=bool(row.outdated),
        updated_at=moment(row.updated_at),
    )


def folders(
    categories: Sequence[wire.Category], sections: Sequence[wire.Section], helpdesk: str
) -> tuple[ArticleFolder, ...]:
    """The tree, parents before children. A section whose parent is not there hangs below its category."""
    known = {section.id: section for section in sections}
    tree = [_category(row, helpdesk) for row in _placed(categories)]
    depth: dict[int, int] = {}
    waiting = list(_placed(sections))
    while waiting:
        ready = [s for s in waiting if s.parent_section_id not in known or s.parent_section_id in depth]
        for section in ready or waiting:
            depth[section.id] = depth.get(section.parent_section_id or 0, 0) + 1
            tree.append(_section(section, helpdesk, depth[section.id], nested=section.parent_section_id in known))
        waiting = [s for s in waiting if s.id not in depth]
    return tuple(tree)


def _placed(rows: Sequence[Shelf]) -> list[Shelf]:
    return sorted(rows, key=lambda row: (row.position or 0, row.id))


def _category(row: wire.Category, helpdesk: str) -> ArticleFolder:
    return ArticleFolder(
        helpdesk=helpdesk,
        remote_id=f"{CATEGORY}{row.id}",
        name=row.name or "",
        level=0,
        position=row.position,
        description=text(row.description),
    )


def _section(row: wire.Section, helpdesk: str, level: int, *, nested: bool) -> ArticleFolder:
    parent = f"{SECTION}{row.parent_section_id}" if nested else f"{CATEGORY}{row.category_id}"
    return ArticleFolder(
        helpdesk=helpdesk,
        remote_id=f"{SECTION}{row.id}",
        name=row.name or "",
        level=level,
        position=row.position,
        parent_id=parent if nested or row.category_id else None,
        description=text(row.description),
    )


def _votes(row: wire.Article, sign: int) -> int | None:
    """The sum may be negative: ups less downs; the count is both."""
    if row.vote_count is None or row.vote_sum is None:
        return None
    return max(0, (row.vote_count + sign * row.vote_sum) // 2)


def _slug(row: wire.Article) -> str | None:
    _, _, last = (row.html_url or "").rpartition(f"/{row.id}-")
    return last.partition("?")[0] or None

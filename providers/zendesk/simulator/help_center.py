"""The Help Center's objects: categories, sections, articles and their translations in one locale.

Evidence: the vendor's pages 'Categories', 'Sections', 'Articles', 'Translations', 'Article attachments'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, Literal

from providers.zendesk.simulator import errors, ids
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.files import size
from providers.zendesk.simulator.render import stamp
from sandbox.records import Article, Attachment, Folder, Translation

_LOCALE = re.compile(r"^/api/v2/help_center/([a-z]{2}(?:-[a-z0-9]{2,4})?)(/.*)$", re.IGNORECASE)
_INLINE = re.compile(r"sandbox-file:(\d+)")
_SPELT = {"en": "en-us"}
_READ = {spelt: word for word, spelt in _SPELT.items()}
SEGMENTS = ("signed_in", "agents", "organizations")
TRANSLATIONS_EACH = 64


def localized(path: str) -> tuple[str, str | None]:
    """The path without the locale that may follow `/help_center`, and that locale."""
    match = _LOCALE.match(path)
    if match is None:
        return path, None
    return f"/api/v2/help_center{match[2]}", match[1].lower()


def spelt(locale: str) -> str:
    """Lower case, with the region where the account has one: `en-us`."""
    return _SPELT.get(locale, locale.lower())


def locale_of(call: Call) -> str | None:
    """The path's locale in the company's spelling; callers without credentials must give one."""
    if call.locale is None:
        if not call.principal.known:
            raise errors.titled(400, "Locale required", "A locale is required in the path for anonymous users")
        return None
    return _READ.get(call.locale, call.locale)


def visible_folder(call: Call, folder: Folder) -> bool:
    return call.principal.known or folder.visibility == "everyone"


def visible_article(call: Call, article: Article) -> bool:
    folder = call.account.desk.knowledge.folder(article.folder)
    return not article.deleted and folder is not None and visible_folder(call, folder)


def translation(call: Call, article: Article, locale: str | None) -> Translation | None:
    """The words shown; drafts are for agents."""
    found = article.translations.get(locale or article.source_locale)
    if found is None or (found.draft and not call.principal.known):
        return None
    return found


def segment(folder: Folder | None) -> int | None:
    """Null: everyone."""
    if folder is None or folder.visibility == "everyone":
        return None
    return ids.SEGMENT.id(SEGMENTS.index(folder.visibility) + 1)


# -- folders


def folder(call: Call, found: Folder, locale: str | None) -> dict[str, Any]:
    number, source = ids.FOLDER.id(found.number), call.account.desk.knowledge.source_locale
    word = locale if locale in found.names else source
    kind = "sections" if found.parent is not None else "categories"
    where = f"{call.base}/hc/{spelt(word)}/{kind}/{number}-{slug(found.names.get(word, found.name))}"
    row: dict[str, Any] = {
        "id": number,
        "url": f"{call.base}/api/v2/help_center/{spelt(word)}/{kind}/{number}.json",
        "html_url": where,
        "name": found.names.get(word, found.name),
        "description": found.descriptions.get(word, found.description or ""),
        "locale": spelt(word),
        "source_locale": spelt(source),
        "position": found.position,
        "outdated": False,
        "created_at": stamp(found.created),
        "updated_at": stamp(found.updated),
    }
    if found.parent is not None:
        above = call.account.desk.knowledge.folder(found.parent)
        nested = above is not None and above.parent is not None
        row |= {
            "category_id": ids.FOLDER.id(found.category),
            "parent_section_id": ids.FOLDER.id(found.parent) if nested else None,
            "theme_template": "section_page",
            "sorting": "manual",
        }
    return row


def slug(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text).strip("-")


# -- articles


def article(call: Call, found: Article, told: Translation) -> dict[str, Any]:
    number, where = ids.ARTICLE.id(found.number), call.account.desk.knowledge.folder(found.folder)
    word = spelt(told.locale)
    return {
        "id": number,
        "url": f"{call.base}/api/v2/help_center/{word}/articles/{number}.json",
        "html_url": f"{call.base}/hc/{word}/articles/{number}-{slug(told.title)}",
        "author_id": ids.USER.id(found.author),
        "comments_disabled": found.comments_disabled,
        "draft": told.draft,
        "promoted": found.promoted,
        "position": found.position,
        "vote_sum": found.up_votes - found.down_votes,
        "vote_count": found.up_votes + found.down_votes,
        "section_id": ids.FOLDER.id(found.folder),
        "created_at": stamp(found.created),
        "updated_at": stamp(found.updated),
        "name": told.title,
        "title": told.title,
        "source_locale": spelt(found.source_locale),
        "locale": word,
        "outdated": False,
        "outdated_locales": [spelt(each.locale) for each in found.translations.values() if each.outdated],
        "edited_at": stamp(told.updated),
        "user_segment_id": segment(where),
        "user_segment_ids": [segment(where)] if segment(where) else [],
        "permission_group_id": ids.PERMISSION_GROUP.id(1),
        "content_tag_ids": [],
        "label_names": list(found.labels),
        "body": body(call, told.html),
    }


def body(call: Call, html: str) -> str | None:
    """The HTML with its pictures' addresses; null for an empty translation."""

    def address(match: re.Match[str]) -> str:
        return escape(f"{call.base}/hc/article_attachments/{ids.ARTICLE_ATTACHMENT.id(int(match[1]))}")

    return _INLINE.sub(address, html) or None


def translated(
    call: Call,
    told: Translation,
    kind: Literal["Article", "Section", "Category"],
    source: int,
    number: int,
) -> dict[str, Any]:
    word, place = spelt(told.locale), call.account.desk.knowledge.locales.index(told.locale)
    plural = {"Article": "articles", "Section": "sections", "Category": "categories"}[kind]
    return {
        "id": ids.TRANSLATION.id(
            (number * 4 + ("Article", "Section", "Category").index(kind)) * TRANSLATIONS_EACH + place
        ),
        "url": f"{call.base}/api/v2/help_center/{plural}/{source}/translations/{word}.json",
        "html_url": f"{call.base}/hc/{word}/{plural}/{source}",
        "source_id": source,
        "source_type": kind,
        "locale": word,
        "title": told.title,
        "body": body(call, told.html) if told.html else told.html or None,
        "outdated": told.outdated,
        "draft": told.draft,
        "hidden": False,
        "created_at": stamp(told.created),
        "updated_at": stamp(told.updated),
        "created_by_id": ids.USER.id(told.author),
        "updated_by_id": ids.USER.id(told.author),
    }


def of_article(call: Call, found: Article) -> list[dict[str, Any]]:
    every: Sequence[Translation] = [
        told for told in found.translations.values() if not told.draft or call.principal.known
    ]
    return [translated(call, told, "Article", ids.ARTICLE.id(found.number), found.number) for told in every]


def of_folder(call: Call, found: Folder) -> list[dict[str, Any]]:
    kind: Literal["Section", "Category"] = "Section" if found.parent is not None else "Category"
    rows = []
    for locale, name in found.names.items():
        html = found.descriptions.get(locale, found.description or "")
        told = Translation(
            locale=locale,
            title=name,
            html=html,
            text=html,
            draft=False,
            outdated=False,
            created=found.created,
            updated=found.updated,
            author=1,
        )
        rows.append(translated(call, told, kind, ids.FOLDER.id(found.number), found.number))
    return rows


def attachment(call: Call, found: Attachment) -> dict[str, Any]:
    """No width, height or thumbnails here."""
    number = ids.ARTICLE_ATTACHMENT.id(found.number)
    source = call.account.desk.knowledge.source_locale
    return {
        "id": number,
        "url": f"{call.base}/api/v2/help_center/articles/attachments/{number}.json",
        "article_id": ids.ARTICLE.maybe(found.article),
        "display_file_name": found.name,
        "file_name": found.name,
        "locale": spelt(source),
        "content_url": f"{call.base}/hc/article_attachments/{number}",
        "relative_path": f"/hc/article_attachments/{number}",
        "content_type": found.content_type,
        "size": size(call, found.number),
        "inline": found.inline,
        "created_at": stamp(found.created),
        "updated_at": stamp(found.created),
    }

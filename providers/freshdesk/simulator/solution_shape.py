"""Categories, folders and articles as Freshdesk shows them.

Evidence: Nango's recording of 2024 (one category, nineteen folders down to the fifth level, fourteen articles),
scratch-l10n; vendor's API reference, 'Solutions'.
"""

from __future__ import annotations

from typing import Any

from providers.freshdesk.simulator import files, words
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.times import shown
from sandbox.records import Article, Folder, Translation

VISIBILITY = {"everyone": 1, "signed_in": 2, "agents": 3, "organizations": 4}


def folder_id(found: Folder) -> int:
    return (Base.SECTION if found.parent is None else Base.FOLDER).id(found.number)


def name_in(found: Folder, locale: str) -> str:
    return found.names.get(locale, found.name)


def category(found: Folder, locale: str) -> dict[str, Any]:
    return {
        "id": Base.SECTION.id(found.number),
        "name": name_in(found, locale),
        "description": found.descriptions.get(locale, found.description),
        "icon": {},
        "created_at": shown(found.created),
        "updated_at": shown(found.updated),
    }


def hierarchy(account: Account, number: int, locale: str) -> list[dict[str, Any]]:
    """From the category down; a folder's own entry is the last."""
    return [
        {
            "level": level,
            "type": "folder" if level else "category",
            "data": {"id": folder_id(each), "name": name_in(each, locale), "language": words.language(locale)},
        }
        for level, each in enumerate(account.desk.knowledge.path(number))
    ]


def folder(account: Account, found: Folder, locale: str, *, listed: bool = False) -> dict[str, Any]:
    """`listed`: a row below a category, which does not name the category."""
    book = account.desk.knowledge
    below = book.children(found.number)
    row: dict[str, Any] = {
        "id": Base.FOLDER.id(found.number),
        "name": name_in(found, locale),
        "description": found.descriptions.get(locale, found.description),
        "articles_count": len(book.articles(found.number)),
        "icon_url": None,
        "created_at": shown(found.created),
        "updated_at": shown(found.updated),
        "visibility": VISIBILITY[found.visibility],
    }
    if account.profile.flexible_hierarchy:
        above = book.folder(found.parent) if found.parent is not None else None
        row |= {
            "parent_folder_id": None if above is None or above.parent is None else Base.FOLDER.id(above.number),
            "sub_folders_count": len(below),
            "hierarchy": hierarchy(account, found.number, locale),
        }
    if found.visibility == "organizations":
        row["company_ids"] = [Base.COMPANY.id(number) for number in found.organizations]
    return row if listed else row | {"category_id": Base.SECTION.id(found.category)}


def article(account: Account, link: str, found: Article, told: Translation) -> dict[str, Any]:
    """The language is nowhere in it: whoever asked knows. Views and votes of a translation are its share."""
    share = 1 if told.locale == found.source_locale else 7
    row: dict[str, Any] = {
        "id": Base.ARTICLE.id(found.number),
        "type": 1,
        "status": 1 if told.draft else 2,
        "agent_id": Base.USER.id(told.author),
        "created_at": shown(told.created),
        "category_id": Base.SECTION.id(found.category),
        "folder_id": Base.FOLDER.id(found.folder),
        "title": told.title,
        "updated_at": shown(told.updated),
        "description": files.html(account, link, told.html),
        "description_text": told.text,
        "seo_data": {"meta_title": "", "meta_description": ""} if found.number % 3 else {},
        "tags": list(found.labels),
        "attachments": files.attachments(account, link, found.attachments),
        "cloud_files": [],
        "thumbs_up": found.up_votes // share,
        "thumbs_down": found.down_votes // share,
        "hits": found.views // share,
        "suggested": 0,
        "feedback_count": found.down_votes // share // 4,
    }
    if account.profile.flexible_hierarchy:
        row["hierarchy"] = hierarchy(account, found.folder, told.locale)
    return row


def found_row(account: Account, link: str, found: Article, told: Translation) -> dict[str, Any]:
    """A row of the article search: other keys than an article's own."""
    row = article(account, link, found, told)
    path = account.desk.knowledge.path(found.folder)
    for name in ("description_text", "cloud_files", "hierarchy"):
        row.pop(name, None)
    return row | {
        "folder_visibility": VISIBILITY[path[-1].visibility],
        "path": f"{row['id']}-{told.title.lower().replace(' ', '-')}",
        "modified_at": row["updated_at"],
        "modified_by": row["agent_id"],
        "language_id": list(account.desk.knowledge.locales).index(told.locale) + 6,
        "category_name": path[0].name,
        "folder_name": path[-1].name,
    }

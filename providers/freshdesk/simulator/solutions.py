"""The knowledge base: a tree to be walked level by level, with translations below each record's own path.

Evidence: Nango's recording of 2024; scratch-l10n (what PUT and POST of translations answer, 403 for what was deleted);
vendor's API reference, 'Solutions'. There is no list of all articles and no `updated_since`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.freshdesk.simulator import solution_shape as shape
from providers.freshdesk.simulator import words
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.checks import Rule
from providers.freshdesk.simulator.conversations import stored
from providers.freshdesk.simulator.errors import (
    Complaint,
    denied,
    feature_missing,
    invalid,
    not_allowed,
    not_found,
    wrong_value,
)
from providers.freshdesk.simulator.ids import Base, number
from sandbox.records import Article, Folder, Translation

_TEXT = Rule("string")
ARTICLE_RULES = {
    "title": Rule("string", filled=True), "description": _TEXT, "status": Rule("integer", (1, 2)),
    "type": Rule("integer", (1, 2)), "tags": Rule("strings"), "seo_data": Rule("object"), "agent_id": Rule("integer"),
    "folder_id": Rule("integer"), "attachments": Rule("files"), "user_id": Rule("integer"),
}  # fmt: skip
CATEGORY_RULES = {"name": Rule("string", filled=True), "description": _TEXT, "visible_in_portals": Rule("integers")}
FOLDER_RULES = {
    "name": Rule("string", filled=True), "description": _TEXT, "visibility": Rule("integer", (1, 2, 3, 4, 5, 6, 7)),
    "parent_folder_id": Rule("integer"), "company_ids": Rule("integers"), "contact_segment_ids": Rule("integers"),
    "company_segment_ids": Rule("integers"),
}  # fmt: skip


def _locale(call: Call) -> str:
    """The path's language; the primary one has no path of its own."""
    book = call.account.desk.knowledge
    spoken = call.parts.get("lang")
    if spoken is None:
        return book.source_locale
    if not call.account.profile.multilingual:
        raise feature_missing("multi_language")
    found = words.locale(spoken)
    if found not in book.locales or words.language(found) != spoken or found == book.source_locale:
        raise not_found()
    return found


def categories(call: Call) -> Reply:
    locale = _locale(call)
    found = [each for each in call.account.desk.knowledge.children(None) if _told(each, locale, call)]
    return call.paged(found, lambda each: shape.category(each, locale))


def _told(found: Folder, locale: str, call: Call) -> bool:
    if found.number in call.account.removed_folders:
        return False
    return locale == call.account.desk.knowledge.source_locale or locale in found.names


def _category(call: Call) -> Folder:
    return _standing(call, call.number(Base.SECTION), category=True)


def _folder(call: Call) -> Folder:
    return _standing(call, call.number(Base.FOLDER), category=False)


def _standing(call: Call, known: int, *, category: bool) -> Folder:
    """A deleted one answers 403 where a missing one is 404 (scratch-l10n)."""
    book = call.account.desk.knowledge
    found = book.folder(known)
    if found is None or (found.parent is None) != category:
        raise not_found()
    if any(each.number in call.account.removed_folders for each in book.path(known)):
        raise denied() if call.account.profile.deleted_folder == 403 else not_found()
    return found


def delete_category(call: Call) -> Reply:
    call.account.removed_folders.add(_category(call).number)
    return Reply(204)


def delete_folder(call: Call) -> Reply:
    call.account.removed_folders.add(_folder(call).number)
    return Reply(204)


def category(call: Call) -> Reply:
    locale, found = _locale(call), _category(call)
    if not _told(found, locale, call):
        raise not_found()
    return Reply(200, shape.category(found, locale))


def category_folders(call: Call) -> Reply:
    """Top-level folders only; the rows do not name their category."""
    locale, found = _locale(call), _category(call)
    rows = [each for each in call.account.desk.knowledge.children(found.number) if _told(each, locale, call)]
    return call.paged(rows, lambda each: shape.folder(call.account, each, locale, listed=True))


def folder(call: Call) -> Reply:
    locale, found = _locale(call), _folder(call)
    if not _told(found, locale, call):
        raise not_found()
    return Reply(200, shape.folder(call.account, found, locale))


def subfolders(call: Call) -> Reply:
    """Direct children only; an account without the feature has no such path."""
    if not call.account.profile.flexible_hierarchy:
        raise feature_missing("article_flexible_hierarchy")
    locale, found = _locale(call), _folder(call)
    rows = [each for each in call.account.desk.knowledge.children(found.number) if _told(each, locale, call)]
    return call.paged(rows, lambda each: shape.folder(call.account, each, locale))


def folder_articles(call: Call) -> Reply:
    locale, found = _locale(call), _folder(call)
    rows = call.account.desk.knowledge.articles(found.number, locale=locale)
    return call.paged(rows, lambda each: shape.article(call.account, call.files, each, each.translations[locale]))


def _article(call: Call) -> Article:
    found = call.account.desk.knowledge.article(call.number(Base.ARTICLE))
    if found is None or found.deleted:
        raise not_found()
    return found


def article(call: Call) -> Reply:
    """A translation that is not there is a 404."""
    locale, found = _locale(call), _article(call)
    told = found.translations.get(locale)
    if told is None:
        raise not_found()
    return Reply(200, shape.article(call.account, call.files, found, told))


def search(call: Call) -> Reply:
    """A bare array of articles in the primary language."""
    query, asked = call.page("term")
    if not query.get("term"):
        raise invalid([wrong_value("term", "It should not be blank as this is a mandatory field")])
    account = call.account
    hits = account.desk.search.articles(
        query["term"], locale=account.desk.knowledge.source_locale, lag=account.controls.search_lag
    )
    rows = [shape.found_row(account, call.files, found, found.translations[told]) for found, told in hits]
    return call.listed(rows[asked.first : asked.before], asked)


# writes


def create_category(call: Call) -> Reply:
    values = call.checked(CATEGORY_RULES, required=("name",))
    _unique(call, values["name"], None)
    made = call.account.desk.knowledge.create_folder(values["name"], description=values.get("description"))
    return call.created("solutions/categories", Base.SECTION.id(made.number), shape.category(made, "en"))


def create_folder(call: Call) -> Reply:
    above = _category(call)
    values = call.checked(FOLDER_RULES, required=("name",))
    if values.get("parent_folder_id"):
        parent = call.account.desk.knowledge.folder(number(Base.FOLDER, values["parent_folder_id"]) or 0)
        if parent is None:
            raise invalid([wrong_value("parent_folder_id", "There is no folder matching the given parent_folder_id")])
        above = parent
    _unique(call, values["name"], above.number)
    kinds: Mapping[int, str] = {number: word for word, number in shape.VISIBILITY.items()}
    made = call.account.desk.knowledge.create_folder(
        values["name"],
        parent=above.number,
        description=values.get("description"),
        visibility=kinds.get(values.get("visibility") or 1, "agents"),
        organizations=tuple(each - Base.COMPANY for each in values.get("company_ids") or ()),
    )
    return call.created("solutions/folders", Base.FOLDER.id(made.number), shape.folder(call.account, made, "en"))


def _unique(call: Call, name: str, parent: int | None) -> None:
    if any(each.name.casefold() == name.casefold() for each in call.account.desk.knowledge.children(parent)):
        raise invalid([Complaint("name", "It should be a unique value", "duplicate_value")], status=409)


def create_article(call: Call) -> Reply:
    where = _folder(call)
    values = call.checked(ARTICLE_RULES, required=("title", "description", "status"))
    book = call.account.desk.knowledge
    made = book.create_article(
        where.number,
        title=values["title"],
        html=values["description"],
        author=call.who.agent,
        locale=book.source_locale,
        draft=values["status"] == 1,
        labels=tuple(values.get("tags") or ()),
        attachments=stored(call.account, values.get("attachments")),
    )
    row = shape.article(call.account, call.files, made, made.translations[made.source_locale])
    return call.created("solutions/articles", row["id"], _with_seo(row, values))


def _with_seo(row: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords are sent as an array and come back as one text."""
    seo = dict(values.get("seo_data") or {})
    if isinstance(seo.get("meta_keywords"), list):
        seo["meta_keywords"] = ",".join(str(word) for word in seo["meta_keywords"])
    return row | {"seo_data": seo} if seo else row


def update_article(call: Call) -> Reply:
    """`{"status": 1}` alone takes an article back into drafts."""
    locale, found = _locale(call), _article(call)
    if locale not in found.translations:
        raise not_found()
    values = call.checked(ARTICLE_RULES)
    told = _put(call, found, locale, values)
    book = call.account.desk.knowledge
    changes: dict[str, Any] = {}
    if "tags" in values:
        changes["labels"] = tuple(values["tags"] or ())
    if values.get("folder_id"):
        target = book.folder(number(Base.FOLDER, values["folder_id"]) or 0)
        if target is None or target.parent is None:
            raise invalid([wrong_value("folder_id", "There is no folder matching the given folder_id")])
        changes["folder"] = target.number
    if changes:
        book.update_article(found.number, **changes)
    return Reply(200, _with_seo(shape.article(call.account, call.files, _article(call), told), values))


def translate_article(call: Call) -> Reply:
    """409 where there is one already; the primary language and those not enabled cannot be made (scratch-l10n)."""
    found = _article(call)
    book = call.account.desk.knowledge
    locale = words.locale(call.parts["lang"])
    if locale not in book.locales:
        raise not_allowed()
    if locale in found.translations:
        raise invalid([Complaint("lang_code", "It should be a unique value", "duplicate_value")], status=409)
    values = call.checked(ARTICLE_RULES, required=("title", "description", "status"))
    told = _put(call, found, locale, values)
    row = shape.article(call.account, call.files, _article(call), told)
    return call.created("solutions/articles", f"{row['id']}/{call.parts['lang']}", row)


def _put(call: Call, found: Article, locale: str, values: Mapping[str, Any]) -> Translation:
    return call.account.desk.knowledge.put_translation(
        found.number,
        locale,
        title=values.get("title"),
        html=values.get("description"),
        draft=None if values.get("status") is None else values["status"] == 1,
        author=call.who.agent,
    )


def delete_article(call: Call) -> Reply:
    call.account.desk.knowledge.delete_article(_article(call).number)
    return Reply(204)

"""Reading categories and sections, and the account's locales, segments and permission groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from providers.zendesk.simulator import errors, help_center, ids, sideloads
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.help_center_pages import page
from providers.zendesk.simulator.paging import Key, Rows
from providers.zendesk.simulator.render import stamp
from providers.zendesk.simulator.routes import Routes
from sandbox.records import Folder

routes = Routes()
_BASE = "/api/v2/help_center"
_SORTS: dict[str, Callable[[Folder], Key]] = {
    "position": lambda row: (row.position, row.number),
    "created_at": lambda row: (int(row.created.timestamp()), row.number),
    "updated_at": lambda row: (int(row.updated.timestamp()), row.number),
}


def known(call: Call, *, section: bool, name: str = "id") -> Folder:
    found = call.account.desk.knowledge.folder(ids.FOLDER.number(call.id(name)) or 0)
    if found is None or (found.parent is not None) != section or not help_center.visible_folder(call, found):
        raise errors.not_found()
    return found


def _listed(call: Call, rows: Sequence[Folder], name: str) -> Answer:
    locale, word = help_center.locale_of(call), call.query.get("sort_by", "position")
    if word not in _SORTS:
        raise errors.invalid_attribute("sort_by", "one of position, created_at, updated_at", call.path.strip("/"))
    seen = [row for row in rows if help_center.visible_folder(call, row) and (locale is None or locale in row.names)]
    listing = Rows.sorted(seen, _SORTS[word], descending=call.query.get("sort_order") == "desc")

    def render(found: Sequence[Folder]) -> dict[str, Any]:
        shown = [help_center.folder(call, row, locale) for row in found]
        return {name: shown, **_beside(call, found, shown)}

    return Answer(page(call, listing, render, sort_by=word))


def _beside(call: Call, rows: Sequence[Folder], shown: list[dict[str, Any]]) -> dict[str, Any]:
    asked = sideloads.check(call, frozenset({"categories", "translations"}))
    if "translations" in asked:
        for row, one in zip(rows, shown, strict=True):
            one["translations"] = help_center.of_folder(call, row)
    if "categories" not in asked:
        return {}
    book = call.account.desk.knowledge
    found = (book.folder(number) for number in dict.fromkeys(row.category for row in rows))
    return {"categories": [help_center.folder(call, row, None) for row in found if row]}


def _sections(call: Call) -> list[Folder]:
    return [row for row in call.account.desk.knowledge.folders() if row.parent is not None]


@routes.on("GET", f"{_BASE}/categories", resource="hc", anonymous=True)
def list_categories(call: Call) -> Answer:
    return _listed(call, call.account.desk.knowledge.children(None), "categories")


@routes.on("GET", f"{_BASE}/categories/{{id}}", resource="hc", anonymous=True)
def show_category(call: Call) -> Answer:
    found = known(call, section=False)
    return Answer({"category": help_center.folder(call, found, help_center.locale_of(call))})


@routes.on("GET", f"{_BASE}/sections", resource="hc", anonymous=True)
def list_sections(call: Call) -> Answer:
    return _listed(call, _sections(call), "sections")


@routes.on("GET", f"{_BASE}/sections/{{id}}", resource="hc", anonymous=True)
def show_section(call: Call) -> Answer:
    found = known(call, section=True)
    return Answer({"section": help_center.folder(call, found, help_center.locale_of(call))})


@routes.on("GET", f"{_BASE}/categories/{{id}}/sections", resource="hc", anonymous=True)
def sections_of_category(call: Call) -> Answer:
    """Nested ones too."""
    category = known(call, section=False)
    return _listed(call, [row for row in _sections(call) if row.category == category.number], "sections")


@routes.on("GET", f"{_BASE}/sections/{{id}}/sections", resource="hc", anonymous=True)
def sections_of_section(call: Call) -> Answer:
    above = known(call, section=True)
    return _listed(call, call.account.desk.knowledge.children(above.number), "sections")


@routes.on("GET", f"{_BASE}/sections/{{id}}/translations", resource="hc", anonymous=True)
def translations_of_section(call: Call) -> Answer:
    return _translations(call, known(call, section=True))


@routes.on("GET", f"{_BASE}/categories/{{id}}/translations", resource="hc", anonymous=True)
def translations_of_category(call: Call) -> Answer:
    return _translations(call, known(call, section=False))


def _translations(call: Call, found: Folder) -> Answer:
    rows = Rows(help_center.of_folder(call, found), lambda row: (row["id"], row["id"]))
    return Answer(page(call, rows, lambda each: {"translations": list(each)}))


@routes.on("GET", f"{_BASE}/locales", resource="hc", anonymous=True)
def locales(call: Call) -> Answer:
    book = call.account.desk.knowledge
    words = [help_center.spelt(locale) for locale in book.locales]
    return Answer({"locales": words, "default_locale": help_center.spelt(book.source_locale)})


@routes.on("GET", f"{_BASE}/user_segments", resource="hc")
def user_segments(call: Call) -> Answer:
    book, made = call.account.desk.knowledge, stamp(call.account.founded)
    rows: list[dict[str, Any]] = []
    for place, kind in enumerate(help_center.SEGMENTS, 1):
        chosen = {number for row in book.folders() if row.visibility == kind for number in row.organizations}
        rows.append(
            {
                "id": ids.SEGMENT.id(place),
                "name": {"signed_in": "Signed-in users", "agents": "Agents and admins"}.get(kind, "Chosen companies"),
                "user_type": "staff" if kind == "agents" else "signed_in_users",
                "group_ids": [],
                "organization_ids": [ids.ORGANIZATION.id(number) for number in sorted(chosen)],
                "tags": [],
                "or_tags": [],
                "built_in": kind != "organizations",
                "created_at": made,
                "updated_at": made,
            }
        )
    listing = Rows(rows, lambda row: (row["id"], row["id"]))
    return Answer(page(call, listing, lambda found: {"user_segments": list(found)}))


@routes.on("GET", "/api/v2/guide/permission_groups", resource="hc")
def permission_groups(call: Call) -> Answer:
    made = stamp(call.account.founded)
    row = {
        "id": ids.PERMISSION_GROUP.id(1),
        "name": "Agents and managers",
        "edit": [ids.SEGMENT.id(2)],
        "publish": [ids.SEGMENT.id(2)],
        "built_in": True,
        "created_at": made,
        "updated_at": made,
    }
    return Answer({"permission_groups": [row], "count": 1, "next_page": None, "previous_page": None})

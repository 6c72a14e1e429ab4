"""People, organizations, the knowledge base and the short lists."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from models.changes import Translated
from models.enums import (
    ArticleState,
    ArticleVisibility,
    ChangeOp,
    CustomFieldKind,
    DetailLevel,
    IdentityKind,
    Kind,
    Lifecycle,
    Provenance,
    TicketStatus,
)
from models.records import (
    Agent,
    Article,
    ArticleFolder,
    ArticleTranslation,
    FieldDefinition,
    Group,
    Identity,
    NativeStatus,
    Organization,
    Product,
)
from storage import codec
from storage.database import Database
from storage.tables.conversation import attachments
from storage.tables.directory import article_folders, field_definitions, group_members, native_statuses, products
from storage.tables.knowledge import article_labels, article_texts, articles
from storage.tables.people import agents, contact_emails, contacts, groups, memberships, organization_domains
from storage.tables.people import organizations as organizations_table
from storage.tables.searching import search_docs
from tests.storage.copying import at, contact, copy_desk, file, gone

ON_SQLITE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


def organization(ident: str = "9", version: float = 1, read: float = 100, **values: Any) -> Organization:
    given: dict[str, Any] = {"name": f"Org {ident}", "updated_at": at(version), "as_of": at(read)}
    return Organization(helpdesk="desk", remote_id=ident, **{**given, **values})


def article(ident: str = "3", version: float = 1, read: float = 100, **values: Any) -> Article:
    given: dict[str, Any] = {
        "title": f"Title {version}",
        "body_text": "words",
        "body_html": "<p>words",
        "state": ArticleState.PUBLISHED,
        "visibility": ArticleVisibility.PUBLIC,
        "locale": "en",
        "updated_at": at(version),
        "as_of": at(read),
    }
    return Article(helpdesk="desk", remote_id=ident, **{**given, **values})


def told(locale: str, title: str, **values: Any) -> ArticleTranslation:
    return ArticleTranslation(locale=locale, title=title, state=ArticleState.PUBLISHED, **values)


async def test_a_contact_is_found_by_every_address_and_every_organization(db: Database) -> None:
    desk = await copy_desk(db)
    addresses = tuple(
        Identity(kind=IdentityKind.EMAIL, value=value) for value in ("Ann@Example.com ", "ann@example.com", "a@b.org")
    )
    ann = contact(
        "5",
        1,
        email="Ann@Example.com",
        identities=addresses,
        organization_id="9",
        organization_ids=("8", "9"),
        phone="1",
    )
    applied = await desk.apply(ann)
    assert [(change.op, change.kind) for change in applied.changes] == [(ChangeOp.CREATED, Kind.CONTACT)]
    assert await desk.rows(contact_emails, "email") == [("a@b.org",), ("ann@example.com",)]
    assert await desk.rows(memberships, "position", "org", "is_primary") == [(0, 9, 1), (1, 8, 0)]
    named = ("name_key", "email", "email_domain", "phone", "org")
    assert await desk.one(contacts, *named) == ("person 5", "ann@example.com", "example.com", "1", 9)
    moved = msgspec.structs.replace(ann, organization_ids=("8",), organization_id="8", updated_at=at(2), identities=())
    (change,) = (await desk.apply(moved)).changes
    assert change.lost_by == ("9",)
    assert set(change.changed_fields) == {"updatedAt", "identities", "organization", "organizations"}
    assert await desk.rows(contact_emails, "email") == [("ann@example.com",)]
    assert await desk.rows(memberships, "position", "org", "is_primary") == [(0, 8, 1)]
    (change,) = (await desk.apply(gone("5", version=3, kind=Kind.CONTACT))).changes
    assert (change.op, change.lost_by) == (ChangeOp.DELETED, ("8",))
    assert await desk.rows(contact_emails) == [] and await desk.rows(memberships) == []
    assert await desk.rows(search_docs) == []
    assert await desk.one(contacts, *named, "shown", "raw") == (None, None, None, None, None, 0, None)


async def test_organizations_agents_and_groups(db: Database) -> None:
    desk = await copy_desk(db)
    ann = Agent(
        helpdesk="desk", remote_id="3", as_of=at(1), updated_at=at(1), name="Ann", email="ANN@x.com", active=False
    )
    crew = Group(helpdesk="desk", remote_id="4", as_of=at(1), name="Crew")
    applied = await desk.apply(organization(domains=("Acme.com", "acme.com", "b.org"), external_id="E"), ann, crew)
    assert [change.kind for change in applied.changes] == [Kind.ORGANIZATION] and applied.stored == 3
    assert await desk.rows(organization_domains, "domain") == [("acme.com",), ("b.org",)]
    assert await desk.one(organizations_table, "name_key", "external_id", "shown") == ("org 9", "E", 1)
    assert await desk.one(agents, "email", "active") == ("ann@x.com", 0)
    assert codec.group(await desk.one(groups, "card")).name == "Crew"
    again = await desk.apply(msgspec.structs.replace(crew, as_of=at(5)), msgspec.structs.replace(ann, as_of=at(5)))
    assert again.unchanged == 2 and await desk.one(groups, "as_of") == int(at(5).timestamp() * 1000)
    applied = await desk.apply(gone("9", version=2, kind=Kind.ORGANIZATION), gone("3", kind=Kind.AGENT))
    assert [(change.op, change.lost_by) for change in applied.changes] == [(ChangeOp.DELETED, ("9",))]
    assert await desk.rows(organization_domains) == [] and await desk.one(agents, "shown", "email") == (0, None)


@ON_SQLITE
async def test_a_named_agent_gives_way_to_the_record(db: Database) -> None:
    desk = await copy_desk(db)
    whole = Agent(helpdesk="desk", remote_id="3", as_of=at(1), updated_at=at(1), name="Ann", email="a@x.com")
    named = Agent(helpdesk="desk", remote_id="3", as_of=at(9), name="Ann", detail=DetailLevel.LISTED)
    for order in ((whole, named), (named, whole)):
        for one in order:
            await desk.apply(one)
        assert await desk.one(agents, "email", "detail") == ("a@x.com", 1)


async def test_an_article_has_a_row_for_each_language(db: Database) -> None:
    desk = await copy_desk(db)
    german = article(locale="DE", title="Titel", body_text="Wörter", labels=("x",))
    first = Translated(
        article=article(labels=("Faq", "x"), attachments=(file("article/3/1"),), views=4),
        translations=(told("en", "Title 1"), told("DE", "Titel", outdated=True), told("fr", "Titre", updated_at=at(4))),
        others=(german,),
    )
    (change,) = (await desk.apply(first)).changes
    assert (change.op, change.kind) == (ChangeOp.CREATED, Kind.ARTICLE)
    texts = await desk.rows(article_texts, "locale", "own", "outdated", "title")
    assert texts == [("de", 0, 1, "Titel"), ("en", 1, 0, "Title 1"), ("fr", 0, 0, "Titre")]
    cards = dict(await desk.rows(article_texts, "locale", "card"))
    assert cards["fr"] is None and codec.article(cards["de"]).body_text == "Wörter"
    assert await desk.rows(article_labels, "label") == [("Faq",), ("x",)]
    assert sorted(await desk.rows(search_docs, "sub")) == [("de",), ("en",)]
    assert await desk.rows(attachments, "remote_id", "owner", "parent") == [("article/3/1", 3, "article/3")]
    stored = codec.article(await desk.one(articles, "card"))
    assert stored.attachments == (file("article/3/1"),)
    again = msgspec.structs.replace(first, article=msgspec.structs.replace(first.article, as_of=at(200)))
    assert (await desk.apply(again)).unchanged == 1
    assert await desk.one(articles, "as_of") == int(at(200).timestamp() * 1000)

    shorter = Translated(article=article("3", 6, 300, attachments=()), translations=(told("en", "Title 6"),))
    (change,) = (await desk.apply(shorter)).changes
    assert {"title", "labels", "stats", "translations", "attachments"} <= set(change.changed_fields)
    assert await desk.rows(article_texts, "locale", "title") == [("en", "Title 6")]
    assert await desk.rows(search_docs, "sub") == [("en",)]
    assert await desk.rows(article_labels) == [] and await desk.rows(attachments) == []


@ON_SQLITE
async def test_an_article_that_closes_is_lost_by_whoever_is_bound(db: Database) -> None:
    desk = await copy_desk(db)
    open_one = Translated(article=article(), translations=(told("en", "Title 1"),))
    await desk.apply(open_one)
    closed = article("3", 2, 200, visibility=ArticleVisibility.AGENTS)
    (change,) = (await desk.apply(Translated(article=closed, translations=(told("en", "Title 2"),)))).changes
    assert change.lost_by == ("*",)
    (change,) = (await desk.apply(gone("3", Lifecycle.PURGED, 3, kind=Kind.ARTICLE))).changes
    assert (change.op, change.lost_by) == (ChangeOp.DELETED, ())
    assert await desk.rows(article_texts) == [] and await desk.rows(search_docs) == []
    assert codec.article(await desk.one(articles, "card")).title == ""


@ON_SQLITE
async def test_a_listed_article_does_not_take_its_other_languages_away(db: Database) -> None:
    desk = await copy_desk(db)
    whole = Translated(article=article(attachments=(file("article/3/1"),)), translations=(told("fr", "Titre"),))
    await desk.apply(whole)
    await desk.apply(Translated(article=article("3", 2, 200, detail=DetailLevel.LISTED)))
    assert [row[0] for row in await desk.rows(article_texts, "locale")] == ["en", "fr"]
    assert len(await desk.rows(attachments)) == 1
    assert [row[1] for row in await desk.rows(article_texts, "locale", "title")] == ["Title 2", "Titre"]


@ON_SQLITE
@pytest.mark.parametrize("read", [100, 200])
async def test_what_was_told_of_an_articles_own_language_stays_with_its_version(db: Database, read: float) -> None:
    """Also when the article is written anew for something else: here for a number of views."""
    desk = await copy_desk(db)
    own = told("en", "Title 1", updated_at=at(4), outdated=True)
    await desk.apply(Translated(article=article("3", 5, views=1), translations=(own,)))
    for views, translations in ((2, ()), (3, (own,))):
        listed = article("3", 5, read, views=views, detail=DetailLevel.FULL if translations else DetailLevel.LISTED)
        await desk.apply(Translated(article=listed, translations=translations))
        assert await desk.rows(article_texts, "outdated", "updated_at") == [(1, int(at(4).timestamp()))]
    await desk.apply(Translated(article=article("3", 6, 300, detail=DetailLevel.LISTED)))
    assert await desk.rows(article_texts, "outdated", "updated_at") == [(0, int(at(6).timestamp()))]


async def test_short_lists_are_replaced_whole(db: Database) -> None:
    desk = await copy_desk(db)
    fields = tuple(
        FieldDefinition(key=f"cf_{n}", remote_id=str(n), label=f"F{n}\0", kind=CustomFieldKind.TEXT) for n in range(3)
    )
    open_status = NativeStatus(value="2", label="Open", category=TicketStatus.OPEN, provenance=Provenance.EXACT)
    catalogues = {
        "fields": fields,
        "statuses": (open_status,),
        "products": (Product(helpdesk="desk", remote_id="1", name="P"),),
        "folders": (ArticleFolder(helpdesk="desk", remote_id="folder-2", name="F", level=1, parent_id="category-1"),),
        "group_members": (("4", ("3", "2", "3")), ("5", ())),
    }
    await desk.apply(catalogues=catalogues)
    await desk.apply(catalogues=catalogues)
    assert await desk.rows(field_definitions, "position", "key") == [(0, "cf_0"), (1, "cf_1"), (2, "cf_2")]
    assert codec.definition((await desk.rows(field_definitions, "card"))[0][0]) == fields[0]
    assert codec.native_status(await desk.one(native_statuses, "card")) == open_status
    assert await desk.one(products, "key") == "1"
    assert await desk.one(article_folders, "key", "parent", "level") == ("folder-2", "category-1", 1)
    assert await desk.rows(group_members, "grp", "agent") == [(4, 2), (4, 3)]
    await desk.apply(catalogues={"fields": fields[:1], "group_members": ()})
    assert len(await desk.rows(field_definitions)) == 1 and await desk.rows(group_members) == []
    assert len(await desk.rows(products)) == 1

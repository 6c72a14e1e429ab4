"""Articles, their folders and languages; the account's own fields and statuses; search; addresses."""

from __future__ import annotations

import pytest

from models.enums import ArticleState, ArticleVisibility, CustomFieldKind, Kind, SearchKind, TicketStatus
from models.errors import BadInput
from models.queries import ArticleQuery, Page, PageRequest, Scope
from models.records import Article, SearchHit
from tests.contract.case import Case, Fetch, walk
from tests.support.staging import CANARY, OURS, SHARED, stage


def articles(case: Case, scope: Scope, query: ArticleQuery) -> Fetch[Article]:
    async def fetch(page: PageRequest) -> Page[Article]:
        return await case.source.articles(scope, query, page)

    return fetch


def ids(case: Case, *, locale: str = "en", folder: int | None = None) -> list[str]:
    found = case.desk.knowledge.articles(folder, locale=locale)
    return [case.truth.article(one.number) for one in found]


async def test_every_article_once_from_either_end(case: Case, everyone: Scope) -> None:
    fetch = articles(case, everyone, ArticleQuery())
    forward = [row.record.remote_id for row in await walk(fetch, size=3)]
    assert sorted(forward) == sorted(ids(case))
    assert [row.record.remote_id for row in await walk(fetch, size=4, backward=True)] == forward


async def test_an_article_says_what_the_desk_says(case: Case, everyone: Scope) -> None:
    every = case.desk.knowledge.articles()
    found = await case.source.articles_by_id(everyone, [case.truth.article(one.number) for one in every])
    for article, shown in zip(every, found, strict=True):
        assert shown is not None
        assert shown.title == article.translations[article.source_locale].title
        assert (shown.state is ArticleState.DRAFT) == article.translations[article.source_locale].draft
        folder = case.desk.knowledge.folder(article.folder)
        assert folder is not None
        if folder.visibility == "everyone":
            assert shown.visibility is ArticleVisibility.PUBLIC
        elif folder.visibility == "agents":
            assert shown.visibility is ArticleVisibility.AGENTS


async def test_an_article_in_another_language_or_not_at_all(case: Case, everyone: Scope) -> None:
    knowledge = case.desk.knowledge
    german = next(one for one in knowledge.articles(locale="de") if not one.translations["de"].draft)
    plain = next(one for one in knowledge.articles() if "de" not in one.translations)
    asked = [case.truth.article(plain.number), case.truth.article(german.number)]
    missing, found = await case.source.articles_by_id(everyone, asked, "de")
    assert missing is None
    assert found is not None
    assert (found.locale, found.title) == ("de", german.translations["de"].title)


async def test_translations_name_its_own_language_first(case: Case, everyone: Scope) -> None:
    article = max(case.desk.knowledge.articles(), key=lambda one: len(one.translations))
    found = await case.source.articles_by_id(everyone, [case.truth.article(article.number)])
    [told] = await case.source.translations(everyone, [one for one in found if one])
    assert len(told) == len(article.translations) > 1
    assert sorted(one.title for one in told) == sorted(one.title for one in article.translations.values())
    assert told[0].title == article.translations[article.source_locale].title


async def test_folders_are_one_tree_parents_first(case: Case, everyone: Scope) -> None:
    shown = await case.source.article_folders(everyone)
    truly = case.desk.knowledge.folders()
    assert sorted(one.name for one in shown) == sorted(one.name for one in truly)
    place = {one.remote_id: at for at, one in enumerate(shown)}
    levels = {one.remote_id: one.level for one in shown}
    for one in shown:
        assert (one.parent_id is None) == (one.level == 0)
        if one.parent_id is not None:
            assert place[one.parent_id] < place[one.remote_id]
            assert levels[one.parent_id] == one.level - 1


async def test_article_filters_are_exact(case: Case, everyone: Scope) -> None:
    every = [row.record for row in await walk(articles(case, everyone, ArticleQuery()), size=100)]
    label = next(one.labels[0] for one in every if one.labels)
    folder = every[0].folder_id
    for query, holds in (
        (ArticleQuery(folder_id=folder), lambda one: one.folder_id == folder),
        (ArticleQuery(label=label), lambda one: label in one.labels),
        (ArticleQuery(states=(ArticleState.DRAFT,)), lambda one: one.state is ArticleState.DRAFT),
        (
            ArticleQuery(visibilities=(ArticleVisibility.AGENTS,)),
            lambda one: one.visibility is ArticleVisibility.AGENTS,
        ),
    ):
        found = [row.record.remote_id for row in await walk(articles(case, everyone, query), size=100)]
        assert found == [one.remote_id for one in every if holds(one)], query
    german = await walk(articles(case, everyone, ArticleQuery(locale="de")), size=100)
    assert sorted(row.record.remote_id for row in german) == sorted(ids(case, locale="de"))


async def test_the_accounts_own_fields_and_statuses(case: Case, everyone: Scope) -> None:
    fields = await case.source.ticket_fields(everyone)
    kinds = {
        "text": CustomFieldKind.TEXT, "paragraph": CustomFieldKind.LONG_TEXT, "number": CustomFieldKind.NUMBER,
        "decimal": CustomFieldKind.DECIMAL, "checkbox": CustomFieldKind.BOOLEAN, "date": CustomFieldKind.DATE,
        "multiselect": CustomFieldKind.MULTI_CHOICE, "dropdown": CustomFieldKind.CHOICE,
    }  # fmt: skip
    shown = {one.label: one for one in fields}
    for field in case.desk.forms.fields():
        if field.type == "multiselect" and case.helpdesk == "freshdesk":
            continue  # which this account's plan does not have
        if field.type in kinds:
            assert shown[field.label].kind is kinds[field.type], field.label
        if field.type in ("dropdown", "multiselect"):
            assert len(shown[field.label].choices) == len(field.options)
    assert len({one.key for one in fields}) == len(fields)
    statuses = await case.source.statuses(everyone)
    labels = {one.label for one in statuses}
    assert {one.label for one in case.desk.forms.statuses() if not one.default} <= labels
    assert {TicketStatus.OPEN, TicketStatus.PENDING, TicketStatus.RESOLVED} <= {one.category for one in statuses}
    assert len({one.value for one in statuses}) == len(statuses)


@pytest.mark.usefixtures("fresh")
async def test_search_finds_each_declared_kind(case: Case, everyone: Scope) -> None:
    stage(case.company.clock, case.desk)
    for kind in case.kinds():

        async def fetch(page: PageRequest, kind: SearchKind = kind) -> Page[SearchHit]:
            return await case.source.search(everyone, SHARED, frozenset({kind}), page)

        rows = await walk(fetch, size=2)
        shown = repr([row.record.record for row in rows])
        assert OURS in shown, kind
        assert CANARY in shown, kind
        found = [(type(row.record.record).__name__, row.record.record.remote_id) for row in rows]
        assert {name for name, _ in found} == {kind.capitalize()}
        assert len(set(found)) == len(found)


@pytest.mark.usefixtures("fresh")
async def test_search_of_everything_finds_every_kind(case: Case, everyone: Scope) -> None:
    stage(case.company.clock, case.desk)

    async def fetch(page: PageRequest) -> Page[SearchHit]:
        return await case.source.search(everyone, SHARED, frozenset(), page)

    rows = await walk(fetch, size=3)
    assert {type(row.record.record).__name__.upper() for row in rows} == set(case.kinds())


@pytest.mark.parametrize("text", ['"', "'", "\\", ":", "status:open", "*", "-a", "a OR b", "(", "🦊", "x" * 200])
async def test_words_of_a_vendors_grammar_are_only_words(case: Case, everyone: Scope, text: str) -> None:
    page = await case.source.search(everyone, f"{text} zz-no-such-word", frozenset(), PageRequest(size=5))
    assert page.rows == () or text == "a OR b"
    try:
        await case.source.search(everyone, text, frozenset(), PageRequest(size=5))
    except BadInput as refused:
        assert refused.field == "query", "no word to look for"
        assert not any(one.isalnum() for one in text)


async def test_a_records_own_address_is_found_again(case: Case, everyone: Scope) -> None:
    source, truth = case.source, case.truth
    ticket = case.true_tickets()[0]
    person = next(one for one in case.desk.people.page(limit=50) if one.state == "verified")
    firm = case.desk.organizations.page(limit=1)[0]
    article = case.desk.knowledge.articles()[0]
    for kind, [record] in (
        (Kind.TICKET, await source.tickets_by_id(everyone, [str(ticket.number)])),
        (Kind.CONTACT, await source.contacts_by_id(everyone, [truth.user(person.number)])),
        (Kind.ORGANIZATION, await source.organizations_by_id(everyone, [truth.organization(firm.number)])),
        (Kind.ARTICLE, await source.articles_by_id(everyone, [truth.article(article.number)])),
    ):
        assert record is not None
        assert record.remote_url is not None, kind
        assert source.locate(record.remote_url) == (kind, record.remote_id), record.remote_url


@pytest.mark.parametrize(
    "url",
    ["", "x", "https://example.com/a/tickets/1", "ftp://sandbox/a/tickets/1", "http://[", "https:///a/tickets/1"],
)
def test_an_address_of_somebody_else_is_not_ours(case: Case, url: str) -> None:
    assert case.source.locate(url) is None

"""Reading articles, their translations, labels and attachments, and the incremental export of articles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from providers.zendesk.simulator import errors, help_center, ids, sideloads, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.help_center_folders import known as known_folder
from providers.zendesk.simulator.help_center_pages import page
from providers.zendesk.simulator.paging import Key, Rows
from providers.zendesk.simulator.render import distinct, seconds
from providers.zendesk.simulator.routes import Routes
from sandbox.records import Article, Attachment, Translation

routes = Routes()
_BASE = "/api/v2/help_center"
WORDS = frozenset({"users", "sections", "categories", "translations"})
MOST_LABELS = 10
Told = tuple[Article, Translation]
_SORTS: dict[str, Callable[[Told], Key]] = {
    "position": lambda row: (row[0].position, row[0].number),
    "title": lambda row: (row[1].title.casefold(), row[0].number),
    "created_at": lambda row: (seconds(row[0].created), row[0].number),
    "updated_at": lambda row: (seconds(row[0].updated), row[0].number),
    "edited_at": lambda row: (seconds(row[1].updated), row[0].number),
}


def known(call: Call) -> Article:
    found = call.account.desk.knowledge.article(ids.ARTICLE.number(call.id()) or 0)
    if found is None or not help_center.visible_article(call, found):
        raise errors.not_found()
    return found


def rendered(call: Call, rows: Sequence[Told]) -> dict[str, Any]:
    """Translations are embedded; the other sideloads stand beside the articles."""
    asked = sideloads.check(call, WORDS)
    shown = [help_center.article(call, *row) for row in rows]
    found: dict[str, Any] = {"articles": shown}
    if "translations" in asked:
        for one, (article, _) in zip(shown, rows, strict=True):
            one["translations"] = help_center.of_article(call, article)
    if "users" in asked:
        found["users"] = users.many(call, distinct(article.author for article, _ in rows))
    book = call.account.desk.knowledge
    for name, numbers in (
        ("sections", [article.folder for article, _ in rows]),
        ("categories", [article.category for article, _ in rows]),
    ):
        if name in asked:
            folders = (book.folder(number) for number in distinct(numbers))
            found[name] = [help_center.folder(call, folder, None) for folder in folders if folder]
    return found


def _listed(call: Call, articles: Sequence[Article]) -> Answer:
    """`label_names` here: all of them, and case matters; in searches any, and it does not."""
    locale, word = help_center.locale_of(call), call.query.get("sort_by", "position")
    if word not in _SORTS or (word in ("title", "edited_at") and locale is None):
        text = (
            "one of position, title, created_at, updated_at, edited_at (title and edited_at with a locale in the path)"
        )
        raise errors.invalid_attribute("sort_by", text, call.path.strip("/"))
    labels = [label for label in call.query.get("label_names", "").split(",") if label][:MOST_LABELS]
    told = [
        (article, words)
        for article in articles
        if help_center.visible_article(call, article)
        and set(labels) <= set(article.labels)
        and (words := help_center.translation(call, article, locale)) is not None
    ]
    listing = Rows.sorted(told, _SORTS[word], descending=call.query.get("sort_order") == "desc")
    return Answer(page(call, listing, lambda rows: rendered(call, rows), sort_by=word))


@routes.on("GET", f"{_BASE}/articles", resource="hc", anonymous=True)
def list_articles(call: Call) -> Answer:
    return _listed(call, call.account.desk.knowledge.articles())


@routes.on("GET", f"{_BASE}/sections/{{id}}/articles", resource="hc", anonymous=True)
def articles_of_section(call: Call) -> Answer:
    section = known_folder(call, section=True)
    return _listed(call, call.account.desk.knowledge.articles(section.number))


@routes.on("GET", f"{_BASE}/categories/{{id}}/articles", resource="hc", anonymous=True)
def articles_of_category(call: Call) -> Answer:
    category = known_folder(call, section=False)
    return _listed(call, call.account.desk.knowledge.articles(category=category.number))


@routes.on("GET", f"{_BASE}/users/{{id}}/articles", resource="hc", anonymous=True)
def articles_of_user(call: Call) -> Answer:
    number = ids.USER.number(call.id())
    return _listed(call, [row for row in call.account.desk.knowledge.articles() if row.author == number])


@routes.on("GET", f"{_BASE}/articles/{{id}}", resource="hc", anonymous=True)
def show_article(call: Call) -> Answer:
    """Under a locale it has no translation for: 404, or its source locale (unconfirmed which)."""
    found, locale = known(call), help_center.locale_of(call)
    told = help_center.translation(call, found, locale)
    if told is None and call.account.profile.untranslated_article == "source":
        told = help_center.translation(call, found, None)
    if told is None:
        raise errors.not_found()
    answer = rendered(call, [(found, told)])
    return Answer({"article": answer.pop("articles")[0], **answer})


# -- translations and labels


@routes.on("GET", f"{_BASE}/articles/{{id}}/translations", resource="hc", anonymous=True)
def list_translations(call: Call) -> Answer:
    listing = Rows(help_center.of_article(call, known(call)), lambda row: (row["id"], row["id"]))
    return Answer(page(call, listing, lambda rows: {"translations": list(rows)}))


@routes.on("GET", f"{_BASE}/articles/{{id}}/translations/missing", resource="hc", anonymous=True)
def missing_translations(call: Call) -> Answer:
    found = known(call)
    missing = [word for word in call.account.desk.knowledge.locales if word not in found.translations]
    return Answer({"locales": [help_center.spelt(word) for word in missing]})


@routes.on("GET", f"{_BASE}/articles/{{id}}/translations/{{locale!}}", resource="hc", anonymous=True)
def show_translation(call: Call) -> Answer:
    rows = help_center.of_article(call, known(call))
    found = next((row for row in rows if row["locale"] == call.args["locale"].lower()), None)
    if found is None:
        raise errors.not_found()
    return Answer({"translation": found})


@routes.on("GET", f"{_BASE}/articles/{{id}}/labels", resource="hc", anonymous=True)
def list_labels(call: Call) -> Answer:
    found = known(call)
    rows = [{"id": found.number * 100 + place, "name": label} for place, label in enumerate(found.labels)]
    return Answer({"labels": rows, "count": len(rows), "next_page": None, "previous_page": None})


# -- attachments


@routes.on(
    "GET",
    f"{_BASE}/articles/{{id}}/attachments",
    f"{_BASE}/articles/{{id}}/attachments/inline",
    f"{_BASE}/articles/{{id}}/attachments/block",
    resource="hc",
    anonymous=True,
)
def list_attachments(call: Call) -> Answer:
    found, files = known(call), call.account.desk.files
    kind = call.path.rpartition("/")[2]
    numbers = {
        "inline": found.inline,
        "block": found.attachments,
    }.get(kind, (*found.attachments, *found.inline))
    every = [file for number in numbers if (file := files.get(number))]

    def render(rows: Sequence[Attachment]) -> dict[str, Any]:
        return {"article_attachments": [help_center.attachment(call, row) for row in rows]}

    return Answer(page(call, Rows(every, lambda row: (row.number, row.number)), render))


@routes.on("GET", f"{_BASE}/articles/attachments/{{id}}", resource="hc", anonymous=True)
def show_attachment(call: Call) -> Answer:
    found = call.account.desk.files.get(ids.ARTICLE_ATTACHMENT.number(call.id()) or 0)
    if found is None:
        raise errors.not_found()
    return Answer({"article_attachment": help_center.attachment(call, found)})


# -- increments


@routes.on("GET", f"{_BASE}/incremental/articles", resource="hc")
def incremental_articles(call: Call) -> Answer:
    """After any change of metadata; no `end_of_stream`: an empty page ends it ('Incremental article exports')."""
    given = call.query.get("start_time", "")
    if not given.isdecimal():
        raise errors.missing_parameter("start_time")
    most = min(call.integer("per_page", 1000, most=1000), call.account.profile.export_page_most)
    rows = sorted(call.account.desk.knowledge.articles(), key=lambda row: (row.updated, row.number))
    later = [row for row in rows if seconds(row.updated) >= int(given)]
    found = later[:most]
    while found and len(found) < len(later) and later[len(found)].updated == found[-1].updated:
        found.append(later[len(found)])
    end = seconds(found[-1].updated) if found else int(given)
    told = [(row, words) for row in found if (words := row.translations.get(row.source_locale))]
    shown = rendered(call, told)
    if call.account.profile.article_export_sideloads == "ignored":
        shown = {"articles": [{key: row[key] for key in row if key != "translations"} for row in shown["articles"]]}
    return Answer(
        {
            **shown,
            "count": len(told),
            "end_time": end,
            "next_page": call.with_query(start_time=end) if found else None,
        }
    )

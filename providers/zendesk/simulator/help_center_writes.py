"""Writing articles. `PUT /articles/{id}` never changes title, body, locale or draft: the translation's path does."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from providers.zendesk.simulator import errors, help_center, ids
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.help_center_articles import known, rendered
from providers.zendesk.simulator.help_center_folders import known as known_folder
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.ticket_input import integer
from sandbox.records import Article

routes = Routes()
_BASE = "/api/v2/help_center"
_METADATA = frozenset(
    {
        "promoted", "position", "comments_disabled", "label_names", "content_tag_ids", "section_id", "user_segment_id",
        "permission_group_id", "author_id", "user_segment_ids",
    }
)  # fmt: skip
_LARGEST = 20 * 1024 * 1024


def _word(locale: Any, call: Call) -> str:
    known_words = {help_center.spelt(each): each for each in call.account.desk.knowledge.locales}
    found = known_words.get(str(locale).lower())
    if found is None:
        raise errors.invalid_field("locale", "Locale: is not enabled for this help center", "InvalidValue")
    return found


def _shown(call: Call, article: Article, status: int = 200) -> Answer:
    told = article.translations[article.source_locale]
    return Answer({"article": rendered(call, [(article, told)])["articles"][0]}, status)


@routes.on("POST", f"{_BASE}/sections/{{id}}/articles", resource="hc")
def create_article(call: Call) -> Answer:
    """Starts as what `draft` says, published if it says nothing; a permission group is mandatory."""
    section, given = known_folder(call, section=True), call.root("article")
    if not given.get("title"):
        raise errors.invalid_field("title", "Title: cannot be blank", "BlankValue")
    if not given.get("permission_group_id"):
        raise errors.invalid_field("permission_group_id", "Permission group: cannot be blank", "BlankValue")
    source = call.account.desk.knowledge.source_locale
    locale = _word(given.get("locale") or call.locale or help_center.spelt(source), call)
    made = call.account.desk.knowledge.create_article(
        section.number,
        title=str(given["title"]),
        html=str(given.get("body") or ""),
        author=call.principal.user or 1,
        locale=locale,
        draft=bool(given.get("draft", False)),
        **_changes(call, given),
    )
    for row in given.get("translations") or ():
        call.account.desk.knowledge.put_translation(
            made.number,
            _word(row.get("locale"), call),
            title=str(row.get("title") or ""),
            html=str(row.get("body") or ""),
            draft=bool(row.get("draft", False)),
            author=call.principal.user or 1,
        )
    return _shown(call, call.account.desk.knowledge.article(made.number) or made, 201)


def _changes(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("promoted", "comments_disabled"):
        if name in given:
            found[name] = bool(given[name])
    if "position" in given:
        found["position"] = integer(given["position"])
    if "label_names" in given:
        found["labels"] = tuple(str(label) for label in given["label_names"] or ())
    if given.get("author_id") is not None:
        found["author"] = ids.USER.number(integer(given["author_id"])) or 1
    if given.get("section_id") is not None:
        folder = call.account.desk.knowledge.folder(ids.FOLDER.number(integer(given["section_id"])) or 0)
        if folder is None or folder.parent is None:
            raise errors.invalid_field("section", "Section: is invalid", "InvalidValue")
        found["folder"] = folder.number
    return found


@routes.on("PUT", f"{_BASE}/articles/{{id}}", resource="hc")
def update_article(call: Call) -> Answer:
    found, given = known(call), call.only("article", call.root("article"), _METADATA)
    return _shown(call, call.account.desk.knowledge.update_article(found.number, **_changes(call, given)))


@routes.on("PUT", f"{_BASE}/articles/{{id}}/source_locale", resource="hc")
def set_source_locale(call: Call) -> Answer:
    found, word = known(call), _word(call.json().get("article_locale"), call)
    if word not in found.translations:
        raise errors.not_found()
    call.account.desk.knowledge.update_article(found.number, source_locale=word)
    return Answer({})


@routes.on("DELETE", f"{_BASE}/articles/{{id}}", resource="hc")
def delete_article(call: Call) -> Answer:
    """Archives: from here on it is a 404, and only the pages of the product bring it back."""
    call.account.desk.knowledge.delete_article(known(call).number)
    return Answer(status=204)


@routes.on("POST", f"{_BASE}/articles/{{id}}/translations", resource="hc")
def create_translation(call: Call) -> Answer:
    found, given = known(call), call.root("translation")
    word = _word(given.get("locale"), call)
    if word in found.translations:
        raise errors.invalid_field("locale", "Locale: has already been taken", "DuplicateValue")
    return _translated(call, found, word, given, 201)


@routes.on("PUT", f"{_BASE}/articles/{{id}}/translations/{{locale!}}", resource="hc")
def update_translation(call: Call) -> Answer:
    found, word = known(call), _word(call.args["locale"], call)
    if word not in found.translations:
        raise errors.not_found()
    return _translated(call, found, word, call.root("translation"), 200)


def _translated(call: Call, found: Article, word: str, given: dict[str, Any], status: int) -> Answer:
    call.account.desk.knowledge.put_translation(
        found.number,
        word,
        title=None if given.get("title") is None else str(given["title"]),
        html=None if given.get("body") is None else str(given["body"]),
        draft=None if given.get("draft") is None else bool(given["draft"]),
        author=call.principal.user or 1,
    )
    article = call.account.desk.knowledge.article(found.number) or found
    rows = help_center.of_article(call, article)
    return Answer({"translation": next(row for row in rows if row["locale"] == help_center.spelt(word))}, status)


@routes.on("DELETE", f"{_BASE}/translations/{{id}}", resource="hc")
def delete_translation(call: Call) -> Answer:
    number = (ids.TRANSLATION.number(call.id()) or 0) // help_center.TRANSLATIONS_EACH
    place = (ids.TRANSLATION.number(call.id()) or 0) % help_center.TRANSLATIONS_EACH
    book = call.account.desk.knowledge
    article, locale = book.article(number // 4), book.locales[min(place, len(book.locales) - 1)]
    if article is None or number % 4 or locale not in article.translations:
        raise errors.not_found()
    if locale == article.source_locale:
        raise errors.invalid_field("locale", "Locale: the source translation cannot be deleted", "InvalidValue")
    book.remove_translation(article.number, locale)
    return Answer(status=204)


@routes.on("POST", f"{_BASE}/articles/{{id}}/up", f"{_BASE}/articles/{{id}}/down", resource="hc")
def vote(call: Call) -> Answer:
    up = call.path.endswith("/up")
    found = call.account.desk.knowledge.vote(known(call).number, up=up)
    return Answer({"vote": {"id": found.number, "value": 1 if up else -1, "item_type": "Article"}})


# -- attachments


@routes.on("POST", f"{_BASE}/articles/{{id}}/attachments", resource="hc")
async def attach(call: Call) -> Answer:
    found = known(call)
    return await _kept(call, found)


@routes.on("POST", f"{_BASE}/articles/attachments", resource="hc")
async def attach_later(call: Call) -> Answer:
    """Belongs to no article yet; purged from time to time."""
    return await _kept(call, None)


async def _kept(call: Call, article: Article | None) -> Answer:
    """multipart/form-data with `file` and `inline`."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield call.body

    if "multipart/form-data" not in call.headers.get("content-type", ""):
        raise errors.missing_parameter("file")
    try:
        form = await MultiPartParser(call.headers, stream()).parse()
    except MultiPartException:
        raise errors.titled(400, "Bad Request", "The multipart body could not be read") from None
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise errors.missing_parameter("file")
    data = await file.read()
    await form.close()
    if not data or len(data) > _LARGEST:
        raise errors.described(422, "AttachmentUnprocessable", "Attachment file could not be processed.")
    made = call.account.desk.files.add(file.filename or "file", file.content_type or "application/octet-stream", data)
    if article is not None:
        made = call.account.desk.files.assign(made.number, article=article.number)
        inline = str(form.get("inline", "false")).lower() == "true"
        name = "inline" if inline else "attachments"
        held = (*getattr(article, name), made.number)
        call.account.desk.knowledge.update_article(article.number, **{name: held})
    return Answer({"article_attachment": help_center.attachment(call, made)}, 201)


@routes.on("DELETE", f"{_BASE}/articles/attachments/{{id}}", resource="hc")
def detach(call: Call) -> Answer:
    found = call.account.desk.files.get(ids.ARTICLE_ATTACHMENT.number(call.id()) or 0)
    if found is None:
        raise errors.not_found()
    call.account.desk.files.delete(found.number)
    return Answer(status=204)

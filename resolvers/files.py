"""Attachments and pictures leave as links of ours, and bodies are cleaned with their pictures pointing to
such links."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs, unquote, urlsplit

from imaging.html import inline_id, sanitise
from models.records import Article, Attachment, Comment, CommentList, Ticket
from resolvers.context import RequestContext
from resolvers.loaders import CommentsAsk, TicketAsk
from resolvers.pictures import Picture, pictures

ALL_COMMENTS = 10_000
ONE_PAGE = 100  # both vendors give a hundred comments in a call


def file_url(file: Attachment, context: RequestContext) -> str:
    return context.files.url(context.scope, file)


def picture_url(picture: Picture, context: RequestContext) -> str:
    return context.files.url(context.scope, picture.file)


def cleaned(
    html: str | None, files: Sequence[Attachment], context: RequestContext, parent: str, helpdesk: str
) -> str | None:
    """Safe HTML of the record `parent`. A picture from elsewhere is dropped: its address would tell on the reader."""
    if html is None:
        return None
    home = urlsplit(context.info(helpdesk).url).netloc

    def link(src: str, alt: str | None) -> str | None:
        file = _file_of(src, files) or _shown(src, files, helpdesk, parent, home)
        return file_url(file, context) if file else None

    return sanitise(html, link)


def _file_of(src: str, files: Sequence[Attachment]) -> Attachment | None:
    """Known by the digest of its address, by its id where that is part of the address (Zendesk articles), or by its
    name where no other file has it (Zendesk comments)."""
    by_last = {file.remote_id.rpartition("/")[2]: file for file in files}
    names = [inline_id(src), *reversed(urlsplit(src).path.split("/"))]
    found = next((by_last[name] for name in names if name in by_last), None)
    same = [file for file in files if file.file_name == _name_in(src)]
    return found or (same[0] if len(same) == 1 else None)


def _shown(src: str, files: Sequence[Attachment], helpdesk: str, parent: str, home: str) -> Attachment | None:
    """One of several files of a name, or a picture on the helpdesk's own host that is no attachment: named by the
    digest of its address. Opening it checks that it is there."""
    name = _name_in(src)
    if urlsplit(src).netloc != home and all(file.file_name != name for file in files):
        return None
    return Attachment(
        helpdesk=helpdesk,
        remote_id=f"{parent}/{inline_id(src)}",
        file_name=name or "picture",
        content_type="application/octet-stream",
        inline=True,
    )


def _name_in(src: str) -> str:
    parts = urlsplit(src)
    named = parse_qs(parts.query).get("name")
    return named[0] if named else unquote(parts.path.rpartition("/")[2])


def has_pictures(html: str | None) -> bool:
    return html is not None and "<img" in html.lower()


async def comments_of(ticket: Ticket, context: RequestContext, up_to: int = ALL_COMMENTS) -> CommentList:
    """At least `up_to`, if there are as many. Whoever asks in one request, the first page is read once, and the rest
    only when it is needed."""
    loader = context.loaders.comments_by_ticket
    nothing = CommentList(items=(), complete=True)
    first = await loader.load(ticket.helpdesk, CommentsAsk(ticket.remote_id, ONE_PAGE), ticket) or nothing
    if first.complete or len(first.items) >= up_to:
        return first
    return await loader.load(ticket.helpdesk, CommentsAsk(ticket.remote_id, ALL_COMMENTS), ticket) or nothing


async def comment_files(comment: Comment, context: RequestContext) -> Sequence[Attachment]:
    if comment.attachments is not None:
        return comment.attachments
    ticket = await context.loaders.ticket_by_id.load(
        comment.helpdesk, TicketAsk(comment.ticket_id, frozenset({"description"}))
    )
    return () if ticket is None else (ticket.attachments or ())


async def comment_html(comment: Comment, context: RequestContext) -> str | None:
    files = await comment_files(comment, context) if has_pictures(comment.body_html) else ()
    return cleaned(comment.body_html, files, context, comment.remote_id, comment.helpdesk)


async def comment_images(comment: Comment, context: RequestContext) -> list[Picture]:
    return pictures(await comment_files(comment, context), comment)


async def ticket_files(ticket: Ticket, context: RequestContext) -> list[tuple[Attachment, Comment]]:
    """The files of all its comments, oldest comment first."""
    listed = await comments_of(ticket, context)
    return [(file, comment) for comment in listed.items for file in await comment_files(comment, context)]


async def article_files(article: Article, context: RequestContext) -> Sequence[Attachment]:
    if article.attachments is not None:
        return article.attachments
    loader = context.loaders.attachments_by_article
    return await loader.load(article.helpdesk, article.remote_id, article) or ()


async def article_images(article: Article, context: RequestContext) -> list[Picture]:
    return pictures(await article_files(article, context), article)

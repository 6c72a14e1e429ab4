"""Attachments and pictures leave as links of ours, and bodies are cleaned with their pictures pointing to
such links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

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
    by_last = {file.remote_id.rpartition("/")[2]: file for file in files}
    home = urlsplit(context.info(helpdesk).url).netloc

    def link(src: str, alt: str | None) -> str | None:
        name = inline_id(src)
        file = by_last.get(name) or _named_in(src, by_last)
        if file is None and urlsplit(src).netloc == home:
            file = _shown(helpdesk, f"{parent}/{name}", src)
        return file_url(file, context) if file else None

    return sanitise(html, link)


def _named_in(src: str, by_last: Mapping[str, Attachment]) -> Attachment | None:
    """Where the helpdesk puts a picture's id into its address."""
    parts = urlsplit(src).path.split("/")
    return next((by_last[part] for part in reversed(parts) if part in by_last), None)


def _shown(helpdesk: str, remote_id: str, src: str) -> Attachment:
    """A picture on the helpdesk's own host, known by its address alone. Opening it checks that it is in the body."""
    name = unquote(urlsplit(src).path.rpartition("/")[2]) or "picture"
    return Attachment(
        helpdesk=helpdesk, remote_id=remote_id, file_name=name, content_type="application/octet-stream", inline=True
    )


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

"""The knowledge base."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models import records
from models.enums import ArticleState, ArticleVisibility
from resolvers import articles, files
from schema.arguments import After, First, paging
from schema.fields import PAGED_FORWARD, Info, answered, asked, computed, linked, owned, plain, shows
from schema.node import Node, Remote
from schema.refs import AgentRef, ArticleConnectionRef, AttachmentRef, FolderRef, HelpdeskRef, ImageRef
from schema.scalars import HTML

OWN_CALL = "Null, with an error beside, when the helpdesk cannot be asked."


@strawberry.type(description="An article in one language.")
class ArticleTranslation:
    locale: str = plain("The language, in the vendor's spelling.")
    title: str = plain("Its title.")
    state: ArticleState = plain("Whether it can be read.")
    outdated: bool = plain("Whether the original changed since.")
    updated_at: datetime | None = plain("When it last changed, where the helpdesk tells.")


@strawberry.type(description="What an article tells search engines (Freshdesk).")
class ArticleSeo:
    title: str | None = plain("The title for search engines.")
    description: str | None = plain("The description for search engines.")
    keywords: list[str] = plain("The keywords.")


@strawberry.type(description="How often an article was read and liked.")
class ArticleStats:
    views: int | None = plain("How often it was read (Freshdesk).")
    upvotes: int | None = plain("How many found it helpful.")
    downvotes: int | None = plain("How many did not.")


@strawberry.federation.type(keys=["id"], description="An article of the knowledge base, in one of its languages.")
@shows(records.Article)
class Article(Node, Remote):
    title: str = plain("Its title, in this language.")
    slug: str | None = plain("Its name in addresses.")
    body_html: HTML | None = answered(
        articles.body_html, f"Its text, sanitised, with pictures as signed links of ours. {OWN_CALL}"
    )
    body_text: str = plain("Its text without markup.")
    state: ArticleState = plain("Whether it can be read.")
    visibility: ArticleVisibility = plain("Who can read it.")
    locale: str = plain("The language shown, in the vendor's spelling.")
    translations: list[ArticleTranslation] | None = answered(
        articles.translations, f"All its languages, its own first. {OWN_CALL}"
    )
    path: list[FolderRef] | None = answered(articles.path, f"The folders it lies in, root first. {OWN_CALL}")
    author: AgentRef | None = linked("Article.author", f"Who wrote it. {OWN_CALL}")
    labels: list[str] = plain("Its labels (Freshdesk tags, Zendesk label names).")
    seo: ArticleSeo | None = computed(articles.seo, "What it tells search engines; null on Zendesk.")
    stats: ArticleStats | None = computed(articles.stats, "How it is received; null where nothing is counted.")
    attachments: list[AttachmentRef] | None = answered(files.article_files, f"Its files. {OWN_CALL}")

    @asked("The beginning of its text, cut between words.")
    def excerpt(
        root: Any,
        max_chars: Annotated[int, strawberry.argument(description="The most characters, 20 to 5000.")] = 200,
    ) -> str:
        return articles.excerpt(root, max_chars)

    @asked(f"Its pictures, attached ones and those shown in the text. {OWN_CALL}")
    async def images(
        root: Any, info: Info, first: Annotated[int, strawberry.argument(description="How many, 1 to 100.")] = 20
    ) -> list[ImageRef] | None:
        return await articles.images(root, info.context, first)


@strawberry.federation.type(
    keys=["id"],
    description="A category (level 0) or a folder in it. Freshdesk: "
    "category, folder, subfolder; Zendesk: category, section, "
    "subsection.",
)
@shows(records.ArticleFolder)
class ArticleFolder(Node):
    helpdesk: HelpdeskRef = owned()
    name: str = plain("Its name.")
    level: int = plain("How deep it lies; 0 is a category.")
    position: int | None = plain("Its place among its siblings, where the helpdesk tells.")
    visibility: ArticleVisibility = plain("Who can see it.")
    description: str | None = plain("What it is about.")
    parent: FolderRef | None = linked("ArticleFolder.parent", f"The folder it lies in; null for a category. {OWN_CALL}")

    @asked("The articles right inside it.", directives=[PAGED_FORWARD])
    async def articles(
        root: Any, info: Info, first: First = 20, after: After = strawberry.UNSET
    ) -> ArticleConnectionRef | None:
        return await articles.articles_in(root, info.context, info._raw_info, paging(first, after))

"""The knowledge base: articles, each of their languages, their labels. Folders are in directory.py."""

from __future__ import annotations

from sqlalchemy import Index

from storage.tables.base import TEXT, big, blob, helpdesk, kept, key, small, table, tenant, text

articles = table(
    "articles",
    tenant(),
    helpdesk(),
    key("num"),
    small("shown", null=False),
    small("lifecycle", null=False),
    small("state", null=False),
    small("visibility", null=False),
    text("locale", null=False),
    text("folder"),
    text("title_key"),
    big("position"),
    big("views"),
    big("created_at"),
    big("updated_at"),
    *kept(),
    blob("card", null=False),
    blob("raw"),
)
"""`locale` is its own language; the others are in article_texts."""

ARTICLE_INDEXES = (
    *(
        Index(
            f"articles_{name}",
            articles.c.tenant,
            articles.c.shown,
            articles.c[name],
            articles.c.helpdesk,
            articles.c.num,
        )
        for name in ("title_key", "created_at", "updated_at", "position", "views")
    ),
    Index("articles_folder", articles.c.tenant, articles.c.helpdesk, articles.c.folder, articles.c.num),
)

article_texts = table(
    "article_texts",
    tenant(),
    helpdesk(),
    key("num"),
    key("locale", TEXT),
    small("own", null=False),
    small("state", null=False),
    small("outdated", null=False),
    text("title", null=False),
    big("updated_at"),
    blob("card"),
)
"""Each language of an article, its own too. `card` is the article in that language, bodies and all; null where only
its title is known."""

article_labels = table("article_labels", tenant(), key("label", TEXT), helpdesk(), key("num"))

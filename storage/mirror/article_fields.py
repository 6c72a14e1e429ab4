"""What a condition means for an article. A locale is one the article is written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from models.conditions import Condition, IdIn, In, Null, Tags, Text, Time
from storage import ranks
from storage.mirror.lowering import (
    Fields,
    Surroundings,
    Words,
    helpdesk_leaf,
    numbered,
    pair_leaf,
    split_tags,
    time_leaf,
)
from storage.mirror.people_fields import SAME, TIMES
from storage.mirror.predicates import Compare, Missing, Test, all_of, any_of, one_of, opposite, there
from storage.mirror.terms import ANYTHING, Leaf, conjunction, exactly
from storage.mirror.texts import text_leaf
from storage.tables.knowledge import article_labels, article_texts


class Written(msgspec.Struct, frozen=True):
    """It is there in this language, in one of these states there."""

    locale: str
    states: tuple[int, ...] | None


def _written(locale: str, states: tuple[int, ...] | None) -> Leaf:
    parts = [one_of("locale", (locale,)), *([] if states is None else [one_of("state", states)])]
    return exactly(there(article_texts, SAME, all_of(parts)))


class ArticleFields(Fields):
    name = "Articles"
    words: ClassVar[Words] = {
        "state": ("state", ranks.ARTICLE_STATE),
        "visibility": ("visibility", ranks.ARTICLE_VISIBILITY),
        "lifecycle": ("lifecycle", ranks.LIFECYCLE),
    }
    nullable: ClassVar[Mapping[str, str]] = {
        **TIMES,
        "title": "title_key",
        "folder": "folder",
        "position": "position",
        "views": "views",
    }

    def leaf(self, test: Any, around: Surroundings) -> Leaf:
        match test:
            case In(field="helpdesk"):
                return helpdesk_leaf(test, around)
            case Written(locale=locale, states=states):
                return _written(locale, states)
            case In(field="locale", values=values):
                return exactly(there(article_texts, SAME, one_of("locale", [value.lower() for value in values])))
            case IdIn(field="id"):
                return pair_leaf(numbered(test, around), "num")
            case IdIn(field="folder", ids=ids):
                return _folder(ids, around)
            case Time(field=field) if field in TIMES:
                return time_leaf(test, TIMES[field])
            case Text(field="title"):
                return text_leaf(test, "title_key", lambda article: article.title)
            case Tags(field="label"):
                return _labels(test)
            case Null(field=field, is_null=is_null) if field in self.nullable:
                return exactly(Missing(self.nullable[field], is_null))
        raise self.refused(test)

    def split(self, test: Condition) -> Sequence[Condition]:
        return split_tags(test) if isinstance(test, Tags) else (test,)


def _folder(ids: Sequence[tuple[str, str]], around: Surroundings) -> Leaf:
    """Folders are known by their text."""
    known = around.tenancy.helpdesks
    pairs = [(known[desk], folder) for desk, folder in ids if desk in known and known[desk] in around.helpdesks]
    tests: list[Test] = [
        all_of([Compare("helpdesk", "eq", desk), Compare("folder", "eq", folder)]) for desk, folder in pairs
    ]
    return exactly(any_of(tests)).found_by(("helpdesk", "folder"), pairs)


def _labels(test: Tags) -> Leaf:
    parts = [_labelled((label,)) for label in dict.fromkeys(test.all_of)]
    if test.any_of:
        parts.append(_labelled(test.any_of))
    if test.none_of:
        parts.append(exactly(opposite(_labelled(test.none_of).maybe)))
    return parts[0] if len(parts) == 1 else conjunction(parts) if parts else ANYTHING


def _labelled(labels: Sequence[str]) -> Leaf:
    leaf = exactly(there(article_labels, SAME, one_of("label", labels)))
    return leaf.found_by(("label",), [(label,) for label in labels], table=article_labels.name, twice=True)


ARTICLE_FIELDS = ArticleFields()

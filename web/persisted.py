"""Automatic persisted queries as Apollo's clients speak them: a hash first, the text only when the hash is unknown."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from cachetools import LRUCache
from graphql import GraphQLError

from execution.limits import RequestRefused
from web.question import Question

KEPT_CHARACTERS: Final = 4_000_000


class PersistedQueries:
    """Texts by their SHA-256, bounded by size. The hash is the text's own, so there is nothing of a tenant's in the
    key."""

    def __init__(self, kept_characters: int = KEPT_CHARACTERS) -> None:
        self._texts: LRUCache[str, str] = LRUCache(kept_characters, getsizeof=lambda text: len(text) + 64)

    def text(self, question: Question) -> str | None:
        """The question's text, its own or a remembered one; raises RequestRefused when the hash is unknown or wrong."""
        asked = (question.extensions or {}).get("persistedQuery")
        if asked is None:
            return question.query
        if not isinstance(asked, dict) or asked.get("version") != 1 or not isinstance(asked.get("sha256Hash"), str):
            raise _refused("`extensions.persistedQuery` must carry version 1 and a sha256Hash.", "BAD_REQUEST")
        claimed = asked["sha256Hash"].lower()
        if question.query is None:
            return self._remembered(claimed)
        if not hmac.compare_digest(hashlib.sha256(question.query.encode()).hexdigest().encode(), claimed.encode()):
            raise _refused("The sha256Hash is not that of the query.", "BAD_REQUEST")
        if len(question.query) + 64 <= self._texts.maxsize:
            self._texts[claimed] = question.query
        return question.query

    def _remembered(self, claimed: str) -> str:
        text = self._texts.get(claimed)
        if text is None:
            # Apollo's clients look for these very words as well as for the code
            raise _refused("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return text


def _refused(message: str, code: str) -> RequestRefused:
    return RequestRefused(GraphQLError(message, extensions={"code": code}))

"""What a caller may see, as conditions: a caller bound to organizations sees what is theirs, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from models.conditions import Condition, Flag, IdIn, In, Not
from models.enums import ArticleState, ArticleVisibility
from models.queries import Scope
from models.records import Article

OPEN = (ArticleVisibility.PUBLIC, ArticleVisibility.SIGNED_IN)
HIDDEN = (ArticleState.DRAFT, ArticleState.ARCHIVED)


def seen_helpdesks(scope: Scope, helpdesks: Sequence[str]) -> tuple[str, ...]:
    """A helpdesk where the caller has no organization shows nothing."""
    if scope.organizations is None:
        return tuple(helpdesks)
    return tuple(helpdesk for helpdesk in helpdesks if scope.bound(helpdesk))


def bound_to(scope: Scope, helpdesks: Sequence[str], field: str) -> tuple[Condition, ...]:
    """`field` is the link to the organization, or `id` for organizations themselves."""
    if scope.organizations is None:
        return ()
    ids = [(helpdesk, one) for helpdesk in helpdesks for one in sorted(scope.bound(helpdesk) or ())]
    return (IdIn(field, tuple(ids)),)


def of_tickets(scope: Scope, helpdesks: Sequence[str]) -> tuple[Condition, ...]:
    return bound_to(scope, helpdesks, "organization")


def of_contacts(scope: Scope, helpdesks: Sequence[str]) -> tuple[Condition, ...]:
    """Whoever works for the helpdesk is in no list of those who ask it."""
    return (*bound_to(scope, helpdesks, "organization"), Not(Flag("staff", True)))


def of_organizations(scope: Scope, helpdesks: Sequence[str]) -> tuple[Condition, ...]:
    return bound_to(scope, helpdesks, "id")


def of_articles(scope: Scope, helpdesks: Sequence[str]) -> tuple[Condition, ...]:
    if scope.organizations is None:
        return ()
    return (In("visibility", tuple(OPEN)), Not(In("state", tuple(HIDDEN))))


def sees_article(scope: Scope, article: Article) -> bool:
    bound = scope.bound(article.helpdesk)
    return bound is None or (bool(bound) and article.visibility in OPEN and article.state not in HIDDEN)

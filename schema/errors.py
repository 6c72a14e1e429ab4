"""What can go wrong, in the caller's words: class → `extensions.code` (on the class itself, models/errors.py) →
`UserErrorCode`, the code of a mutation's `userErrors`. docs/errors.md has a heading for each of them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec
import strawberry

from models import errors
from schema.connection import RemoteError, remote_error
from schema.fields import computed
from schema.scalars import Duration


class UserErrorCode(StrEnum):
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    HELPDESK_REJECTED_US = "HELPDESK_REJECTED_US"
    UNSUPPORTED_BY_HELPDESK = "UNSUPPORTED_BY_HELPDESK"
    LOSSY_MAPPING = "LOSSY_MAPPING"
    CONFLICT = "CONFLICT"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    RATE_LIMITED = "RATE_LIMITED"
    HELPDESK_UNAVAILABLE = "HELPDESK_UNAVAILABLE"
    STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"


DESCRIPTIONS: Mapping[UserErrorCode, str] = {
    UserErrorCode.INVALID: "A value cannot be taken, by us or by the helpdesk; `path` says which.",
    UserErrorCode.NOT_FOUND: "Something the input names is not there.",
    UserErrorCode.NOT_ALLOWED: "The caller, or our credential, may not do this.",
    UserErrorCode.HELPDESK_REJECTED_US: "The helpdesk refused our credential; its operator has to link it again.",
    UserErrorCode.UNSUPPORTED_BY_HELPDESK: "The helpdesk cannot do this; the message names what it can.",
    UserErrorCode.LOSSY_MAPPING: "The helpdesk could only do it by losing meaning. With "
    "`strict: false` it is done, with a "
    "warning.",
    UserErrorCode.CONFLICT: "Somebody else is doing the same; ask again.",
    UserErrorCode.IDEMPOTENCY_MISMATCH: "The idempotency key was used with another input.",
    UserErrorCode.OUTCOME_UNKNOWN: "The call left and its answer never came: it may have "
    "happened. Ask again with the same key.",
    UserErrorCode.RATE_LIMITED: "The helpdesk's rate limit, or our share of it, is used up; see `retryAfter`.",
    UserErrorCode.HELPDESK_UNAVAILABLE: "The helpdesk could not be reached or did not answer properly.",
    UserErrorCode.STORAGE_UNAVAILABLE: "Our own storage cannot be used right now; nothing was done.",
}

strawberry.enum(UserErrorCode, description="Why a mutation did not do what it was asked.")
for _value in UserErrorCode.__strawberry_definition__.values:  # type: ignore[attr-defined]
    _value.description = DESCRIPTIONS[UserErrorCode(_value.value)]

USER_ERROR_CODES: Mapping[type[errors.HelpdeskError], UserErrorCode] = {
    errors.BadInput: UserErrorCode.INVALID,
    errors.NotFound: UserErrorCode.NOT_FOUND,
    errors.Forbidden: UserErrorCode.NOT_ALLOWED,
    errors.Unauthenticated: UserErrorCode.NOT_ALLOWED,
    errors.Conflict: UserErrorCode.CONFLICT,
    errors.IdempotencyMismatch: UserErrorCode.IDEMPOTENCY_MISMATCH,
    errors.Unsupported: UserErrorCode.UNSUPPORTED_BY_HELPDESK,
    errors.LossyMapping: UserErrorCode.LOSSY_MAPPING,
    errors.OutcomeUnknown: UserErrorCode.OUTCOME_UNKNOWN,
    errors.BudgetExhausted: UserErrorCode.RATE_LIMITED,
    errors.RequestTooLarge: UserErrorCode.RATE_LIMITED,
    errors.DeadlineExceeded: UserErrorCode.HELPDESK_UNAVAILABLE,
    errors.Stale: UserErrorCode.HELPDESK_UNAVAILABLE,
    errors.StorageUnavailable: UserErrorCode.STORAGE_UNAVAILABLE,
    errors.CredentialsRejected: UserErrorCode.HELPDESK_REJECTED_US,
    errors.RateLimited: UserErrorCode.RATE_LIMITED,
    errors.Rejected: UserErrorCode.INVALID,
    errors.UpstreamError: UserErrorCode.HELPDESK_UNAVAILABLE,
}
"""The most specific class wins."""


def user_error_code(error: errors.HelpdeskError) -> UserErrorCode:
    return next(USER_ERROR_CODES[cls] for cls in type(error).__mro__ if cls in USER_ERROR_CODES)


class Told(msgspec.Struct, frozen=True):
    """An error as a value: an exception that is given as a field's answer would be raised. `under` is the argument that
    the error's field is part of, if it is no argument itself."""

    error: errors.HelpdeskError
    under: tuple[str, ...] = ("input",)


def told(payload: Any) -> list[Told]:
    return [Told(error) for error in payload.errors]


def told_plainly(payload: Any) -> list[Told]:
    """For mutations that take plain arguments."""
    return [Told(error, ()) for error in payload.errors]


def _path(told: Told) -> list[str] | None:
    field = getattr(told.error, "field", None)
    return [*told.under, *field.split(".")] if field else None


def _remote(told: Told) -> Any:
    return remote_error(told.error) if isinstance(told.error, errors.UpstreamError) else None


@strawberry.type(description="Something the caller can act on. Anything unexpected is in `errors`, masked.")
class UserError:
    code: UserErrorCode = computed(lambda told: user_error_code(told.error), "What kind of problem it is.")
    message: str = computed(lambda told: told.error.message, "What went wrong and what would work, for people.")
    path: list[str] | None = computed(
        _path, 'The argument or input field, like ["input", "subject"]; null when it is about none.'
    )
    helpdesk: str | None = computed(lambda told: told.error.helpdesk, "The helpdesk's key, when it is about one.")
    remote: RemoteError | None = computed(_remote, "What the helpdesk said; null when it said nothing.")
    retryable: bool = computed(
        lambda told: told.error.retryable, "Whether the same input, with the same key, may succeed later."
    )
    retry_after: Duration | None = computed(
        lambda told: told.error.retry_after, "How long to wait before trying again, where known."
    )

"""What can go wrong, as one tree.

    HelpdeskError                 message, helpdesk, retryable
    ├─ BadInput                   the caller's value; field names where
    │  └─ BadCursor               a cursor that is foreign, altered or out of date
    ├─ NotFound                   asked for by a call that needs the record to be there
    ├─ Forbidden                  the principal, or our credential, may not
    ├─ Conflict                   the record moved on, or the key is in flight
    │  └─ IdempotencyMismatch     the same key with another input
    ├─ Unsupported                the helpdesk cannot do this; `nearest` says what it can
    │  └─ LossyMapping            it could only do it by losing meaning
    ├─ OutcomeUnknown             a write left us and its answer never came back
    ├─ BudgetExhausted            our own rate budget cannot serve this in time
    │  └─ RequestTooLarge         one request asked for more calls than one may make
    ├─ DeadlineExceeded           the request ran out of its own time
    ├─ Stale                      our copy is older than the caller takes
    ├─ StorageUnavailable         our own database cannot be used right now
    └─ UpstreamError              the vendor's side; status, vendor request id
       ├─ CredentialsRejected     the operator has to relink
       ├─ RateLimited             retry_after seconds
       ├─ Unavailable             refused, reset, 5xx, circuit open
       ├─ TimedOut                no answer inside the deadline
       ├─ Rejected                a 4xx we did not foresee; the vendor's own words
       └─ Unreadable              an answer we could not read; `where` is the JSON path

The class decides `code`, the public `extensions.code`; docs/errors.md has one heading for each.
"""

from __future__ import annotations

from typing import ClassVar


class HelpdeskError(Exception):
    """Anything we can explain to a caller. `message` is written for them: no secret, no URL, no Python."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        helpdesk: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.helpdesk = helpdesk
        self.retry_after = retry_after

    def at(self, helpdesk: str) -> HelpdeskError:
        """The same error, naming the helpdesk it came from, unless it already names one."""
        self.helpdesk = self.helpdesk or helpdesk
        return self


class BadInput(HelpdeskError):
    """The caller sent a value we cannot take; `field` is the argument path in GraphQL spelling."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, *, field: str | None = None, helpdesk: str | None = None) -> None:
        super().__init__(message, helpdesk=helpdesk)
        self.field = field


class BadCursor(BadInput):
    code = "BAD_CURSOR"


class NotFound(HelpdeskError):
    code = "BAD_USER_INPUT"


class Forbidden(HelpdeskError):
    code = "FORBIDDEN"


class Unauthenticated(HelpdeskError):
    """The caller's own credential is missing or wrong; never a vendor's refusal of ours."""

    code = "UNAUTHENTICATED"


class Conflict(HelpdeskError):
    code = "BAD_USER_INPUT"
    retryable = True


class IdempotencyMismatch(Conflict):
    retryable = False


class Unsupported(HelpdeskError):
    """`nearest` is the closest form that works, in the caller's words."""

    code = "UNSUPPORTED_BY_HELPDESK"

    def __init__(
        self, message: str, *, nearest: str | None = None, field: str | None = None, helpdesk: str | None = None
    ) -> None:
        super().__init__(f"{message} {nearest}" if nearest else message, helpdesk=helpdesk)
        self.nearest = nearest
        self.field = field


class LossyMapping(Unsupported):
    """A write the helpdesk could only take by losing meaning."""


class OutcomeUnknown(HelpdeskError):
    """The write may or may not have happened; it is never sent again blindly."""

    code = "UPSTREAM_TIMEOUT"


class BudgetExhausted(HelpdeskError):
    """Our budget for this account cannot serve the call in time; nothing was sent."""

    code = "RATE_LIMITED"
    retryable = True


class RequestTooLarge(BudgetExhausted):
    """One request wants more calls of a helpdesk than one request may make; asking again is of no use."""

    code = "COST_LIMIT_EXCEEDED"
    retryable = False


class DeadlineExceeded(HelpdeskError):
    code = "DEADLINE_EXCEEDED"
    retryable = True


class Stale(HelpdeskError):
    """Our copy of the helpdesk is older than the caller said it may be, and was not to be refreshed."""

    code = "STALE"
    retryable = True


class StorageUnavailable(HelpdeskError):
    """Our own database is gone, locked, or full. Nothing was lost: what was not stored was not acknowledged."""

    code = "STORAGE_UNAVAILABLE"
    retryable = True


class UpstreamError(HelpdeskError):
    """The vendor's side. `status` is its HTTP status, `vendor_code` its own word, `request_id` its trace id."""

    code = "UPSTREAM_UNAVAILABLE"

    def __init__(
        self,
        message: str,
        *,
        helpdesk: str | None = None,
        status: int | None = None,
        vendor_code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, helpdesk=helpdesk, retry_after=retry_after)
        self.status = status
        self.vendor_code = vendor_code
        self.request_id = request_id


class CredentialsRejected(UpstreamError):
    code = "UPSTREAM_AUTH_FAILED"


class RateLimited(UpstreamError):
    code = "UPSTREAM_RATE_LIMITED"
    retryable = True


class Unavailable(UpstreamError):
    code = "UPSTREAM_UNAVAILABLE"
    retryable = True


class TimedOut(UpstreamError):
    code = "UPSTREAM_TIMEOUT"
    retryable = True


class Rejected(UpstreamError):
    """A 4xx that is not about credentials or limits: the vendor refused what we sent. `fields` are its complaints."""

    code = "UPSTREAM_UNAVAILABLE"

    def __init__(self, message: str, *, fields: tuple[tuple[str, str], ...] = (), **kw: object) -> None:
        super().__init__(message, **kw)  # type: ignore[arg-type]
        self.fields = fields


class Unreadable(UpstreamError):
    """The answer was not what the vendor documents; `where` is the JSON path the mapping could not read."""

    code = "UPSTREAM_UNREADABLE"
    retryable = True

    def __init__(self, message: str, *, where: str | None = None, **kw: object) -> None:
        super().__init__(message, **kw)  # type: ignore[arg-type]
        self.where = where

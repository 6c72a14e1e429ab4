"""What an outcome means: one table from wire faults and statuses to our errors, and what may be asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.errors import (
    CredentialsRejected,
    DeadlineExceeded,
    HelpdeskError,
    OutcomeUnknown,
    RateLimited,
    TimedOut,
    Unavailable,
    Unreadable,
)
from providers.upstream.call import Answer, Call
from providers.upstream.transport import Fault
from providers.upstream.wire import Reply

Classify = Callable[[Answer], HelpdeskError | None]

_NO_ANSWER = {
    Fault.NOT_CONNECTED: (Unavailable, "The helpdesk could not be reached."),
    Fault.TIMED_OUT: (TimedOut, "The helpdesk did not answer in time."),
    Fault.BROKEN: (Unavailable, "The connection to the helpdesk broke before its answer was complete."),
    Fault.TOO_LARGE: (Unreadable, "The helpdesk's answer is larger than we accept."),
    Fault.GARBLED: (Unreadable, "The helpdesk's answer is compressed in a way we cannot undo, or cut short."),
}


def failed(reply: Reply) -> bool:
    """The helpdesk itself did badly: for its circuit, and for asking again."""
    if reply.fault is not None:
        return reply.fault.fault in (Fault.NOT_CONNECTED, Fault.TIMED_OUT, Fault.BROKEN)
    return reply.status is not None and reply.status >= 500


def repeatable(call: Call, reply: Reply) -> bool:
    """May the same call be sent again after this? Not when the first copy may have done something."""
    if reply.fault is not None and not reply.fault.sent:
        return True
    return call.repeatable and failed(reply) and reply.status != 501


def error_of(call: Call, reply: Reply, helpdesk: str, request_id: str | None, *, cut: bool) -> HelpdeskError | None:
    """The error for everything but an answer worth reading; a 4xx is left to the vendor's own table.

    `cut` says that the caller's deadline, not ours, ended the wait.
    """
    if _lost(call, reply):
        return OutcomeUnknown(
            "The helpdesk did not say whether this was carried out. It is not sent again: look before you repeat it.",
            helpdesk=helpdesk,
        )
    if reply.fault is not None and reply.status not in (401, 429):
        if cut and reply.fault.cause == "Total":
            return DeadlineExceeded(
                "The time for this request ran out while the helpdesk was answering.", helpdesk=helpdesk
            )
        kind, message = _NO_ANSWER[reply.fault.fault]
        return kind(message, helpdesk=helpdesk, status=reply.status)
    return _of_status(reply.status or 0, helpdesk, request_id)


def _lost(call: Call, reply: Reply) -> bool:
    if not call.decisive:
        return False
    refused = reply.status is not None and 400 <= reply.status < 500
    if reply.fault is not None:
        return reply.fault.sent and not refused
    return reply.status is not None and reply.status >= 500


def _of_status(status: int, helpdesk: str, request_id: str | None) -> HelpdeskError | None:
    if status == 401:
        return CredentialsRejected(
            "The helpdesk refused our credentials; link it again or correct them in the settings.",
            helpdesk=helpdesk,
            status=status,
            request_id=request_id,
        )
    if status == 429:
        return RateLimited("The helpdesk asked us to wait.", helpdesk=helpdesk, status=status, request_id=request_id)
    if status >= 500:
        return Unavailable(
            f"The helpdesk answered with an error of its own ({status}).",
            helpdesk=helpdesk,
            status=status,
            request_id=request_id,
        )
    if status < 200 or 300 <= status < 400:
        return Unreadable(
            f"The helpdesk answered with a redirect or an empty status ({status}); check its domain.",
            helpdesk=helpdesk,
            status=status,
            request_id=request_id,
        )
    return None


def plain_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}

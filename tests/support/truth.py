"""What is really on a helpdesk, in this API's words: the sandbox's own records, with each vendor's ids.

Written by hand after docs/mapping, and after what the faces say of themselves: it shares nothing with the clients.
"""

from __future__ import annotations

from typing import Protocol

from models.enums import Channel, TicketPriority, TicketStatus, TicketType
from providers.freshdesk.simulator import words as freshdesk_words
from providers.freshdesk.simulator.ids import Base
from providers.zendesk.simulator import fields as zendesk_fields
from providers.zendesk.simulator import ids as zendesk
from sandbox.desk import Desk
from sandbox.records import Ticket

PRIORITY = {
    "low": TicketPriority.LOW,
    "normal": TicketPriority.NORMAL,
    "high": TicketPriority.HIGH,
    "urgent": TicketPriority.URGENT,
}
STATUS = {
    "new": TicketStatus.NEW,
    "open": TicketStatus.OPEN,
    "pending": TicketStatus.PENDING,
    "hold": TicketStatus.ON_HOLD,
    "solved": TicketStatus.RESOLVED,
    "closed": TicketStatus.CLOSED,
}


class Truth(Protocol):
    desk: Desk

    def user(self, number: int) -> str: ...
    def organization(self, number: int) -> str: ...
    def group(self, number: int) -> str: ...
    def product(self, number: int) -> str: ...
    def article(self, number: int) -> str: ...
    def status(self, ticket: Ticket) -> TicketStatus: ...
    def priority(self, ticket: Ticket) -> TicketPriority: ...
    def type(self, ticket: Ticket) -> TicketType: ...
    def channel(self, ticket: Ticket) -> Channel: ...
    def tags(self, ticket: Ticket) -> list[str]: ...


class FreshdeskTruth:
    """An account without the statuses `new` and `on hold`, where everything has a priority."""

    _STATUS = STATUS | {"new": TicketStatus.OPEN}
    _OWN = {
        "waiting_on_customer": TicketStatus.PENDING,
        "waiting_on_third_party": TicketStatus.ON_HOLD,
        "escalated": TicketStatus.OPEN,
        "in_repair": TicketStatus.UNKNOWN,
        "rueckruf": TicketStatus.UNKNOWN,
        "refunded": TicketStatus.UNKNOWN,
    }
    _TYPE = {
        "question": TicketType.QUESTION,
        "incident": TicketType.INCIDENT,
        "problem": TicketType.PROBLEM,
        "feature_request": TicketType.FEATURE_REQUEST,
        "refund": TicketType.REFUND,
        "task": TicketType.OTHER,
        None: TicketType.NONE,
    }
    _CHANNEL = {
        1: Channel.EMAIL,
        2: Channel.PORTAL,
        3: Channel.PHONE,
        4: Channel.FORUM,
        5: Channel.X,
        6: Channel.FACEBOOK,
        7: Channel.CHAT,
        8: Channel.MOBILE,
        9: Channel.WIDGET,
        10: Channel.EMAIL_OUTBOUND,
        11: Channel.ECOMMERCE,
        12: Channel.BOT,
        13: Channel.WHATSAPP,
        14: Channel.INTERNAL,
        15: Channel.CHAT,
        19: Channel.FACEBOOK,
        20: Channel.FACEBOOK,
        25: Channel.UNKNOWN,
        101: Channel.UNKNOWN,
    }

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def user(self, number: int) -> str:
        return str(Base.USER.id(number))

    def organization(self, number: int) -> str:
        return str(Base.COMPANY.id(number))

    def group(self, number: int) -> str:
        return str(Base.GROUP.id(number))

    def product(self, number: int) -> str:
        return str(Base.PRODUCT.id(number))

    def article(self, number: int) -> str:
        return str(Base.ARTICLE.id(number))

    def status(self, ticket: Ticket) -> TicketStatus:
        return self._OWN.get(ticket.custom_status) or self._STATUS[ticket.custom_status]

    def priority(self, ticket: Ticket) -> TicketPriority:
        return PRIORITY[ticket.priority or "low"]

    def type(self, ticket: Ticket) -> TicketType:
        return self._TYPE[ticket.kind]

    def channel(self, ticket: Ticket) -> Channel:
        return self._CHANNEL[freshdesk_words.source(ticket, None)]

    def tags(self, ticket: Ticket) -> list[str]:
        return list(ticket.tags)


class ZendeskTruth:
    """Kinds of its own it has four; own statuses belong to a category; fields leave tags."""

    _TYPE = {
        "question": TicketType.QUESTION,
        "incident": TicketType.INCIDENT,
        "problem": TicketType.PROBLEM,
        "task": TicketType.TASK,
    }
    _CHANNEL = {
        "email": (Channel.EMAIL,) * 19 + (Channel.MOBILE,),
        "web": (Channel.WEB_FORM,) * 9 + (Channel.PORTAL,),
        "api": (
            Channel.API,
            Channel.API,
            Channel.AUTOMATION,
            Channel.AUTOMATION,
            Channel.INTERNAL,
            Channel.OTHER,
            Channel.SMS,
        ),
        "phone": (Channel.PHONE,),
        "chat": (Channel.CHAT,),
        "messaging": (Channel.CHAT,),
        "twitter": (Channel.X,),
        "facebook": (Channel.FACEBOOK,),
        "whatsapp": (Channel.WHATSAPP,),
        "widget": (Channel.WIDGET, Channel.OTHER),
    }
    """By turns, as the tickets the account began with came; what was written since came by the first."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def user(self, number: int) -> str:
        return str(zendesk.USER.id(number))

    def organization(self, number: int) -> str:
        return str(zendesk.ORGANIZATION.id(number))

    def group(self, number: int) -> str:
        return str(zendesk.GROUP.id(number))

    def product(self, number: int) -> str:
        return str(zendesk.BRAND.id(number))

    def article(self, number: int) -> str:
        return str(zendesk.ARTICLE.id(number))

    def status(self, ticket: Ticket) -> TicketStatus:
        return STATUS[ticket.status]

    def priority(self, ticket: Ticket) -> TicketPriority:
        return PRIORITY[ticket.priority] if ticket.priority else TicketPriority.NONE

    def type(self, ticket: Ticket) -> TicketType:
        return self._TYPE.get(ticket.kind or "", TicketType.NONE)

    def channel(self, ticket: Ticket) -> Channel:
        among = self._CHANNEL[ticket.channel]
        return among[ticket.number % len(among)]

    def tags(self, ticket: Ticket) -> list[str]:
        shown = [*ticket.tags, *zendesk_fields.tags(self.desk.forms.fields(), ticket.fields)]
        return list(dict.fromkeys(shown))


def truth_of(desk: Desk) -> Truth:
    return FreshdeskTruth(desk) if desk.name == "freshdesk" else ZendeskTruth(desk)

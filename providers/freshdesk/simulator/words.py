"""The company's words as Freshdesk's numbers and labels, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.records import Channel, Kind, Priority, StatusDefinition, Ticket

if TYPE_CHECKING:
    from sandbox.forms import Forms

PRIORITIES: dict[Priority, int] = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
PRIORITY_WORDS: dict[int, Priority] = {value: word for word, value in PRIORITIES.items()}
TYPES: dict[Kind, str] = {
    "question": "Question",
    "incident": "Incident",
    "problem": "Problem",
    "feature_request": "Feature Request",
    "refund": "Refund",
    "task": "Onboarding task",
}
"""The last one is the account's own."""
TYPE_WORDS: dict[str, Kind] = {label: word for word, label in TYPES.items()}

_FIXED = {"new": 2, "open": 2, "pending": 3, "solved": 4, "closed": 5, "hold": 7}
_EXTRA = {"waiting_on_customer": 6, "waiting_on_third_party": 7}
_LABELS = {
    2: ("Open", "Being Processed"),
    3: ("Pending", "Awaiting your Reply"),
    4: ("Resolved", "This ticket has been Resolved"),
    5: ("Closed", "This ticket has been Closed"),
}


class Statuses:
    """2 to 5 are the product's, 6 and 7 came with the account, its own ones follow (reference, 'Ticket fields').

    Freshdesk knows neither `new` nor `on hold`: such tickets are open, or wait for a third party.
    """

    def __init__(self, forms: Forms) -> None:
        self.numbers: dict[str, int] = {}
        self.keys: dict[int, str] = {2: "open", 3: "pending", 4: "solved", 5: "closed"}
        self.choices: dict[int, tuple[str, str]] = dict(_LABELS)
        following = 8
        for status in sorted(forms.statuses(), key=lambda status: _EXTRA.get(status.key, 99)):
            known = _FIXED.get(status.key) if status.default else _EXTRA.get(status.key)
            if known is None:
                known, following = following, following + 1
            self._learn(status, known)
        self.choices = dict(sorted(self.choices.items()))

    def _learn(self, status: StatusDefinition, known: int) -> None:
        self.numbers[status.key] = known
        self.keys.setdefault(known, status.key)
        if not status.default:
            self.choices.setdefault(known, (status.label, status.label_for_people))

    def of(self, ticket: Ticket) -> int:
        return self.numbers.get(ticket.custom_status, 2)

    def order(self) -> tuple[tuple[str, ...], ...]:
        """Groups of the company's statuses, by number."""
        groups: dict[int, list[str]] = {}
        for key, known in self.numbers.items():
            groups.setdefault(known, []).append(key)
        return tuple(tuple(groups[known]) for known in sorted(groups))

    def words(self, known: int) -> frozenset[str]:
        return frozenset(key for key, value in self.numbers.items() if value == known)


SOURCES: dict[str, int] = {
    "Email": 1, "Portal": 2, "Phone": 3, "Forum": 4, "Twitter": 5, "Facebook": 6, "Chat": 7, "MobiHelp": 8,
    "Feedback Widget": 9, "Outbound Email": 10, "Ecommerce": 11, "Bot": 12, "Whatsapp": 13, "Chat - Internal Task": 14,
}  # fmt: skip
"""As `ticket_fields` lists them; more are met on tickets (Zammad recording of 2023)."""
WRITABLE_SOURCES = (1, 2, 3, 7, 9, 10)
WEB_CHAT = 15
UNDOCUMENTED = 25
_RARE: dict[Channel, tuple[int, ...]] = {
    "email": (1,) * 30 + (10,),
    "web": (2,) * 10 + (4, 8),
    "api": (2, 2, 11, 12, 14, 101),
    "phone": (3,),
    "chat": (7, WEB_CHAT),
    "messaging": (19, 20, 14, UNDOCUMENTED),
    "twitter": (5,),
    "facebook": (6, 6, 19, 20),
    "whatsapp": (13,),
    "widget": (9,),
}
CHANNELS: dict[int, Channel] = {1: "email", 2: "web", 3: "phone", 7: "chat", 9: "widget", 10: "email"}


def source(ticket: Ticket, written: int | None) -> int:
    """Sources 15, 19 and 20 are seen but undocumented (chatwoot PR 15261); 25 stands for one nobody has told of."""
    if written is not None:
        return written
    among = _RARE[ticket.channel]
    return among[ticket.number % len(among)]


_LANGUAGES = {"pt-br": "pt-BR", "ja": "ja-JP", "ru": "ru-RU"}
_LOCALES = {language: locale for locale, language in _LANGUAGES.items()}


def language(locale: str) -> str:
    return _LANGUAGES.get(locale, locale)


def locale(spoken: str) -> str:
    return _LOCALES.get(spoken, spoken)

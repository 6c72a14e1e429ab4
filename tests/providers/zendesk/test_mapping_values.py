"""Every word of every vendor enum, and one never seen before; and the page that shows the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.enums import (
    AgentRole,
    Channel,
    CustomFieldKind,
    ScanState,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from providers.zendesk import mapping_values as values

PAGE = Path(__file__).parents[3] / "docs" / "mapping" / "zendesk.md"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("new", TicketStatus.NEW),
        ("open", TicketStatus.OPEN),
        ("pending", TicketStatus.PENDING),
        ("hold", TicketStatus.ON_HOLD),
        ("solved", TicketStatus.RESOLVED),
        ("closed", TicketStatus.CLOSED),
        ("deleted", TicketStatus.UNKNOWN),
        ("parked", TicketStatus.UNKNOWN),
        (None, TicketStatus.UNKNOWN),
    ],
)
def test_status(word: str | None, expected: TicketStatus) -> None:
    assert values.status(word) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("urgent", TicketPriority.URGENT),
        ("high", TicketPriority.HIGH),
        ("normal", TicketPriority.NORMAL),
        ("low", TicketPriority.LOW),
        (None, TicketPriority.NONE),
        ("critical", TicketPriority.UNKNOWN),
    ],
)
def test_priority(word: str | None, expected: TicketPriority) -> None:
    assert values.priority(word) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("question", TicketType.QUESTION),
        ("incident", TicketType.INCIDENT),
        ("problem", TicketType.PROBLEM),
        ("task", TicketType.TASK),
        (None, TicketType.NONE),
        ("quest", TicketType.OTHER),
    ],
)
def test_type(word: str | None, expected: TicketType) -> None:
    assert values.type_(word) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("email", Channel.EMAIL),
        ("mail", Channel.EMAIL),
        ("web", Channel.WEB_FORM),
        ("web_widget", Channel.WIDGET),
        ("help_center", Channel.PORTAL),
        ("voice", Channel.PHONE),
        ("voicemail", Channel.VOICEMAIL),
        ("native_messaging", Channel.CHAT),
        ("sms", Channel.SMS),
        ("whatsapp", Channel.WHATSAPP),
        ("facebook", Channel.FACEBOOK),
        ("instagram_dm", Channel.INSTAGRAM),
        ("twitter", Channel.X),
        ("forum", Channel.FORUM),
        ("mobile", Channel.MOBILE),
        ("api", Channel.API),
        ("answer_bot", Channel.BOT),
        ("side_conversation", Channel.INTERNAL),
        ("rule", Channel.AUTOMATION),
        ("system", Channel.AUTOMATION),
        ("import", Channel.IMPORT),
        ("any_channel", Channel.OTHER),
        ("pigeon", Channel.OTHER),
        (None, Channel.UNKNOWN),
    ],
)
def test_channel(word: str | None, expected: Channel) -> None:
    assert values.channel(word) is expected


@pytest.mark.parametrize(
    ("sent", "word"),
    [("mail", "mail"), (4, "mail"), ("4", "mail"), (8, "rule"), (999, "999"), ("Web", "web"), ("", None), (None, None)],
)
def test_a_channel_may_be_a_number(sent: str | int | None, word: str | None) -> None:
    assert values.channel_word(sent) == word


def test_every_numbered_channel_has_a_meaning() -> None:
    assert all(word in values.CHANNEL for word in values.VIA_IDS.values())


@pytest.mark.parametrize(
    ("role", "role_type", "expected"),
    [
        ("agent", None, AgentRole.AGENT),
        ("agent", 0, AgentRole.AGENT),
        ("agent", 1, AgentRole.LIGHT_AGENT),
        ("agent", 3, AgentRole.LIGHT_AGENT),
        ("admin", 4, AgentRole.ADMIN),
        ("owner", None, AgentRole.UNKNOWN),
        (None, None, AgentRole.UNKNOWN),
    ],
)
def test_role(role: str | None, role_type: int | None, expected: AgentRole) -> None:
    assert values.role(role, role_type) is expected


def test_field_kinds() -> None:
    assert values.FIELD_KIND["tagger"] is CustomFieldKind.CHOICE
    assert values.FIELD_KIND["partialcreditcard"] is CustomFieldKind.OTHER
    assert set(values.FIELD_KIND).isdisjoint(values.SYSTEM_FIELDS)


def test_scan_states() -> None:
    assert values.SCAN["malware_found"] is ScanState.BLOCKED
    assert values.SCAN["malware_not_found"] is ScanState.CLEAN


@pytest.mark.parametrize(
    "table",
    [values.STATUS, values.PRIORITY, values.TYPE, values.CHANNEL, values.FIELD_KIND, values.SCAN],
    ids=["status", "priority", "type", "channel", "field", "scan"],
)
def test_the_page_shows_every_value_with_its_meaning(table: dict[str, str]) -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    for word, meaning in table.items():
        shown = [line for line in lines if line.startswith("|") and f"`{word}`" in line and f" {meaning} |" in line]
        assert shown, f"docs/mapping/zendesk.md does not say that {word!r} is {meaning}"


def test_the_page_shows_every_channel_number() -> None:
    text = PAGE.read_text("utf-8")
    assert all(f"| `{number}` | `{word}` |" in text for number, word in values.VIA_IDS.items())

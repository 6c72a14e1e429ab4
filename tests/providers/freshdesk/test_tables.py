"""Every value of every vendor enum, and one never seen before; docs/mapping/freshdesk.md holds them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.enums import ArticleState, ArticleVisibility, Channel, Provenance, TicketPriority, TicketStatus, TicketType
from providers.freshdesk import tables
from providers.freshdesk.mapping_fields import KIND

PAGE = (Path(__file__).parents[3] / "docs/mapping/freshdesk.md").read_text()


@pytest.mark.parametrize(
    ("code", "label", "category", "provenance"),
    [
        (2, "Offen", TicketStatus.OPEN, Provenance.EXACT),
        (3, "Anything", TicketStatus.PENDING, Provenance.EXACT),
        (4, None, TicketStatus.RESOLVED, Provenance.EXACT),
        (5, "Closed", TicketStatus.CLOSED, Provenance.EXACT),
        (6, "Waiting on Customer", TicketStatus.PENDING, Provenance.CONFIGURED),
        (7, "Waiting on Third Party", TicketStatus.ON_HOLD, Provenance.CONFIGURED),
        (6, "In progress", TicketStatus.OPEN, Provenance.INFERRED),
        (7, "Fixed in next release", TicketStatus.RESOLVED, Provenance.INFERRED),
        (8, "On hold", TicketStatus.ON_HOLD, Provenance.INFERRED),
        (9, "Cancelled", TicketStatus.CLOSED, Provenance.INFERRED),
        (10, "New arrival", TicketStatus.NEW, Provenance.INFERRED),
        (11, "Awaiting reply", TicketStatus.PENDING, Provenance.INFERRED),
        (12, "Not resolved", TicketStatus.UNKNOWN, Provenance.UNMAPPED),
        (13, "Zebra", TicketStatus.UNKNOWN, Provenance.UNMAPPED),
        (6, None, TicketStatus.UNKNOWN, Provenance.UNMAPPED),
        (7, None, TicketStatus.UNKNOWN, Provenance.UNMAPPED),
        (999, None, TicketStatus.UNKNOWN, Provenance.UNMAPPED),
    ],
)
def test_a_status_is_known_by_its_id_else_by_its_label(code, label, category, provenance):
    found = tables.status(code, label)
    assert (found.category, found.provenance, found.value) == (category, provenance, str(code))
    assert found.label == (label or {4: "Resolved"}.get(code, str(code)))


@pytest.mark.parametrize(
    ("code", "expected", "label"),
    [
        (1, TicketPriority.LOW, "Low"),
        (2, TicketPriority.NORMAL, "Medium"),
        (3, TicketPriority.HIGH, "High"),
        (4, TicketPriority.URGENT, "Urgent"),
        (5, TicketPriority.UNKNOWN, None),
    ],
)
def test_priorities(code, expected, label):
    found, native = tables.priority(code)
    assert (found, native.value, native.label) == (expected, str(code), label)


def test_no_priority_is_none():
    assert tables.priority(None) == (TicketPriority.NONE, None)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Question", TicketType.QUESTION),
        ("Incident", TicketType.INCIDENT),
        ("problem", TicketType.PROBLEM),
        ("Task", TicketType.TASK),
        ("Feature Request", TicketType.FEATURE_REQUEST),
        ("Refund", TicketType.REFUND),
        ("Lead", TicketType.OTHER),
        ("Something new", TicketType.OTHER),
        (None, TicketType.NONE),
        ("", TicketType.NONE),
    ],
)
def test_types(label, expected):
    found, native = tables.type_of(label)
    assert found is expected
    assert (native.value if native else None) == (label or None)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (1, Channel.EMAIL),
        (2, Channel.PORTAL),
        (3, Channel.PHONE),
        (4, Channel.FORUM),
        (5, Channel.X),
        (6, Channel.FACEBOOK),
        (7, Channel.CHAT),
        (8, Channel.MOBILE),
        (9, Channel.WIDGET),
        (10, Channel.EMAIL_OUTBOUND),
        (11, Channel.ECOMMERCE),
        (12, Channel.BOT),
        (13, Channel.WHATSAPP),
        (14, Channel.INTERNAL),
        (15, Channel.CHAT),
        (16, Channel.UNKNOWN),
        (19, Channel.FACEBOOK),
        (20, Channel.FACEBOOK),
        (101, Channel.UNKNOWN),
    ],
)
def test_sources(code, expected):
    found, native = tables.channel(code)
    assert (found, native.value) == (expected, str(code))


def test_a_source_the_account_named_is_other_and_keeps_its_name():
    found, native = tables.channel(101, "Kiosk")
    assert (found, native.value, native.label) == (Channel.OTHER, "101", "Kiosk")
    assert tables.channel(None) == (Channel.UNKNOWN, None)


@pytest.mark.parametrize(
    ("source", "private", "expected"),
    [
        (0, False, Channel.EMAIL),
        (2, True, Channel.INTERNAL),
        (2, False, Channel.PORTAL),
        (5, False, Channel.X),
        (6, False, Channel.OTHER),
        (7, False, Channel.FACEBOOK),
        (8, False, Channel.EMAIL),
        (9, False, Channel.PHONE),
        (10, False, Channel.MOBILE),
        (11, False, Channel.ECOMMERCE),
        (99, False, Channel.UNKNOWN),
        (None, False, Channel.UNKNOWN),
    ],
)
def test_sources_of_messages(source, private, expected):
    assert tables.message_channel(source, private) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (1, ArticleVisibility.PUBLIC),
        (2, ArticleVisibility.SIGNED_IN),
        (3, ArticleVisibility.AGENTS),
        (4, ArticleVisibility.RESTRICTED),
        (5, ArticleVisibility.RESTRICTED),
        (6, ArticleVisibility.RESTRICTED),
        (7, ArticleVisibility.RESTRICTED),
        (8, ArticleVisibility.RESTRICTED),
        (None, ArticleVisibility.RESTRICTED),
    ],
)
def test_folder_visibility_never_widens(code, expected):
    assert tables.visibility(code) is expected


def test_article_states():
    assert [tables.article_state(code) for code in (1, 2, 3, None)] == [
        ArticleState.DRAFT,
        ArticleState.PUBLISHED,
        ArticleState.DRAFT,
        ArticleState.DRAFT,
    ]


def _documented(heading: str) -> list[tuple[str, ...]]:
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip() for line in section.splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line[1:-1].split("|")) for line in lines[2:]]


def test_the_page_holds_every_status():
    rows = _documented("Status")
    for code, category in tables.STATUS.items():
        assert (str(code), tables.STATUS_LABEL[code], category.value, "EXACT") in rows
    for code, (label, category) in tables.SHIPPED_STATUS.items():
        assert (str(code), label.capitalize(), category.value, "CONFIGURED") in [
            (one[0], one[1].capitalize(), *one[2:]) for one in rows
        ]


def test_the_page_holds_every_word_of_a_status():
    rows = dict(_documented("Status by its label"))
    assert rows == {category.value: ", ".join(words) for category, words in tables.STATUS_WORDS}


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Priority", {(str(c), tables.PRIORITY_LABEL[c], v.value) for c, v in tables.PRIORITY.items()}),
        ("Type", {(label, v.value) for label, v in tables.TYPE.items()}),
        (
            "Source and channel",
            {
                (str(c), tables.SOURCE_LABEL[c], v.value, "yes" if tables.WRITABLE_SOURCE.get(v) == c else "")
                for c, v in tables.SOURCE.items()
            },
        ),
        ("Folder visibility", {(str(c), v.value) for c, v in tables.FOLDER_VISIBILITY.items()}),
        ("Article status", {(str(c), v.value) for c, v in tables.ARTICLE_STATUS.items()}),
        ("Agent type", {(c, v.value) for c, v in tables.AGENT_TYPE.items()}),
        ("Ticket field type", {(c, v.value) for c, v in KIND.items()}),
    ],
)
def test_the_page_holds_every_row_of_the_table(heading, expected):
    """A table may have a further column of remarks, and rows for what is not in it."""
    width = len(next(iter(expected)))
    assert expected <= {row[:width] for row in _documented(heading)}


def test_the_page_holds_every_source_of_a_message():
    rows = {row[0]: row[2] for row in _documented("Message source")}
    expected = {str(code): channel.value for code, channel in tables.MESSAGE_SOURCE.items() if code != tables.NOTE}
    assert expected.items() <= rows.items()
    assert rows["2, private"] == Channel.INTERNAL.value
    assert rows["2, public"] == Channel.PORTAL.value

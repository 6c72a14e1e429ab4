"""A filter as it is written, and what cannot be meant: refused by the input's path, with the remedy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from models import ids
from models.conditions import (
    All,
    AnyOf,
    Condition,
    Custom,
    Flag,
    IdIn,
    In,
    Not,
    Null,
    Number,
    Related,
    Tags,
    Text,
    Time,
    Within,
)
from models.enums import Kind, SyncKind, TicketStatus
from models.queries import TimeRange
from tests.resolvers.desk import make_context, two_desks
from tests.resolvers.desk_copy import DeskCopy, SetStates
from tests.schema.asking import ask

AT = datetime(2026, 1, 1, tzinfo=UTC)
T = '"2026-01-01T00:00:00Z"'
LATER = '"2026-01-02T00:00:00Z"'
GROUP = ids.encode(Kind.GROUP, "fd", "7")
OTHER = ids.encode(Kind.GROUP, "zd", "8")
CONTACT = ids.encode(Kind.CONTACT, "fd", "1")
COMPANY = ids.encode(Kind.ORGANIZATION, "fd", "4")
KINDS = tuple(SyncKind)


async def asked(list_: str, arguments: str) -> tuple[Any, list[tuple[str, str]]]:
    """The query that the copy was given, and the errors: code and message."""
    desks = two_desks()
    copy = DeskCopy(desks)
    context = make_context(desks, mirror=copy, states=SetStates(*KINDS, helpdesks=["fd", "zd"]))
    answer = await ask(desks, f"{{ {list_}({arguments}) {{ nodes {{ id }} }} }}", context=context)
    codes = [code for _, code in (*answer.errors, *answer.partial)]
    queries = [detail[1] for detail in copy.asked(list_)]
    return (queries[0] if queries else None), list(zip(codes, answer.messages, strict=True))


async def where(list_: str, filter_: str) -> Condition | None:
    query, errors = await asked(list_, f"filter: {filter_}")
    assert errors == []
    found: Condition | None = query.where
    return found


@pytest.mark.parametrize(
    ("filter_", "tree"),
    [
        ("{}", None),
        ("{subject: {}, createdAt: {}, tags: {}, requester: {}, status: {}}", None),
        ("{status: {in: [OPEN]}}", In("status", (TicketStatus.OPEN,))),
        ("{status: {in: [OPEN], notIn: [NEW]}}", All((In("status", ("OPEN",)), Not(In("status", ("NEW",)))))),
        ("{priority: {gte: HIGH}}", In("priority", ("HIGH", "URGENT"))),
        ("{nativeStatus: {notIn: [\"6\"]}}", Not(In("nativeStatus", ("6",)))),
        ("{number: {in: [\"1\"]}}", In("number", ("1",))),
        ("{hasAttachments: false}", Flag("hasAttachments", False)),
        ("{tags: {all: [\"a\"], any: [\"b\"], none: [\"c\"]}}", Tags("tags", ("a",), ("b",), ("c",))),
        ("{subject: {eq: \"A\", caseSensitive: true}}", Text("subject", "eq", ("A",), True)),
        (
            "{subject: {startsWith: \"A\", contains: \"b\"}}",
            All((Text("subject", "startsWith", ("A",)), Text("subject", "contains", ("b",)))),
        ),
        ("{subject: {in: [\"A\", \"B\"]}}", Text("subject", "in", ("A", "B"))),
        (f"{{dueAt: {{gt: {T}, lte: {LATER}}}}}", Time("dueAt", TimeRange(gt=AT, lte=AT.replace(day=2)))),
        (f"{{createdAt: {{eq: {T}}}}}", Time("createdAt", TimeRange(gte=AT, lte=AT))),
        ("{resolvedAt: {within: \"P7D\"}}", Within("resolvedAt", 7 * 86_400.0)),
        ("{dueAt: {within: \"-PT4H\"}}", Within("dueAt", -4 * 3_600.0)),
        ("{dueAt: {isNull: true}}", Null("dueAt", True)),
        (
            f"{{dueAt: {{isNull: false, lt: {T}}}}}",
            All((Time("dueAt", TimeRange(lt=AT)), Null("dueAt", False))),
        ),
        ("{group: {isNull: true}}", Null("group", True)),
        (f'{{group: {{notIn: ["{GROUP}", "{OTHER}"]}}}}', Not(IdIn("group", (("fd", "7"), ("zd", "8"))))),
        (f'{{requester: {{id: {{in: ["{CONTACT}"]}}}}}}', IdIn("requester", (("fd", "1"),))),
        (
            f'{{requester: {{id: {{notIn: ["{CONTACT}"]}}}}}}',
            All((Null("requester", False), Not(IdIn("requester", (("fd", "1"),))))),
        ),
        (
            f'{{requester: {{id: {{in: ["{CONTACT}"]}}, emailDomain: {{in: ["b.c"]}}}}}}',
            All((IdIn("requester", (("fd", "1"),)), Related("requester", In("emailDomain", ("b.c",))))),
        ),
        (
            f'{{requester: {{organization: {{id: {{in: ["{COMPANY}"]}}}}}}}}',
            Related("requester", IdIn("organization", (("fd", "4"),))),
        ),
        (
            '{requester: {or: [{email: {eq: "a@b.c"}}, {name: {eq: "Ann"}}]}}',
            Related("requester", AnyOf((Text("email", "eq", ("a@b.c",)), Text("name", "eq", ("Ann",))))),
        ),
        ("{requester: {isNull: true}}", Null("requester", True)),
        ("{assignee: {isNull: false, active: true}}",
         All((Related("assignee", Flag("active", True)), Null("assignee", False)))),
        ("{organization: {domain: {in: [\"b.c\"]}}}", Related("organization", In("domain", ("b.c",)))),
        ("{and: [{hasAttachments: true}, {not: {hasAttachments: true}}]}",
         All((Flag("hasAttachments", True), Not(Flag("hasAttachments", True))))),
        ("{or: [{hasAttachments: true}, {tags: {any: [\"x\"]}}]}",
         AnyOf((Flag("hasAttachments", True), Tags("tags", any_of=("x",))))),
        (
            '{customFields: [{key: "cf_text", text: {startsWith: "h"}}, {key: "cf_number", helpdesk: "fd",'
            " number: {gte: 1, lt: 2.5}}]}",
            All((
                Custom("cf_text", Text("text", "startsWith", ("h",))),
                Custom("cf_number", Number("number", gte=1.0, lt=2.5), "fd"),
            )),
        ),
        (
            '{customFields: [{key: "cf_choice", choice: {notIn: ["a"]}}, {key: "cf_on", boolean: true}]}',
            All((Not(Custom("cf_choice", In("choice", ("a",)))), Custom("cf_on", Flag("boolean", True)))),
        ),
        (
            f'{{customFields: [{{key: "cf_date", date: {{gte: {T}}}}}, {{key: "cf_empty", isNull: true}}]}}',
            All((Custom("cf_date", Time("date", TimeRange(gte=AT))), Custom("cf_empty", Null("cf_empty", True)))),
        ),
    ],
)  # fmt: skip
async def test_a_ticket_filter_is_read_as_it_is_written(filter_: str, tree: Condition | None) -> None:
    assert await where("tickets", filter_) == tree


@pytest.mark.parametrize(
    ("list_", "filter_", "tree"),
    [
        ("contacts", '{email: {eq: "a@b.c"}}', Text("email", "eq", ("a@b.c",))),
        ("contacts", "{state: [BLOCKED, VERIFIED]}", In("state", ("BLOCKED", "VERIFIED"))),
        ("contacts", f'{{id: {{in: ["{CONTACT}"]}}}}', IdIn("id", (("fd", "1"),))),
        ("contacts", '{organization: {name: {contains: "x"}}}',
         Related("organization", Text("name", "contains", ("x",)))),
        ("organizations", '{not: {externalId: {in: ["x"]}}}', Not(In("externalId", ("x",)))),
        ("articles", '{label: {all: ["a", "b"]}, title: {contains: "x"}}',
         All((Tags("label", all_of=("a", "b")), Text("title", "contains", ("x",))))),
        ("articles", '{or: [{state: [DRAFT]}, {locale: {in: ["de"]}}]}',
         AnyOf((In("state", ("DRAFT",)), In("locale", ("de",))))),
    ],
)  # fmt: skip
async def test_other_filters_too(list_: str, filter_: str, tree: Condition) -> None:
    assert await where(list_, filter_) == tree


async def test_agents_are_chosen_here() -> None:
    me = ids.encode(Kind.AGENT, "fd", "201")
    for filter_, count in (
        ('{email: {eq: "A201@example.com"}}', 2),
        ('{email: {startsWith: "a20"}, helpdesk: {in: ["fd"]}}', 2),
        ('{email: {eq: "A201@example.com", caseSensitive: true}}', 0),
        (f'{{id: {{in: ["{me}"]}}}}', 1),
        (f'{{id: {{notIn: ["{me}"]}}}}', 3),
        ("{active: false}", 0),
    ):
        answer = await ask(two_desks(), f"{{ agents(filter: {filter_}) {{ nodes {{ id }} }} }}")
        assert not answer.errors and len(answer.data["agents"]["nodes"]) == count, filter_


def nested(depth: int) -> str:
    return "{not: " * depth + "{hasAttachments: true}" + "}" * depth


MANY = ", ".join("{hasAttachments: true}" for _ in range(101))
VALUES = ", ".join(f'"{n}"' for n in range(1_001))


@pytest.mark.parametrize(
    ("filter_", "path", "remedy"),
    [
        ("{status: {in: []}}", "filter.status.in", "Leave it out"),
        ("{status: {notIn: []}}", "filter.status.notIn", "Leave it out"),
        ("{and: []}", "filter.and", "Leave it out"),
        ("{or: []}", "filter.or", "Leave it out"),
        ("{tags: {none: []}}", "filter.tags.none", "Leave it out"),
        ("{subject: {in: []}}", "filter.subject.in", "Leave it out"),
        ("{customFields: []}", "filter.customFields", "Leave it out"),
        ("{helpdesk: {in: []}}", "filter.helpdesk.in", "Leave it out"),
        ('{or: [{group: {in: ["x"]}}]}', "filter.or[0].group.in", "earlier answer"),
        (f'{{not: {{group: {{notIn: ["{CONTACT}"]}}}}}}', "filter.not.group.notIn", "Group is needed"),
        (f'{{requester: {{organization: {{id: {{in: ["{GROUP}"]}}}}}}}}', "filter.requester.organization.id.in", "is"),
        (f"{{dueAt: {{gt: {T}, gte: {T}}}}}", "filter.dueAt", "one of each"),
        (f"{{dueAt: {{gt: {LATER}, lt: {T}}}}}", "filter.dueAt", "no moment is between"),
        (f"{{dueAt: {{gte: {T}, lt: {T}}}}}", "filter.dueAt", "no moment is between"),
        (f"{{dueAt: {{eq: {T}, lt: {LATER}}}}}", "filter.dueAt.eq", "stands alone"),
        (f"{{dueAt: {{isNull: true, lt: {LATER}}}}}", "filter.dueAt.isNull", "Leave one out"),
        ('{dueAt: {within: "P99999D"}}', "filter.dueAt.within", "100 years"),
        (f'{{group: {{isNull: true, in: ["{GROUP}"]}}}}', "filter.group.isNull", "Leave one out"),
        ('{requester: {isNull: true, name: {eq: "x"}}}', "filter.requester.isNull", "Leave one out"),
        ('{requester: {or: [{isNull: true}, {name: {eq: "x"}}]}}', "filter.requester.or[0].isNull", "right inside it"),
        ('{subject: {contains: ""}}', "filter.subject.contains", "Leave it out"),
        ('{subject: {startsWith: "' + "x" * 301 + '"}}', "filter.subject.startsWith", "Shorten it"),
        ('{tags: {all: ["a"], none: ["a"]}}', "filter.tags.none", "Take it out of one"),
        ('{customFields: [{key: "cf_text"}]}', "filter.customFields[0]", "says nothing"),
        ('{customFields: [{key: "x", isNull: true, boolean: true}]}', "filter.customFields[0].isNull", "Leave one out"),
        ('{customFields: [{key: "x", number: {gt: 2, lt: 1}}]}', "filter.customFields[0].number", "no number"),
        ('{customFields: [{key: "x", helpdesk: "jira", isNull: true}]}', "filter.customFields[0].helpdesk", "`fd`"),
        ('{or: [{helpdesk: {in: ["jira"]}}]}', "filter.or[0].helpdesk", "`fd`, `zd`"),
        (nested(8), "filter.not.not.not.not.not.not.not.not", "flatter"),
        (f"{{and: [{MANY}]}}", "filter.and[100].hasAttachments", "at most 100"),
        (f"{{number: {{in: [{VALUES}]}}}}", "filter.number.in", "several queries"),
    ],
)  # fmt: skip
async def test_what_cannot_be_meant_is_refused_by_its_path(filter_: str, path: str, remedy: str) -> None:
    query, errors = await asked("tickets", f"filter: {filter_}")
    assert query is None and [code for code, _ in errors] == ["BAD_USER_INPUT"], errors
    assert f"`{path}`" in errors[0][1] and remedy in errors[0][1]


async def test_what_is_within_the_bounds_is_taken() -> None:
    assert await where("tickets", nested(7)) is not None
    query, errors = await asked("tickets", f"filter: {{number: {{in: [{VALUES.rpartition(',')[0]}]}}}}")
    assert errors == [] and len(query.where.values) == 1_000
    assert await where("tickets", '{subject: {eq: ""}}') == Text("subject", "eq", ("",))


@pytest.mark.parametrize(
    ("order", "field", "remedy"),
    [
        ("[{field: CREATED_AT}, {field: UPDATED_AT}, {field: STATUS}, {field: NUMBER}]", "order", "at most 3"),
        ("[{field: STATUS}, {field: NUMBER}, {field: STATUS, direction: ASC}]", "order[2]", "leave it out"),
        ("[{field: CUSTOM_FIELD}]", "order[0].customFieldKey", "is needed"),
        ('[{field: STATUS, customFieldKey: "cf_text"}]', "order[0].customFieldKey", "leave it out"),
    ],
)
async def test_orders_that_decide_nothing_are_refused(order: str, field: str, remedy: str) -> None:
    query, errors = await asked("tickets", f"order: {order}")
    assert query is None and [code for code, _ in errors] == ["BAD_USER_INPUT"]
    assert f"`{field}`" in errors[0][1] and remedy in errors[0][1]


async def test_orders_of_records() -> None:
    query, errors = await asked("articles", "order: [{field: TITLE}, {field: VIEWS, direction: ASC, nulls: FIRST}]")
    assert errors == []
    assert [(o.field.value, o.direction.value, o.nulls.value) for o in query.orders] == [
        ("NAME", "DESC", "LAST"),
        ("VIEWS", "ASC", "FIRST"),
    ]
    query, errors = await asked("contacts", "order: [{field: NAME}, {field: NAME}]")
    assert query is None and "`order[1]`" in errors[0][1]

"""Single records: by id, by other names, their bodies and files, and everything that hangs on them."""

from __future__ import annotations

from typing import Any

import pytest

from models import ids
from models.enums import Kind
from models.errors import Unavailable
from tests.resolvers.desk import two_desks
from tests.schema.asking import ask

KINDS = {
    Kind.HELPDESK: "",
    Kind.TICKET: "1",
    Kind.COMMENT: "1/2",
    Kind.CONTACT: "101",
    Kind.AGENT: "201",
    Kind.GROUP: "301",
    Kind.ORGANIZATION: "401",
    Kind.PRODUCT: "501",
    Kind.ARTICLE: "601",
    Kind.ARTICLE_FOLDER: "folder-2",
    Kind.ATTACHMENT: "1/0/77",
    Kind.IMAGE: "1/0/88",
}
GONE = {kind: ("9" if kind is not Kind.HELPDESK else "x") for kind in KINDS}


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_kind_can_be_read_again_by_its_id(kind: Kind) -> None:
    id_ = ids.encode(kind, "zd", KINDS[kind])
    answer = await ask(two_desks(), "query($id: ID!) { node(id: $id) { __typename id } }", id=id_)
    assert answer.errors == []
    assert answer.data["node"] == {"__typename": kind.value, "id": id_}


@pytest.mark.parametrize("kind", list(Kind))
async def test_what_is_not_there_is_null(kind: Kind) -> None:
    for helpdesk, remote in (("zd", GONE[kind]), ("other", KINDS[kind])):
        answer = await ask(
            two_desks(), "query($id: ID!) { node(id: $id) { id } }", id=ids.encode(kind, helpdesk, remote)
        )
        assert answer.data == {"node": None} and answer.errors == []


async def test_nodes_keep_their_order_and_one_bad_id_fails_alone() -> None:
    desks = two_desks()
    wanted = [ids.encode(Kind.TICKET, "fd", n) for n in ("3", "1", "99")]
    answer = await ask(desks, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[wanted[0], "bad", *wanted[1:]])
    assert [n and n["id"] for n in answer.data["nodes"]] == [wanted[0], None, wanted[1], None]
    assert answer.errors == [(["nodes", 1], "BAD_USER_INPUT")]
    assert desks["fd"].asked("tickets_by_id") == [("3", "1", "99")]
    many = await ask(desks, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=wanted * 34)
    assert many.errors == [(["nodes"], "BAD_USER_INPUT")]


@pytest.mark.parametrize(
    "by",
    [
        '{remote: {helpdesk: "fd", id: "2"}}',
        '{url: "https://fd.example.com/tickets/2"}',
        f'{{id: "{ids.encode(Kind.TICKET, "fd", "2")}"}}',
    ],
)
async def test_a_ticket_by_each_of_its_names(by: str) -> None:
    answer = await ask(two_desks(), f"{{ ticket(by: {by}) {{ subject parent {{ number }} }} }}")
    assert answer.data["ticket"] == {"subject": "Ticket 2 of fd", "parent": {"number": "1"}}


async def test_a_name_is_exactly_one() -> None:
    result = await ask(two_desks(), '{ ticket(by: {url: "https://a.example/1", id: "x"}) { id } }')
    assert result.data is None and result.errors


async def test_other_names() -> None:
    text = """{
      none: ticket(by: {externalId: {helpdesk: "fd", externalId: "e"}}) { id }
      resource(url: "https://zd.example.com/tickets/3") { __typename }
      foreign: resource(url: "https://elsewhere.example.com/tickets/3") { __typename }
      contact(by: {email: {helpdesk: "fd", email: "p101@fd.example.com"}}) { name }
    }"""
    answer = await ask(two_desks(), text)
    assert answer.errors == []
    assert answer.data == {
        "none": None,
        "resource": {"__typename": "Ticket"},
        "foreign": None,
        "contact": {"name": "Person 101"},
    }


async def test_a_misspelt_helpdesk_is_told_the_keys_there_are() -> None:
    answer = await ask(two_desks(), '{ helpdesk(key: "nope") { key } helpdesks { key } }')
    assert answer.data == {"helpdesk": None, "helpdesks": [{"key": "fd"}, {"key": "zd"}]}
    assert answer.errors == [(["helpdesk"], "BAD_USER_INPUT")]
    assert "`key`" in answer.messages[0] and "`fd`, `zd`" in answer.messages[0]


async def test_a_body_is_clean_and_shows_its_own_pictures_only() -> None:
    desks = two_desks()
    id_ = ids.encode(Kind.COMMENT, "fd", "1/0")
    text = (
        "query($id: ID!) { node(id: $id) { ... on Comment { bodyHtml images { url altText source { __typename } } } } }"
    )
    comment = (await ask(desks, text, id=id_)).data["node"]
    assert comment["images"][0]["url"] in comment["bodyHtml"]
    assert comment["images"][0]["source"] == {"__typename": "Comment"}
    ticket = await ask(desks, '{ ticket(by: {remote: {helpdesk: "fd", id: "1"}}) { bodyHtml } }')
    body = ticket.data["ticket"]["bodyHtml"]
    assert "http://localhost:8000/files/" in body
    for foreign in ("onclick", "vendor.example", "spy.example"):
        assert foreign not in body


async def test_a_vendor_address_never_leaves() -> None:
    text = """{ tickets { nodes { bodyHtml attachments { nodes { url } } images { nodes { url } } } }
                articles { nodes { bodyHtml images { url } attachments { url } } } }"""
    answer = await ask(two_desks(), text)
    assert answer.errors == []
    assert "vendor.example" not in str(answer.data) and "<script" not in str(answer.data)


async def test_custom_fields_by_key() -> None:
    text = """{ ticket(by: {remote: {helpdesk: "fd", id: "1"}}) {
      customFields(keys: ["cf_number", "cf_on"]) {
        ... on NumberFieldValue { decimal } ... on BooleanFieldValue { boolean } }
      one: customField(key: "cf_choice") { raw ... on ChoiceFieldValue { choices { label active } } }
      none: customField(key: "cf_nope") { isNull }
      bad: customFields(keys: ["cf_nope"]) { isNull } } }"""
    answer = await ask(two_desks(), text)
    assert answer.data["ticket"] == {
        "customFields": [{"decimal": "12.50"}, {"boolean": True}],
        "one": {"raw": "a", "choices": [{"label": "Apple", "active": True}]},
        "none": None,
        "bad": None,
    }
    assert answer.errors == [(["ticket", "bad"], "BAD_USER_INPUT")]


async def test_a_transcript_leaves_notes_out_unless_asked() -> None:
    text = """{ ticket(by: {remote: {helpdesk: "fd", id: "1"}}) {
      transcript
      all: transcript(includePrivate: true) short: transcript(maxChars: 100) bad: transcript(maxChars: 1) } }"""
    answer = await ask(two_desks(), text)
    ticket = answer.data["ticket"]
    assert "internal note" not in ticket["transcript"] and "internal note" in ticket["all"]
    assert len(ticket["short"]) <= 100 and ticket["short"].endswith("[shortened]")
    assert answer.errors == [(["ticket", "bad"], "BAD_USER_INPUT")]


async def test_people_and_their_tickets() -> None:
    text = """{ contact(by: {remote: {helpdesk: "fd", id: "101"}}) {
      organization { name contacts { nodes { name } } tickets(first: 2) { nodes { number } } }
      organizations { edges { primary node { name } } nodes { name } }
      tickets(filter: {status: {in: [OPEN]}}) { nodes { number } sources { helpdesk { key } state } } } }"""
    answer = await ask(two_desks(), text)
    assert answer.errors == []
    contact = answer.data["contact"]
    assert [e["primary"] for e in contact["organizations"]["edges"]] == [True, False]
    assert [n["number"] for n in contact["tickets"]["nodes"]] == ["1"]
    assert [s["state"] for s in contact["tickets"]["sources"]] == ["PARTIAL", "SKIPPED"]
    assert [n["number"] for n in contact["organization"]["tickets"]["nodes"]] == ["1", "3"]


async def test_agents_and_groups() -> None:
    text = """{ agents(filter: {active: true, helpdesk: {in: ["zd"]}}) { nodes { name groups { name } } }
      groups { nodes { name unassignedFor escalateTo { name } agents { nodes { name } } } sources { state } } }"""
    answer = await ask(two_desks(), text)
    assert answer.errors == []
    assert answer.data["agents"]["nodes"] == [
        {"name": "Agent 201", "groups": [{"name": "First line"}]},
        {"name": "Agent 202", "groups": []},
    ]
    assert answer.data["groups"]["nodes"][0]["unassignedFor"] == "PT1800S"
    assert answer.data["groups"]["nodes"][1]["agents"]["nodes"] == [{"name": "Agent 201"}]


async def test_the_knowledge_base() -> None:
    desks = two_desks()
    desks["zd"].failing["article_folders"] = Unavailable("down")
    text = """{ articleFolders { name level parent { name } articles { nodes { title path { name } } } }
      articles(filter: {helpdesk: {in: ["fd"]}, locale: {in: ["en"]}}) {
        nodes { excerpt(maxChars: 20) seo { keywords } } } }"""
    answer = await ask(desks, text)
    assert answer.data["articleFolders"][0]["articles"]["nodes"][0]["path"] == [{"name": "General"}, {"name": "Start"}]
    assert answer.data["articles"]["nodes"][0] == {"excerpt": "Hi there, this is a…", "seo": {"keywords": ["a", "b"]}}
    assert answer.partial == [(["articleFolders"], "UPSTREAM_UNAVAILABLE")]
    article = '{ article(id: "%s", locale: "%s") { title translations { locale } } }'
    german = await ask(desks, article % (ids.encode(Kind.ARTICLE, "fd", "601"), "de"))
    assert german.data["article"]["title"] == "Article 601 (de)"
    assert (await ask(desks, article % (ids.encode(Kind.ARTICLE, "fd", "601"), "fr"))).data["article"] is None


async def test_helpdesks_that_fail_stay_in_the_list() -> None:
    desks = two_desks()
    desks["fd"].failing["ticket_fields"] = Unavailable("down")
    answer = await ask(desks, "{ helpdesks { key ticketFields { key } statuses { label } health { state latency } } }")
    assert [h["key"] for h in answer.data["helpdesks"]] == ["fd", "zd"]
    assert answer.data["helpdesks"][0]["ticketFields"] is None
    assert answer.errors == [(["helpdesks", 0, "ticketFields"], "UPSTREAM_UNAVAILABLE")]


async def test_a_gateway_asks_for_many_records_and_each_fails_alone() -> None:
    desks = two_desks()
    tickets = [{"__typename": "Ticket", "id": ids.encode(Kind.TICKET, "fd", str(n))} for n in (1, 2, 99)]
    representations: list[Any] = [
        *tickets,
        {"__typename": "NoSuchType", "id": "x"},
        {"id": "x"},
        "text",
        {"__typename": "Ticket"},
        {"__typename": "Ticket", "id": ids.encode(Kind.CONTACT, "fd", "101")},
        {"__typename": "Helpdesk", "key": "zd"},
        {"__typename": "Contact", "id": ids.encode(Kind.CONTACT, "zd", "101"), "more": 1},
    ]
    text = """query($r: [_Any!]!) { _entities(representations: $r) {
      __typename ... on Ticket { subject } ... on Helpdesk { name } ... on Contact { who: name } } }"""
    answer = await ask(desks, text, r=representations)
    assert answer.data, answer.errors
    assert [e and e["__typename"] for e in answer.data["_entities"]] == [
        *("Ticket", "Ticket", None, None, None, None, None, None, "Helpdesk", "Contact")
    ]
    assert [(path or [])[1] for path, _ in answer.errors] == [3, 4, 5, 6, 7]
    assert {code for _, code in answer.errors} == {"BAD_USER_INPUT"}
    assert desks["fd"].asked("tickets_by_id") == [("1", "2", "99")]
    assert (await ask(desks, text, r=tickets * 334)).errors == [(["_entities"], "BAD_USER_INPUT")]

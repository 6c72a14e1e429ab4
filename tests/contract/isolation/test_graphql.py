"""The same wall, seen from outside: whatever is asked over HTTP, a caller bound to one organization gets nothing of
another's, and cannot tell what is not theirs from what is not there."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.enums import Kind
from models.ids import encode
from tests.contract.case import Case
from tests.support.app import App, caller, open_app
from tests.support.company import Company
from tests.support.staging import CANARY, CANARY_BYTES, MISSING, OUR_BYTES, OURS, SHARED, Staged

PERSON = "id name email organization { name } organizations(first: 5) { nodes { name } } avatar { url }"
FILES = "nodes { id fileName url }"
TICKET = f"""
  __typename id subject bodyText bodyHtml requester {{ {PERSON} }} organization {{ id name notes }}
  submitter {{ __typename ... on Contact {{ name email }} }}
  attachments(first: 20) {{ {FILES} }} images(first: 20) {{ nodes {{ id fileName url }} }}
  comments(first: 20) {{ nodes {{ id visibility bodyText bodyHtml author {{ ... on Contact {{ name email }} }}
    files: attachments {{ id fileName url image {{ url }} }} shown: images {{ url }} ticket {{ subject }} }} }}
"""
RECORD = f"""
  __typename id
  ... on Ticket {{ {TICKET} }} ... on Contact {{ {PERSON} }} ... on Organization {{ called: name notes domains }}
  ... on Comment {{ said: bodyText ticket {{ subject }} files: attachments {{ fileName url }} }}
  ... on Article {{ title written: bodyText }} ... on Attachment {{ attached: fileName url }}
  ... on Image {{ imageName: fileName imageUrl: url }}
"""
HIT = f"""
  ... on Ticket {{ {TICKET} }} ... on Contact {{ {PERSON} }} ... on Organization {{ called: name notes domains }}
  ... on Article {{ title written: bodyText }}
"""


@pytest.fixture
async def app(company: Company) -> AsyncIterator[App]:
    async with open_app(company) as opened:
        yield opened


class Ids:
    """Global ids of one side's records, and of records that are not there."""

    def __init__(self, case: Case, staged: Staged) -> None:
        self._case, self._staged = case, staged

    def of(self, kind: Kind, remote_id: str) -> str:
        return encode(kind, self._case.helpdesk, remote_id)

    def theirs(self) -> dict[Kind, str]:
        return self._side(self._staged.theirs.ticket, self._staged.theirs.person, self._staged.theirs.organization)

    def ours(self) -> dict[Kind, str]:
        return self._side(self._staged.ours.ticket, self._staged.ours.person, self._staged.ours.organization)

    def _side(self, ticket: int, person: int, organization: int) -> dict[Kind, str]:
        truth = self._case.truth
        return {
            Kind.TICKET: self.of(Kind.TICKET, str(ticket)),
            Kind.CONTACT: self.of(Kind.CONTACT, truth.user(person)),
            Kind.ORGANIZATION: self.of(Kind.ORGANIZATION, truth.organization(organization)),
        }

    def missing(self) -> dict[Kind, str]:
        return {kind: self.of(kind, MISSING) for kind in (Kind.TICKET, Kind.CONTACT, Kind.ORGANIZATION)}


def bind(app: App, case: Case, staged: Staged) -> None:
    bound = frozenset({case.truth.organization(staged.ours.organization)})
    app.who = caller({case.helpdesk: bound})


async def deep_ids(app: App, ids: Ids) -> dict[str, list[str]]:
    """Ids of comments, files and pictures of the other side, as somebody who may see them was given them."""
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {RECORD} }} }}"
    answer = await app.ask(query, {"ids": list(ids.theirs().values())})
    found: dict[str, list[str]] = {}

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            if CANARY in json.dumps(value) and isinstance(value.get("id"), str):
                found.setdefault("ids", []).append(value["id"])
            for name, inner in value.items():
                if name in ("url", "imageUrl") and isinstance(inner, str):
                    found.setdefault("urls", []).append(inner)
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(answer["data"])
    return found


def lists(case: Case, ids: Ids) -> dict[str, tuple[str, dict[str, Any]]]:
    """Everything that can be asked without an id of theirs, and with one in a filter."""
    only = {"helpdesk": {"in": [case.helpdesk]}}
    person, organization = ids.theirs()[Kind.CONTACT], ids.theirs()[Kind.ORGANIZATION]
    tickets = f"query ($filter: TicketFilter) {{ tickets(first: 50, filter: $filter) {{ nodes {{ {TICKET} }} }} }}"
    back = f"query ($filter: TicketFilter) {{ tickets(last: 50, filter: $filter) {{ nodes {{ {TICKET} }} }} }}"
    contacts = f"query ($filter: ContactFilter) {{ contacts(first: 50, filter: $filter) {{ nodes {{ {PERSON} }} }} }}"
    firms = "query ($filter: OrganizationFilter) { organizations(first: 50, filter: $filter) { nodes { name notes } } }"
    search = f"query ($text: String!) {{ search(query: $text, first: 50) {{ edges {{ node {{ {HIT} }} }} }} }}"
    inside = f"""{{ organizations(first: 30) {{ nodes {{ name contacts(first: 20) {{ nodes {{ {PERSON} }} }}
        tickets(first: 20) {{ nodes {{ subject }} }} }} }} }}"""
    return {
        "tickets": (tickets, {"filter": only}),
        "tickets backward": (back, {"filter": {**only, "tags": {"any": [SHARED]}}}),
        "tickets of them": (tickets, {"filter": {**only, "organization": {"id": {"in": [organization]}}}}),
        "tickets by them": (tickets, {"filter": {**only, "requester": {"id": {"in": [person]}}}}),
        "contacts": (contacts, {"filter": only}),
        "contacts of them": (contacts, {"filter": {**only, "organization": {"id": {"in": [organization]}}}}),
        "contacts by address": (contacts, {"filter": {**only, "email": {"eq": f"person.{CANARY}@{SHARED}.example"}}}),
        "organizations": (firms, {"filter": only}),
        "organizations by name": (firms, {"filter": {**only, "name": {"eq": f"{SHARED} {CANARY} GmbH"}}}),
        "inside organizations": (inside, {}),
        "search": (search, {"text": SHARED}),
        "search for them": (search, {"text": CANARY}),
        "articles": ("{ articles(first: 100) { nodes { title bodyText attachments { fileName url } } } }", {}),
    }


NAMES = [
    "tickets", "tickets backward", "tickets of them", "tickets by them", "contacts", "contacts of them",
    "contacts by address", "organizations", "organizations by name", "inside organizations", "search",
    "search for them", "articles",
]  # fmt: skip


def told(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)


@pytest.mark.parametrize("name", NAMES)
async def test_a_list_shows_nothing_of_anothers(app: App, case: Case, staged: Staged, name: str) -> None:
    asked = lists(case, Ids(case, staged))
    assert sorted(asked) == sorted(NAMES)
    query, variables = asked[name]
    everything = told(await app.ask(query, variables))
    assert CANARY in everything, "else this shows nothing"
    bind(app, case, staged)
    answer = await app.ask(query, variables)
    assert CANARY not in told({**answer, "errors": None}).replace(f'"{CANARY}"', "")
    assert CANARY not in told(answer.get("errors") or {})
    if "them" not in name and "by " not in name:
        assert OURS in told(answer)


async def test_ids_of_theirs_are_like_ids_of_nothing(app: App, case: Case, staged: Staged) -> None:
    ids = Ids(case, staged)
    url = case.source
    asks = {
        Kind.TICKET: f"query ($id: ID!) {{ found: ticket(by: {{id: $id}}) {{ {TICKET} }} }}",
        Kind.CONTACT: f"query ($id: ID!) {{ found: contact(by: {{id: $id}}) {{ {PERSON} }} }}",
        Kind.ORGANIZATION: "query ($id: ID!) { found: organization(id: $id) { name notes } }",
    }
    assert url.info.key == case.helpdesk
    for kind, query in asks.items():
        assert CANARY in told(await app.ask(query, {"id": ids.theirs()[kind]}))
    bind(app, case, staged)
    node = f"query ($id: ID!) {{ found: node(id: $id) {{ {RECORD} }} }}"
    for kind, query in asks.items():
        for one in (query, node):
            theirs = await app.ask(one, {"id": ids.theirs()[kind]})
            missing = await app.ask(one, {"id": ids.missing()[kind]})
            assert theirs == missing == {"data": {"found": None}}, kind
            assert OURS in told(await app.ask(one, {"id": ids.ours()[kind]})), kind


async def test_nodes_and_entities_leave_their_places_empty(app: App, case: Case, staged: Staged) -> None:
    ids = Ids(case, staged)
    deep = (await deep_ids(app, ids))["ids"]
    assert len(deep) > 6, "tickets, comments, files, pictures, people, organizations"
    bind(app, case, staged)
    mine = list(ids.ours().values())
    asked = [*mine, *deep, *ids.missing().values()]
    answer = await app.ask(f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {RECORD} }} }}", {"ids": asked})
    assert [one is None for one in answer["data"]["nodes"]] == [False] * 3 + [True] * (len(asked) - 3)
    assert CANARY not in told(answer)
    for one in deep:
        alone = await app.ask(f"query ($id: ID!) {{ node(id: $id) {{ {RECORD} }} }}", {"id": one})
        assert alone == {"data": {"node": None}}
    names = {Kind.TICKET: "Ticket", Kind.CONTACT: "Contact", Kind.ORGANIZATION: "Organization"}
    wanted = [
        {"__typename": names[kind], "id": one}
        for side in (ids.ours(), ids.theirs(), ids.missing())
        for kind, one in side.items()
    ]
    entities = await app.ask(
        "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Ticket { subject } ... on Contact { name }"
        " ... on Organization { called: name } } }",
        {"r": wanted},
    )
    shown = entities["data"]["_entities"]
    assert [one is None for one in shown] == [False] * 3 + [True] * 6
    assert CANARY not in told(entities)


async def test_an_address_of_theirs_leads_nowhere(app: App, case: Case, staged: Staged) -> None:
    query = f"query ($url: URL!) {{ resource(url: $url) {{ {RECORD} }} }}"
    [ticket] = await case.source.tickets_by_id(app.who.scope, [str(staged.theirs.ticket)])
    [ours] = await case.source.tickets_by_id(app.who.scope, [str(staged.ours.ticket)])
    assert ticket is not None
    assert ours is not None
    assert CANARY in told(await app.ask(query, {"url": ticket.remote_url}))
    missing = (ticket.remote_url or "").replace(str(staged.theirs.ticket), MISSING)
    bind(app, case, staged)
    assert await app.ask(query, {"url": ticket.remote_url}) == {"data": {"resource": None}}
    assert await app.ask(query, {"url": missing}) == {"data": {"resource": None}}
    assert OURS in told(await app.ask(query, {"url": ours.remote_url}))


async def test_links_of_files_open_for_whom_they_were_made_only(app: App, case: Case, staged: Staged) -> None:
    """A link carries its asker's bounds: one that was made for all stays good, none made for us opens theirs."""
    ids = Ids(case, staged)
    query = f"query ($id: ID!) {{ node(id: $id) {{ {RECORD} }} }}"
    everyones = (await deep_ids(app, ids))["urls"]
    assert CANARY_BYTES in [(await app.client.get(url)).content for url in everyones]
    bind(app, case, staged)
    answer = await app.ask(query, {"id": ids.ours()[Kind.TICKET]})
    own = [one["url"] for one in answer["data"]["node"]["attachments"]["nodes"]]
    assert [(await app.client.get(url)).content for url in own] == [OUR_BYTES]
    for url in (*own, *everyones[:2]):
        altered = re.sub(r"(/files/.)(.)", lambda m: m[1] + ("A" if m[2] != "A" else "B"), url)
        assert (await app.client.get(altered)).status_code == 403


async def test_a_link_ends_with_the_membership(app: App, case: Case, staged: Staged) -> None:
    """Opened again later, the file's ticket is looked at anew."""
    moved = case.desk.tickets.create(
        subject="Ours for now", text="x", requester=staged.ours.person, organization=staged.ours.organization
    )
    file = case.desk.files.add("now.pdf", "application/pdf", OUR_BYTES)
    said = case.desk.messages.add(
        moved.number, author=staged.ours.person, public=True, text="see", attachments=(file.number,)
    )
    case.desk.files.assign(file.number, ticket=moved.number, message=said.number)
    bind(app, case, staged)
    query = "query ($id: ID!) { ticket(by: {id: $id}) { attachments { nodes { url } } } }"
    answer = await app.data(query, id=encode(Kind.TICKET, case.helpdesk, str(moved.number)))
    [url] = [one["url"] for one in answer["ticket"]["attachments"]["nodes"]]
    assert (await app.client.get(url)).content == OUR_BYTES
    case.desk.tickets.update(moved.number, organization=staged.theirs.organization)
    assert (await app.client.get(url)).status_code == 404


async def test_counts_do_not_tell_of_others(app: App, case: Case, staged: Staged) -> None:
    query = """query ($filter: TicketFilter) { tickets(first: 1, filter: $filter) { totalCount { value }
        nodes { subject } } }"""
    bind(app, case, staged)
    for more in ({}, {"organization": {"id": {"in": [Ids(case, staged).theirs()[Kind.ORGANIZATION]]}}}):
        answer = await app.ask(query, {"filter": {"helpdesk": {"in": [case.helpdesk]}, **more}})
        count = answer["data"]["tickets"]["totalCount"]
        assert count is None or count["value"] <= 3


async def test_a_key_without_the_scope_for_notes_sees_none(app: App, case: Case, staged: Staged) -> None:
    app.who = caller(scopes=frozenset({"tickets:read", "contacts:read"}))
    query = "query ($id: ID!) { ticket(by: {id: $id}) { comments(first: 20) { nodes { visibility } } } }"
    answer = await app.ask(query, {"id": Ids(case, staged).ours()[Kind.TICKET]})
    assert "INTERNAL" not in told(answer)
    assert "PUBLIC" in told(answer)

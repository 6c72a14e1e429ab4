"""Search, its language, its caps and its lag. Evidence stands in each docstring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.freshdesk.simulator.grammar import BadQuery, Compare, Joined, Node, alternatives, parse
from providers.freshdesk.simulator.matching import holds

FIELDS = {"status": "integer", "tag": "string", "vip": "boolean", "created_at": "date"}


@pytest.fixture
async def ask(house, client: httpx.AsyncClient) -> Callable[..., Any]:
    house.clock.advance(3600)

    async def asked(query: str, kind: str = "tickets", **params: Any) -> httpx.Response:
        return await client.get(f"/search/{kind}", params={"query": query, **params})

    return asked


async def every(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    url: str | None = "/tickets?updated_since=1970-01-01&per_page=100"
    while url:
        answer = await client.get(url)
        rows += answer.json()
        url = answer.links.get("next", {}).get("url")
    return rows


QUERIES: dict[str, Callable[[dict[str, Any]], bool]] = {
    '"status:2"': lambda row: row["status"] == 2,
    '"status:6 OR status:7"': lambda row: row["status"] in (6, 7),
    '"priority:>3"': lambda row: row["priority"] >= 3,
    "\"tag:'vip'\"": lambda row: "vip" in row["tags"],
    '"agent_id:null AND priority:1"': lambda row: row["responder_id"] is None and row["priority"] == 1,
    "\"type:'Feature Request'\"": lambda row: row["type"] == "Feature Request",
    "\"created_at:>'2025-12-01' AND created_at:<'2025-12-31'\"": lambda row: (
        "2025-12-01" <= row["created_at"][:10] <= "2025-12-31"
    ),
    "\"updated_at:'2026-01-10'\"": lambda row: row["updated_at"][:10] == "2026-01-10",
    "\"(status:2 OR status:3) AND created_at:>'2025-11-01'\"": lambda row: (
        row["status"] in (2, 3) and row["created_at"] >= "2025-11-01"
    ),
    "\"status:2 OR created_at:>'2026-01-10'\"": lambda row: row["status"] == 2 or row["created_at"] >= "2026-01-10",
    "\"cf_plan:'Team'\"": lambda row: row["custom_fields"]["cf_plan"] == "Team",
    '"cf_vip:true"': lambda row: row["custom_fields"]["cf_vip"] is True,
    "\"cf_country:'Germany'\"": lambda row: row["custom_fields"]["cf_country"] == "Germany",
    '"cf_devices:>30"': lambda row: (row["custom_fields"]["cf_devices"] or 0) >= 30,
    "\"due_by:<'2025-12-01' AND status:2\"": lambda row: row["due_by"] < "2025-12-02" and row["status"] == 2,
}


@pytest.mark.parametrize("query", QUERIES)
async def test_search_finds_what_the_list_shows(ask, client: httpx.AsyncClient, query: str) -> None:
    """Vendor's API reference, 'Filter tickets': `:>` and `:<` include the day; nulls; parentheses."""
    wanted = {row["id"] for row in await every(client) if QUERIES[query](row)}
    assert wanted
    answer = (await ask(query)).json()
    found = list(answer["results"])
    for page in range(2, 11):
        found += (await ask(query, page=page)).json()["results"]
    assert answer["total"] == len(wanted)
    assert {row["id"] for row in found} == (wanted if len(wanted) <= 300 else {row["id"] for row in found})
    assert len(found) == min(300, len(wanted))


@pytest.mark.parametrize(
    ("query", "params", "field"),
    [
        ("\"subject:'x'\"", {}, "subject"),
        ('"requester_id:1"', {}, "requester_id"),
        ('"company_id:1"', {}, "company_id"),
        ('"source:1"', {}, "source"),
        ('"STATUS:2"', {}, "STATUS"),
        ("status:2", {}, "query"),
        ('"status:2 AND"', {}, "query"),
        ('"(status:2"', {}, "query"),
        ('"NOT status:2"', {}, "query"),
        ("\"tag:>'a'\"", {}, "query"),
        ("\"created_at:>'2025-01-01T00:00:00Z'\"", {}, "created_at"),
        ("\"status:'open'\"", {}, "status"),
        (f"\"tag:'{'x' * 520}'\"", {}, "query"),
        ('"status:2"', {"page": 11}, "page"),
        ('"status:2"', {"page": 0}, "page"),
        ('"status:2"', {"per_page": 100}, "per_page"),
        ('"status:2"', {"order_by": "id"}, "order_by"),
    ],
)
async def test_what_cannot_be_searched(ask, query: str, params: dict[str, Any], field: str) -> None:
    """Reference for the fields; withcoral/coral pull 589 for page 11."""
    answer = await ask(query, **params)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


async def test_thirty_a_page_without_a_link(ask) -> None:
    answer = await ask('"priority:1 OR priority:2"')
    assert set(answer.json()) == {"total", "results"} and len(answer.json()["results"]) == 30
    assert "link" not in answer.headers
    row = answer.json()["results"][0]
    assert row["description_text"] and "attachments" not in row


async def test_the_index_is_behind(house, ask, client: httpx.AsyncClient) -> None:
    """Reference: minutes until a change is found; the list shows it at once."""
    house.controls.search_lag = house.controls.search_lag * 4
    body = {
        "email": "a@b.example",
        "subject": "s",
        "description": "d",
        "status": 2,
        "priority": 1,
        "tags": ["just-now"],
    }
    made = (await client.post("/tickets", json=body)).json()
    assert (await ask("\"tag:'just-now'\"")).json()["total"] == 0
    house.clock.advance(119)
    assert (await ask("\"tag:'just-now'\"")).json()["total"] == 0
    house.clock.advance(2)
    assert [row["id"] for row in (await ask("\"tag:'just-now'\"")).json()["results"]] == [made["id"]]
    assert (await client.delete(f"/tickets/{made['id']}")).status_code == 204
    assert (await ask("\"tag:'just-now'\"")).json()["total"] == 1, "deleting is seen late as well"
    house.clock.advance(121)
    assert (await ask("\"tag:'just-now'\"")).json()["total"] == 0
    house.switch(search_shows_removed=True, search_row_tags=False)
    row = (await ask("\"tag:'just-now'\"")).json()["results"][0]
    assert row["deleted"] and "tags" not in row


async def test_contacts_and_companies(house, ask, client: httpx.AsyncClient) -> None:
    person = house.desk.people.get(1003)
    found = (await ask(f"\"email:'{person.email}'\"", "contacts")).json()
    assert [row["id"] for row in found["results"]] == [1_070_000_001_003]
    german = (await ask("\"language:'de' AND active:true\"", "contacts")).json()
    assert german["total"] and all(row["language"] == "de" for row in german["results"])
    company = house.desk.organizations.get(2)
    found = (await ask(f"\"domain:'{company.domains[0]}'\"", "companies")).json()
    assert [row["name"] for row in found["results"]] == [company.name]
    assert (await ask("\"name:'x'\"", "companies")).status_code == 400


async def test_autocomplete_matches_beginnings_of_words(house, client: httpx.AsyncClient) -> None:
    """Reference: case does not matter, the middle of a word does not count."""
    name = next(person.name for person in house.desk.people.page() if person.state == "verified")
    word = name.split()[1]
    assert name in [row["name"] for row in (await client.get(f"/contacts/autocomplete?term={word[:4].upper()}")).json()]
    assert name not in [row["name"] for row in (await client.get(f"/contacts/autocomplete?term={word[1:5]}")).json()]
    agent = house.desk.staff.agent(1)
    rows = (await client.get(f"/agents/autocomplete?term={agent.email[:6]}")).json()
    assert agent.email in [row["email"] for row in rows] and set(rows[0]) == {"id", "name", "email", "avatar"}
    company = house.desk.organizations.get(1)
    assert company.name in [
        row["name"]
        for row in (await client.get(f"/companies/autocomplete?name={company.name[:5]}")).json()["companies"]
    ]
    assert (await client.get("/contacts/autocomplete")).status_code == 400


LEAVES = st.one_of(
    st.builds(Compare, st.just("status"), st.sampled_from(("=", ">=", "<=")), st.integers(0, 9)),
    st.builds(Compare, st.just("tag"), st.just("="), st.sampled_from(("a", "b c", "ü", None))),
    st.builds(Compare, st.just("vip"), st.just("="), st.booleans()),
    st.builds(
        Compare, st.just("created_at"), st.sampled_from(("=", ">=", "<=")), st.dates(date(2020, 1, 1), date(2030, 1, 1))
    ),
)


def _joined(joint: str) -> Callable[[st.SearchStrategy[Node]], st.SearchStrategy[Node]]:
    def more(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        other = inner.filter(lambda node: isinstance(node, Compare) or node.joint != joint)
        return st.builds(Joined, st.just(joint), st.lists(other, min_size=2, max_size=3).map(tuple))

    return more


NODES = st.recursive(LEAVES, lambda inner: _joined("AND")(inner) | _joined("OR")(inner), max_leaves=6)


def written(node: Node) -> str:
    if isinstance(node, Compare):
        sign = {"=": "", ">=": ">", "<=": "<"}[node.operator]
        value = node.value
        if value is None or isinstance(value, bool | int):
            text = "null" if value is None else str(value).lower()
        else:
            text = f"'{value}'"
        return f"{node.field}:{sign}{text}"
    return f" {node.joint} ".join(f"({written(part)})" for part in node.parts)


@given(NODES)
def test_what_is_written_is_read_back(node: Node) -> None:
    assert parse(f'"{written(node)}"', FIELDS) == node


@given(NODES, st.integers(0, 9), st.sampled_from((None, "a", "b c")), st.booleans())
def test_alternatives_mean_the_same(node: Node, status: int, tag: str | None, vip: bool) -> None:
    values: dict[str, Any] = {"status": status, "tag": tag, "vip": vip, "created_at": date(2025, 5, 5)}
    assert holds(node, values.get) == any(all(holds(part, values.get) for part in each) for each in alternatives(node))


@pytest.mark.parametrize("text", ['""', '"status"', '"status:2 status:3"', '"status:2)"', '"AND"', '"tag:\'a"'])
def test_broken_queries(text: str) -> None:
    with pytest.raises(BadQuery):
        parse(text, FIELDS)

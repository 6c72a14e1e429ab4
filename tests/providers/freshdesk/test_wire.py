"""What goes over the wire and what its answers mean, against a network that is a function."""

from __future__ import annotations

import base64
import json
from collections import Counter
from datetime import UTC, datetime

import httpx
import pytest

from models.enums import (
    CredentialState,
    HealthState,
    OrderDirection,
    SearchKind,
    TicketOrderField,
    TicketStatus,
)
from models.errors import (
    BadInput,
    Conflict,
    CredentialsRejected,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Unavailable,
    Unreadable,
    Unsupported,
)
from models.queries import (
    ContactQuery,
    NewRequester,
    OrganizationQuery,
    PageRequest,
    Scope,
    TicketDraft,
    TicketFilter,
    TicketOrder,
    TicketQuery,
    TimeRange,
)
from models.records import ActorRef
from providers.freshdesk.client import learn
from providers.upstream import Observation, recording
from providers.walking import Place, pack

ONE = PageRequest(size=1)
DRAFT = TicketDraft(subject="Hello", body_text="x", requester=NewRequester(email="ana@example.test"))


def answer(body: object, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


class Vendor:
    """Answers by path; everything else is 404 with an empty body, as the vendor does."""

    def __init__(self, **paths: object) -> None:
        self.paths: dict[str, object] = {"/ticket_fields": []}
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        found = self.paths.get(request.url.path.removeprefix("/api/v2"))
        if callable(found):
            found = found(request)
        if isinstance(found, httpx.Response):
            return found
        return httpx.Response(404) if found is None else answer(found)

    def counted(self) -> Counter[str]:
        return Counter(request.url.path.removeprefix("/api/v2") for request in self.asked)


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def desk(over, vendor):
    return over(vendor)


async def test_each_call_carries_the_key_and_goes_to_the_account_only(desk, vendor, everyone):
    await desk.tickets_by_id(everyone, ["17"])
    first = vendor.asked[0]
    assert str(first.url).startswith("https://acme.freshdesk.com/api/v2/tickets/17")
    assert base64.b64decode(first.headers["authorization"].removeprefix("Basic ")) == b"not-a-real-key:X"


async def test_the_list_always_lifts_the_thirty_days(desk, vendor, everyone, payload):
    vendor.paths["/tickets"] = [payload("ticket_row")]
    page = await desk.tickets(everyone, TicketQuery(), PageRequest(size=10, wants=frozenset({"requester", "stats"})))
    asked = dict(next(one for one in vendor.asked if one.url.path.endswith("/tickets")).url.params)
    assert asked == {
        "updated_since": "1970-01-01T00:00:00Z",
        "order_by": "updated_at",
        "order_type": "desc",
        "include": "requester,stats",
        "page": "1",
        "per_page": "100",
    }
    assert [row.record.remote_id for row in page.rows] == ["17"]
    assert not page.more


async def test_a_page_costs_two_credits_per_embedded_resource_and_a_view_one(desk, vendor, everyone, payload):
    vendor.paths |= {"/tickets": [payload("ticket_row")], "/tickets/17": payload("ticket_full")}
    wants = frozenset({"requester", "organization", "description"})
    with recording() as calls:
        await desk.tickets(everyone, TicketQuery(), PageRequest(size=1, wants=wants))
        await desk.tickets_by_id(everyone, ["17"], wants)
    credits = {call.endpoint: call.credits for call in calls}
    assert (credits["GET /tickets"], credits["GET /tickets/{id}"]) == (7, 3)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-ratelimit-total": "40", "x-ratelimit-remaining": "38"}, [Observation("tickets", 40, 38)]),
        ({"x-ratelimit-total": "100.0", "x-ratelimit-remaining": "99.5"}, [Observation("tickets", 100, 99)]),
        ({"x-ratelimit-remaining": "3"}, [Observation("tickets", None, 3)]),
        ({"x-ratelimit-total": "plenty"}, []),
        ({"x-ratelimit-total": "-1"}, []),
        ({"x-ratelimit-total": "inf"}, []),
        ({}, []),
    ],
)
def test_buckets_are_learned_from_headers(headers, expected):
    assert list(learn("tickets", headers)) == expected


async def test_the_budget_shows_what_the_headers_said(desk, vendor, everyone):
    vendor.paths["/agents/me"] = lambda _: answer({"id": 1}, x_ratelimit_total="50", x_ratelimit_remaining="49")
    await desk.health()
    assert (desk.budget().limit, desk.budget().remaining, desk.budget().window_s) == (50, 49, 60)


@pytest.mark.parametrize(
    ("response", "error", "says"),
    [
        (
            httpx.Response(401, json={"code": "invalid_credentials", "message": "x"}),
            CredentialsRejected,
            "FRESHDESK_API_KEY",
        ),
        (httpx.Response(403, json={"code": "require_feature", "message": "x"}), Forbidden, "require_feature"),
        (httpx.Response(403), Forbidden, "plan"),
        (httpx.Response(400, json={"code": "invalid_json", "message": "Bad JSON"}), Rejected, "Bad JSON"),
        (httpx.Response(406, text="no"), Rejected, "406"),
        (httpx.Response(409, json={"errors": [{"field": "email", "message": "taken"}]}), Conflict, "email: taken"),
        (httpx.Response(502, html="<html>Bad gateway</html>"), Unavailable, "502"),
        (httpx.Response(200, html="<html>Maintenance</html>"), Unreadable, "web page"),
        (httpx.Response(200, content=b'[{"id":1,'), Unreadable, "cut short"),
        (httpx.Response(200, json={"tickets": []}), Unreadable, "unexpected"),
        (httpx.Response(200, content=b""), Unreadable, "empty"),
    ],
)
async def test_refusals_and_nonsense(desk, vendor, everyone, response, error, says):
    vendor.paths["/companies"] = response
    with pytest.raises(error) as caught:
        await desk.organizations(everyone, OrganizationQuery(), ONE)
    assert says in caught.value.message
    assert "not-a-real-key" not in repr(caught.value)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"created_at": "soon"}, "$[1].created_at"),
        ({"id": "seventeen"}, "$[1].id"),
        ({"tags": "hot"}, "$[1].tags"),
        ({"stats": {"closed_at": "never"}}, "$[1].stats.closed_at"),
    ],
)
async def test_one_unreadable_row_is_named_and_never_dropped(desk, vendor, everyone, payload, change, where):
    row = payload("ticket_row")
    vendor.paths["/tickets"] = [row, {**row, **change}]
    with pytest.raises(Unreadable) as caught:
        await desk.tickets(everyone, TicketQuery(), ONE)
    assert caught.value.where == where


async def test_no_signed_link_and_no_token_stays_in_raw(desk, vendor, everyone, payload):
    vendor.paths["/tickets/17"] = payload("ticket_full")
    found = (await desk.tickets_by_id(everyone, ["17"]))[0]
    text = json.dumps(found.raw)
    assert "Signature" not in text and "aa.bb.cc" not in text and "/inline/attachment" not in text
    assert 'alt=\\"the fire\\"' in text
    assert found.raw["attachments"][0]["attachment_url"] is None
    assert "token=aa.bb.cc" in found.body_html  # for the sanitiser, which gives our own link


async def test_by_id_keeps_order_asks_each_once_and_remembers(desk, vendor, everyone, payload, clock):
    vendor.paths |= {f"/tickets/{n}": {**payload("ticket_row"), "id": n} for n in (17, 18)}
    vendor.paths["/tickets/20"] = httpx.Response(403, json={"code": "access_denied", "message": "x"})
    ids = ["18", "17", "18", "19", "20", "abc", "18/../19"]
    for _ in range(2):
        found = await desk.tickets_by_id(everyone, ids)
        assert [one and one.remote_id for one in found] == ["18", "17", "18", None, None, None, None]
    assert vendor.counted() == {
        "/ticket_fields": 1,
        "/tickets/17": 1,
        "/tickets/18": 1,
        "/tickets/19": 1,
        "/tickets/archived/19": 1,
        "/tickets/20": 1,
    }
    clock.advance(60)
    await desk.tickets_by_id(everyone, ["17"])
    assert vendor.counted()["/tickets/17"] == 2


async def test_what_was_kept_is_still_checked_against_the_scope(desk, vendor, everyone, payload):
    vendor.paths["/tickets/17"] = payload("ticket_full")
    ours = Scope(tenant="t", organizations={"fd": frozenset({"990000000401"})})
    theirs = Scope(tenant="t", organizations={"fd": frozenset({"1"})})
    elsewhere = Scope(tenant="t", organizations={})
    assert (await desk.tickets_by_id(everyone, ["17"]))[0]
    assert (await desk.tickets_by_id(ours, ["17"]))[0]
    assert await desk.tickets_by_id(theirs, ["17"]) == [None]
    assert await desk.tickets_by_id(elsewhere, ["17"]) == [None]


async def test_an_archived_ticket_is_found_by_its_own_path(desk, vendor, everyone, payload):
    vendor.paths |= {
        "/tickets/archived/17": {**payload("ticket_full"), "archived": True},
        "/tickets/archived/17/conversations": payload("conversations"),
    }
    found = (await desk.tickets_by_id(everyone, ["17"]))[0]
    assert found.lifecycle.value == "ARCHIVED"
    listed = (await desk.comments(everyone, [found], 50))[0]
    assert [one.remote_id for one in listed.items] == ["17/0", *(f"17/99000000050{n}" for n in (1, 2, 3))]


async def test_comments_of_twenty_tickets_are_twenty_calls(desk, vendor, everyone, payload):
    rows = [{**payload("ticket_full"), "id": n} for n in range(1, 21)]
    vendor.paths["/tickets"] = rows
    for n in range(1, 21):
        vendor.paths[f"/tickets/{n}/conversations"] = payload("conversations")
    page = await desk.tickets(everyone, TicketQuery(), PageRequest(size=20, wants=frozenset({"description"})))
    vendor.asked.clear()
    tickets = [row.record for row in page.rows]
    found = await desk.comments(everyone, [*tickets, tickets[0]], 50)
    assert vendor.counted() == {f"/tickets/{n}/conversations": 1 for n in range(1, 21)}
    assert [len(one.items) for one in found] == [4] * 21
    assert all(dict(one.url.params) == {"per_page": "100"} for one in vendor.asked)


async def test_a_ticket_without_its_body_is_read_once_more(desk, vendor, everyone, payload):
    vendor.paths |= {
        "/tickets": [payload("ticket_row")],
        "/tickets/17": payload("ticket_full"),
        "/tickets/17/conversations": [],
    }
    row = (await desk.tickets(everyone, TicketQuery(), ONE)).rows[0].record
    listed = (await desk.comments(everyone, [row], 10))[0]
    assert (len(listed.items), listed.items[0].body_text, listed.complete) == (1, "It burns", True)
    assert vendor.counted()["/tickets/17"] == 1


async def test_notes_are_left_out_and_read_past_where_they_are_not_seen(desk, vendor, everyone, payload):
    ticket = payload("ticket_full")
    note, reply, _ = payload("conversations")

    def conversations(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("page", 1))
        rows = [{**note, "id": 100 + n} for n in range(100)] if page == 1 else [reply]
        link = {"link": '<https://acme.freshdesk.com/api/v2/x?page=2 >;rel="next"'} if page == 1 else {}
        return answer(rows, **link)

    vendor.paths |= {"/tickets/17": ticket, "/tickets/17/conversations": conversations}
    found = (await desk.tickets_by_id(everyone, ["17"]))[0]
    bound = Scope(tenant="t", organizations={"fd": frozenset({"990000000401"})})
    quiet = Scope(tenant="t", notes=False)
    for scope in (bound, quiet):
        listed = (await desk.comments(scope, [found], 2))[0]
        assert [one.remote_id for one in listed.items] == ["17/0", "17/990000000502"]
    some = (await desk.comments(everyone, [found], 2))[0]
    assert (len(some.items), some.complete) == (101, False)


async def test_the_failure_of_one_ticket_s_comments_stays_in_its_place(desk, vendor, everyone, payload):
    vendor.paths |= {f"/tickets/{n}": {**payload("ticket_full"), "id": n} for n in (1, 2)}
    vendor.paths |= {"/tickets/1/conversations": httpx.Response(400), "/tickets/2/conversations": []}
    tickets = await desk.tickets_by_id(everyone, ["1", "2"])
    failed, whole = await desk.comments(everyone, tickets, 10)
    assert isinstance(failed, Rejected) and failed.helpdesk == "fd"
    assert len(whole.items) == 1


async def test_names_come_from_the_fields_where_the_key_may_not_read_agents(desk, vendor, everyone, payload):
    denied = httpx.Response(403, json={"code": "access_denied", "message": "x"})
    vendor.paths |= dict.fromkeys(("/agents", "/groups", "/products"), denied)
    vendor.paths["/ticket_fields"] = payload("ticket_fields")
    assert [(one.remote_id, one.name) for one in await desk.agents(everyone)] == [("990000000201", "Agent One")]
    assert [(one.remote_id, one.name) for one in await desk.groups(everyone)] == [("990000000601", "Tier 1")]
    assert [(one.remote_id, one.name) for one in await desk.products(everyone)] == [("990000000071", "Lamp")]
    assert [one.name for one in await desk.agents_by_id(everyone, ["990000000201"])] == ["Agent One"]


async def test_a_ticket_list_does_not_fail_because_its_labels_do(desk, vendor, everyone, payload):
    vendor.paths |= {"/ticket_fields": httpx.Response(500), "/tickets": [payload("ticket_row")]}
    found = (await desk.tickets(everyone, TicketQuery(), ONE)).rows[0].record
    assert (found.status, found.status_native.label) == (TicketStatus.OPEN, "Open")
    asked = vendor.counted()["/ticket_fields"]
    await desk.tickets(everyone, TicketQuery(), ONE)
    assert vendor.counted()["/ticket_fields"] == asked


async def test_a_requester_who_is_an_agent(desk, vendor, everyone, payload):
    vendor.paths |= {"/agents": [payload("agent")], "/contacts/990000000101": payload("contact")}
    ids = ["990000000201", "990000000101", "5"]
    found = await desk.contacts_by_id(everyone, ids)
    assert [one and one.name for one in found] == ["Agent One", "Ana Test", None]
    refs = [
        ActorRef(kind="PERSON", remote_id="990000000201"),
        ActorRef(kind="PERSON", remote_id="990000000101"),
        ActorRef(kind="UNKNOWN", email="x@example.test"),
    ]
    actors = await desk.actors(everyone, refs)
    assert [type(one).__name__ for one in actors] == ["Agent", "Contact", "NoneType"]
    assert vendor.counted()["/contacts/990000000201"] == 1  # agents were not in hand yet; now they are
    assert (await desk.contacts_by_email(everyone, ["AGENT@example.test"]))[0].remote_id == "990000000201"


async def test_a_bound_caller_sees_contacts_of_its_organizations_and_no_agent_as_one(desk, vendor, payload):
    vendor.paths |= {"/agents": [payload("agent")], "/contacts/990000000101": payload("contact_full")}
    ids = ["990000000101", "990000000201"]
    other = Scope(tenant="t", organizations={"fd": frozenset({"990000000402"})})  # not the first of its companies
    nobody = Scope(tenant="t", organizations={"fd": frozenset({"3"})})
    assert [one and one.name for one in await desk.contacts_by_id(other, ids)] == ["Ana Test", None]
    assert [one and one.name for one in await desk.contacts_by_id(nobody, ids)] == [None, None]


async def test_contacts_since_a_moment_by_the_older_name_where_the_newer_is_refused(desk, vendor, everyone, payload):
    def contacts(request: httpx.Request) -> httpx.Response:
        if "updated_since" in request.url.params:
            return answer({"errors": [{"field": "updated_since", "code": "invalid_field"}]}, 400)
        old = {**payload("contact"), "id": 5, "updated_at": "2020-01-01T00:00:00Z"}
        return answer([payload("contact"), old])

    vendor.paths["/contacts"] = contacts
    query = ContactQuery(updated_since=datetime(2024, 1, 1, tzinfo=UTC))
    found = await desk.contacts(everyone, query, PageRequest(size=10))
    assert [row.record.remote_id for row in found.rows] == ["990000000101"]
    assert vendor.asked[-1].url.params["_updated_since"] == "2024-01-01T00:00:00Z"


async def test_a_filter_the_vendor_ignores_does_not_widen_the_list(desk, vendor, everyone, payload):
    vendor.paths["/contacts"] = [payload("contact"), payload("contact_full") | {"id": 6}]
    found = await desk.contacts(everyone, ContactQuery(external_id="crm-1"), PageRequest(size=10))
    assert [row.record.remote_id for row in found.rows] == ["6"]


async def test_contacts_by_name_are_refused_with_the_nearest_form(desk, everyone):
    with pytest.raises(Unsupported, match="search"):
        await desk.contacts(everyone, ContactQuery(name="Ana"), ONE)


async def test_an_unknown_requester_is_an_empty_list(desk, vendor, everyone):
    vendor.paths["/tickets"] = answer(
        {"errors": [{"field": "email", "message": "There is no contact", "code": "invalid_value"}]}, 400
    )
    query = TicketQuery(filter=TicketFilter(requester_email="nobody+x@example.test"))
    assert (await desk.tickets(everyone, query, ONE)).rows == ()
    sent = next(one for one in vendor.asked if one.url.path.endswith("/tickets"))
    assert b"email=nobody%2Bx%40example.test" in sent.url.query


def results(rows: list[dict], total: int | None = None):
    def search(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        assert page <= 10
        return answer({"total": len(rows) if total is None else total, "results": rows[(page - 1) * 30 : page * 30]})

    return search


async def test_a_searched_filter_is_read_whole_and_ordered_here(desk, vendor, everyone, payload):
    row = payload("ticket_row")
    rows = [{**row, "id": n, "updated_at": f"2025-01-01T00:00:{n % 40:02}Z"} for n in range(1, 71)]
    vendor.paths["/search/tickets"] = results(rows)
    query = TicketQuery(filter=TicketFilter(assignee_id="990000000201"))
    expected = [str(n) for n in sorted(range(1, 71), key=lambda n: (n % 40, n), reverse=True)]
    seen, place = [], None
    while True:
        page = await desk.tickets(everyone, query, PageRequest(size=9, after=place))
        seen += [one.record.remote_id for one in page.rows[:9]]
        if not page.more:
            break
        place = page.rows[8].place
    assert seen == expected
    assert vendor.asked[-1].url.params["query"] == '"agent_id:990000000201"'


async def test_a_search_that_finds_too_many_says_how_many(desk, vendor, everyone, payload):
    vendor.paths["/search/tickets"] = results([payload("ticket_row")] * 30, total=4321)
    with pytest.raises(Unsupported) as caught:
        await desk.tickets(everyone, TicketQuery(filter=TicketFilter(assignee_id="1")), ONE)
    assert "4,321" in caught.value.message and "300" in caught.value.message


async def test_what_the_search_shows_too_late_is_left_out(desk, vendor, everyone, payload):
    row = payload("ticket_row")
    moved = {**row, "id": 18, "responder_id": 5}
    spam = {**row, "id": 19, "spam": True}
    vendor.paths["/search/tickets"] = results([row, moved, spam])
    page = await desk.tickets(
        everyone, TicketQuery(filter=TicketFilter(assignee_id="990000000201")), PageRequest(size=9)
    )
    assert [one.record.remote_id for one in page.rows] == ["17"]


async def test_search_rows_without_tags_are_read_by_id(desk, vendor, everyone, payload):
    row = {name: value for name, value in payload("ticket_row").items() if name != "tags"}
    vendor.paths |= {"/search/tickets": results([row]), "/tickets/17": payload("ticket_full")}
    page = await desk.tickets(everyone, TicketQuery(filter=TicketFilter(tags_any=("fire",))), PageRequest(size=9))
    assert page.rows[0].record.tags == ("fire", "hot")


async def test_the_ceiling_is_an_error_and_never_an_end(desk, vendor, everyone, payload):
    """Page 300 of 100 says there are more, and page 301 is never asked for."""
    row = payload("ticket_row")

    def tickets(request: httpx.Request) -> httpx.Response:
        page, size = int(request.url.params["page"]), int(request.url.params["per_page"])
        assert page <= 300
        start = (page - 1) * size
        rows = [
            {**row, "id": 50_000 - n, "created_at": datetime.fromtimestamp(1_700_000_000 - n, UTC).isoformat()}
            for n in range(start, start + size)
        ]
        return answer(rows, link='<https://acme.freshdesk.com/api/v2/tickets?page=x>; rel="next"')

    vendor.paths["/tickets"] = tickets
    query = TicketQuery(order=TicketOrder(field=TicketOrderField.CREATED_AT))
    at = 29_500
    place = pack(Place(token=str(at), key=1_700_000_000 - at, id=str(50_000 - at)))
    seen: list[int] = []
    with pytest.raises(Unsupported) as caught:
        while True:
            page = await desk.tickets(everyone, query, PageRequest(size=100, after=place))
            assert page.more
            seen += [int(one.record.remote_id) for one in page.rows[:100]]
            place = page.rows[:100][-1].place
    assert seen == list(range(50_000 - at - 1, 50_000 - at - 1 - len(seen), -1))
    assert 29_990 <= at + len(seen) <= 30_000
    assert "30,000" in caught.value.message and "UPDATED_AT ASC" in caught.value.message


async def test_bounds_in_time_reach_the_vendor(desk, vendor, everyone, payload):
    vendor.paths["/tickets"] = [payload("ticket_row")]
    low = TicketFilter(updated_at=TimeRange(gt=datetime(2025, 1, 30, 9, 15, 1, tzinfo=UTC)))
    for direction in OrderDirection:
        query = TicketQuery(filter=low, order=TicketOrder(direction=direction))
        assert len((await desk.tickets(everyone, query, ONE)).rows) == 1
        sent = [one for one in vendor.asked if one.url.path.endswith("/tickets")][-1]
        assert sent.url.params["updated_since"] == "2025-01-30T09:15:02Z"


async def test_a_ticket_is_created_once_and_shown(desk, vendor, everyone, payload):
    made = {**payload("ticket_full"), "id": 77}
    vendor.paths["/tickets"] = lambda request: answer(made, 201)
    plan = await desk.plan_ticket(DRAFT, "marker")
    found = await desk.create_ticket(plan, "key")
    posts = [one for one in vendor.asked if one.method == "POST"]
    assert len(posts) == 1 and json.loads(posts[0].content) == plan.body
    assert found.remote_id == "77"
    assert (await desk.tickets_by_id(everyone, ["77"]))[0] == found
    assert vendor.counted()["/tickets/77"] == 0


@pytest.mark.parametrize(
    "lost",
    [
        httpx.Response(500),
        httpx.Response(504, html="<html>"),
        httpx.Response(201, content=b'{"id":7'),
        httpx.Response(201, json={"id": "seven"}),
        httpx.ReadError("reset"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("closed"),
    ],
)
async def test_a_lost_answer_is_never_sent_again(desk, vendor, lost):
    def tickets(request: httpx.Request) -> httpx.Response:
        if isinstance(lost, Exception):
            raise lost
        return lost

    plan = await desk.plan_ticket(DRAFT, "marker")
    vendor.paths["/tickets"] = tickets
    with pytest.raises(OutcomeUnknown):
        await desk.create_ticket(plan, "key")
    assert sum(one.method == "POST" for one in vendor.asked) == 1


@pytest.mark.parametrize(
    ("complaint", "field"),
    [
        ({"field": "responder_id", "message": "There is no agent matching"}, "assigneeId"),
        ({"field": "cf_room", "message": "Mandatory attribute missing"}, "customFields.cf_room"),
        ({"field": "email", "message": "It should be in the 'valid email address' format"}, "requester.contact.email"),
    ],
)
async def test_a_refused_ticket_names_the_input_s_field(desk, vendor, complaint, field):
    vendor.paths["/tickets"] = answer({"description": "Validation failed", "errors": [complaint]}, 400)
    with pytest.raises(BadInput) as caught:
        await desk.create_ticket(await desk.plan_ticket(DRAFT, "marker"), "key")
    assert caught.value.field == field
    assert complaint["message"] in caught.value.message


async def test_a_marked_ticket_is_found_in_the_newest_list_or_by_search(desk, vendor, payload):
    plan = await desk.plan_ticket(DRAFT, "marker")
    tag = plan.body["tags"][-1]
    row = {**payload("ticket_row"), "tags": [tag]}
    vendor.paths["/tickets"] = [row]
    assert (await desk.find_ticket("marker")).remote_id == "17"
    vendor.paths |= {"/tickets": [], "/search/tickets": results([row]), "/tickets/17": row}
    assert (await desk.find_ticket("marker")).remote_id == "17"
    assert f"tag:'{tag}'" in next(one for one in vendor.asked if "/search/" in one.url.path).url.params["query"]
    vendor.paths["/search/tickets"] = results([])
    assert await desk.find_ticket("marker") is None


async def read(desk, scope: Scope, remote_id: str) -> tuple[str, str, bytes]:
    async with desk.open_file(scope, remote_id) as file:
        return file.file_name, file.content_type, b"".join([piece async for piece in file.chunks])


@pytest.fixture
def storage(over, payload):
    """The account and the hosts its files lie on."""
    seen: list[httpx.Request] = []

    def network(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        path = request.url.path
        if request.url.host == "acme.freshdesk.com" and path.startswith("/api/v2/"):
            found = {
                "/api/v2/tickets/17": payload("ticket_full"),
                "/api/v2/tickets/17/conversations": payload("conversations"),
            }.get(path)
            return answer(found) if found is not None else httpx.Response(404)
        if request.url.host == "attachment.freshdesk.com":
            return httpx.Response(302, headers={"location": "https://d1.cloudfront.net/fire.png?Signature=1"})
        kind = "application/pdf" if path == "/x" else "image/png"
        return httpx.Response(200, content=b"bytes of " + path.encode(), headers={"content-type": kind})

    return over(network), seen


async def test_a_file_is_fetched_by_a_fresh_link_without_our_key(storage, everyone):
    desk, seen = storage
    name, kind, data = await read(desk, everyone, "17/0/990000000901")
    assert (name, kind) == ("photo.png", "image/png")
    assert data.endswith(b"original/photo.png")
    assert [("authorization" in one.headers) for one in seen] == [True, False]
    await read(desk, everyone, "17/0/990000000901")
    assert sum(one.url.path == "/api/v2/tickets/17" for one in seen) == 2


async def test_a_file_of_a_reply_and_an_inline_picture(storage, everyone, payload):
    desk, seen = storage
    assert (await read(desk, everyone, "17/990000000502/990000000902"))[:2] == ("bill.pdf", "application/pdf")
    ticket = (await desk.tickets_by_id(everyone, ["17"]))[0]
    picture = next(one for one in ticket.attachments if one.inline)
    assert (await read(desk, everyone, picture.remote_id))[2] == b"bytes of /fire.png"
    assert all("authorization" not in one.headers for one in seen if one.url.host != "acme.freshdesk.com")


@pytest.mark.parametrize(
    "remote_id",
    ["17/0/1", "17/0/inline-0000000000000000", "18/0/1", "17/9/1", "17/0", "x/0/1", "17/0/1/2", "", "../1/2"],
)
async def test_a_file_that_is_not_there(storage, everyone, remote_id):
    with pytest.raises(NotFound):
        await read(storage[0], everyone, remote_id)


async def test_a_file_of_another_organization_or_of_a_note_is_not_there(storage, payload):
    theirs = Scope(tenant="t", organizations={"fd": frozenset({"1"})})
    ours = Scope(tenant="t", organizations={"fd": frozenset({"990000000401"})})
    with pytest.raises(NotFound):
        await read(storage[0], theirs, "17/0/990000000901")
    assert (await read(storage[0], ours, "17/0/990000000901"))[0] == "photo.png"
    with pytest.raises(NotFound):
        await read(storage[0], ours, "17/990000000501/1")


async def test_health(desk, vendor, clock):
    vendor.paths["/agents/me"] = {"id": 1}
    assert (await desk.health()).state is HealthState.UP
    vendor.paths["/agents/me"] = httpx.Response(401, json={"code": "invalid_credentials", "message": "x"})
    assert (await desk.health()).state is HealthState.UP  # kept for a moment
    clock.advance(60)
    found = await desk.health()
    assert (found.state, found.credential) == (HealthState.DOWN, CredentialState.REJECTED)
    assert "FRESHDESK_API_KEY" in (found.note or "")


async def test_search_asks_only_what_it_can(desk, vendor, everyone, payload):
    vendor.paths |= {
        "/contacts/autocomplete": [{"id": 990000000101, "name": "Ana Test"}],
        "/contacts/990000000101": payload("contact"),
        "/companies/autocomplete": {"companies": [{"id": 990000000401, "name": "Example Co"}]},
        "/companies/990000000401": payload("company"),
        "/search/solutions": [{**payload("article"), "folder_visibility": 1}],
        "/tickets/17": payload("ticket_full"),
        "/solutions/categories": [],
        "/agents": [],
    }
    found = await desk.search(everyone, "17", frozenset(), PageRequest(size=10))
    assert [type(row.record.record).__name__ for row in found.rows] == ["Ticket", "Contact", "Organization", "Article"]
    words = await desk.search(everyone, "plug", frozenset(), PageRequest(size=10))
    assert [type(row.record.record).__name__ for row in words.rows] == ["Contact", "Organization", "Article"]
    with pytest.raises(Unsupported, match="number"):
        await desk.search(everyone, "plug", frozenset({SearchKind.TICKET}), ONE)
    bound = Scope(tenant="t", organizations={"fd": frozenset({"5"})})
    mine = await desk.search(bound, "17", frozenset(), PageRequest(size=10))
    assert [type(row.record.record).__name__ for row in mine.rows] == ["Article"]


async def test_a_company_by_its_name(desk, vendor, everyone, payload):
    vendor.paths |= {
        "/companies/autocomplete": {
            "companies": [{"id": 990000000401, "name": "Example Co"}, {"id": 5, "name": "Example"}]
        },
        "/companies/990000000401": payload("company"),
        "/companies/5": payload("company") | {"id": 5, "name": "Example"},
    }
    found = await desk.organizations(everyone, OrganizationQuery(name="example co"), ONE)
    assert [row.record.remote_id for row in found.rows] == ["990000000401"]
    with pytest.raises(Unsupported):
        await desk.organizations(everyone, OrganizationQuery(external_id="x"), ONE)

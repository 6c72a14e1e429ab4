"""python-freshdesk, somebody else's client, reads tickets, comments, people and articles from the Freshdesk sandbox."""

from __future__ import annotations

import sys

from _vendor_session import mounted, sandbox
from freshdesk.api import API
from freshdesk.v2.errors import FreshdeskNotFound, FreshdeskUnauthorized

HOST = "sandbox.freshdesk.com"


def client(api_key: str) -> tuple[API, object]:
    api = API(HOST, api_key)
    return api, mounted(api._session, HOST, sandbox("freshdesk")["url"]).answers


def tickets(api: API) -> str:
    listed = api.tickets.list_tickets(filter_name=None, updated_since="2010-01-01T00:00:00Z")
    assert len(listed) > 100, f"more than a page of tickets, not {len(listed)}"
    assert len({ticket.id for ticket in listed}) == len(listed), "no ticket twice"
    deleted = api.tickets.list_deleted_tickets()
    assert all(ticket.deleted for ticket in deleted)
    assert not {ticket.id for ticket in deleted} & {ticket.id for ticket in listed}, "deleted tickets apart"
    for ticket in listed[:5]:
        whole = api.tickets.get_ticket(ticket.id, "requester", "conversations", "stats")
        assert whole.subject == ticket.subject and whole.description_text, whole
        assert whole.requester["id"] == whole.requester_id
        assert whole.status in ("open", "pending", "resolved", "closed") or int(whole._status) > 5, whole.status
    return f"{len(listed)} tickets"


def comments(api: API) -> str:
    found = []
    for ticket in api.tickets.list_tickets(filter_name=None, per_page=20, page=1):
        found += api.comments.list_comments(ticket.id)
    assert found and all(comment.body_text is not None and isinstance(comment._source, int) for comment in found)
    return f"{len(found)} comments"


def people(api: API) -> str:
    contacts, agents = api.contacts.list_contacts(), api.agents.list_agents()
    assert len(contacts) > 20 and len({contact.id for contact in contacts}) == len(contacts), len(contacts)
    one = api.contacts.get_contact(contacts[0].id)
    assert (one.id, one.name, one.email) == (contacts[0].id, contacts[0].name, contacts[0].email)
    assert [same.id for same in api.contacts.list_contacts(email=one.email)] == [one.id], "a contact by e-mail"
    assert agents and api.agents.get_agent(agents[0].id).contact["email"]
    companies, groups = api.companies.list_companies(), api.groups.list_groups()
    assert companies and groups and api.companies.get_company(companies[0].id).name == companies[0].name
    assert {field.name for field in api.ticket_fields.list_ticket_fields()} >= {"status", "priority", "subject"}
    return f"{len(contacts)} contacts, {len(agents)} agents"


def articles(api: API) -> str:
    found = []
    for category in api.solutions.categories.list_categories():
        for folder in api.solutions.folders.list_from_category(category.id):
            found += api.solutions.articles.list_from_folder(folder.id)
    assert found, "articles"
    whole = api.solutions.articles.get_article(found[0].id)
    assert whole.title == found[0].title and whole.description_text
    return f"{len(found)} articles"


def refusals(api: API) -> str:
    try:
        api.tickets.get_ticket(999_999_999)
    except FreshdeskNotFound:
        pass
    else:
        raise AssertionError("a ticket that is not there is FreshdeskNotFound")
    stranger, _ = client("wrong")
    try:
        stranger.tickets.list_tickets()
    except FreshdeskUnauthorized:
        return "404 and 401 understood"
    raise AssertionError("a wrong key is FreshdeskUnauthorized")


def main() -> None:
    api, answers = client(sandbox("freshdesk")["api_key"])
    said = [part(api) for part in (tickets, comments, people, articles, refusals)]
    assert set(answers) <= {200, 404}, answers
    sys.stdout.write("; ".join(said) + "\n")


if __name__ == "__main__":
    main()

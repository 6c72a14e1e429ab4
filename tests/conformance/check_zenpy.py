"""zenpy, somebody else's client, reads tickets, comments, people and articles from the Zendesk sandbox."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from itertools import islice

import requests
from _vendor_session import mounted, sandbox
from zenpy import Zenpy
from zenpy.lib.exception import APIException, RecordNotFoundException

HOST = "sandbox.zendesk.com"


def client(token: str) -> tuple[Zenpy, object]:
    session = requests.Session()
    adapter = mounted(session, HOST, sandbox("zendesk")["url"])
    return Zenpy(subdomain="sandbox", oauth_token=token, session=session, disable_cache=True), adapter.answers


def tickets(zendesk: Zenpy) -> str:
    by_cursor = [ticket.id for ticket in zendesk.tickets(cursor_pagination=True)]
    by_offset = [ticket.id for ticket in zendesk.tickets(cursor_pagination=False)]
    assert len(by_cursor) > 100, f"more than a page of tickets, not {len(by_cursor)}"
    assert len(set(by_cursor)) == len(by_cursor), "no ticket twice"
    assert sorted(by_cursor) == sorted(by_offset), "the same tickets by cursor and by offset"
    exported = {ticket.id for ticket in zendesk.tickets.incremental(start_time=datetime(2010, 1, 1, tzinfo=UTC))}
    assert exported >= set(by_cursor), "the export has what is listed"
    wanted = by_cursor[:7]
    assert sorted(ticket.id for ticket in zendesk.tickets(ids=wanted)) == sorted(wanted), "show_many"
    found = list(islice(zendesk.search(type="ticket", status="open"), 5))
    assert found and all(ticket.status == "open" for ticket in found), "search"
    return f"{len(by_cursor)} tickets, {len(exported)} exported"


def comments(zendesk: Zenpy) -> str:
    count = 0
    for ticket in islice(zendesk.tickets(cursor_pagination=True), 20):
        found = list(zendesk.tickets.comments(ticket=ticket.id))
        assert found and found[0].body, f"ticket {ticket.id} begins with its description"
        assert found[0].author.id and all(isinstance(comment.public, bool) for comment in found)
        count += len(found)
    return f"{count} comments"


def people(zendesk: Zenpy) -> str:
    ticket = next(iter(zendesk.tickets(cursor_pagination=True)))
    assert zendesk.users(id=ticket.requester_id).name == ticket.requester.name
    users = list(zendesk.users(cursor_pagination=True))
    assert len(users) > 20 and len({user.id for user in users}) == len(users), len(users)
    agents = [user for user in users if user.role in ("agent", "admin")]
    assert agents and zendesk.users.me().role == "admin"
    organizations, groups = list(zendesk.organizations()), list(zendesk.groups())
    assert organizations and groups
    assert zendesk.organizations(id=organizations[0].id).name == organizations[0].name
    assert list(zendesk.ticket_fields()) and list(zendesk.custom_statuses())
    return f"{len(users)} users, {len(agents)} of them agents"


def articles(zendesk: Zenpy) -> str:
    found = list(zendesk.help_center.articles())
    assert found and all(article.title and article.body is not None for article in found)
    whole = zendesk.help_center.articles(id=found[0].id)
    assert whole.title == found[0].title
    assert list(zendesk.help_center.sections()) and list(zendesk.help_center.categories())
    assert [t.locale for t in zendesk.help_center.articles.translations(found[0].id)]
    return f"{len(found)} articles"


def refusals(zendesk: Zenpy) -> str:
    try:
        zendesk.tickets(id=999_999_999)
    except RecordNotFoundException:
        pass
    else:
        raise AssertionError("a ticket that is not there is RecordNotFoundException")
    stranger, _ = client("wrong")
    try:
        next(iter(stranger.tickets(cursor_pagination=True)))
    except APIException as refused:
        assert refused.response.status_code == 401, refused
        return "404 and 401 understood"
    raise AssertionError("a wrong token is refused")


def main() -> None:
    zendesk, answers = client(sandbox("zendesk")["oauth_token"])
    said = [part(zendesk) for part in (tickets, comments, people, articles, refusals)]
    assert set(answers) <= {200, 404}, answers
    sys.stdout.write("; ".join(said) + "\n")


if __name__ == "__main__":
    main()

"""Every path below /api/v2 and its verbs. Order matters: a fixed word stands before an id in its place."""

from __future__ import annotations

from collections.abc import Mapping

from providers.freshdesk.simulator import (
    companies,
    contact_write,
    contacts,
    conversations,
    extras,
    field_definitions,
    search,
    settings,
    solutions,
    staff,
    ticket_list,
    ticket_one,
    ticket_write,
)
from providers.freshdesk.simulator.call import Handler, Verb


def _reads(handler: Handler) -> dict[str, Verb]:
    return {"GET": Verb(handler)}


def _does(method: str, handler: Handler) -> dict[str, Verb]:
    """An action without a body."""
    return {method: Verb(handler, bare=True)}


def _takes(method: str, handler: Handler, *, uploads: bool = False) -> dict[str, Verb]:
    return {method: Verb(handler, uploads=uploads)}


_TICKETS: dict[str, Mapping[str, Verb]] = {
    "tickets": _reads(ticket_list.tickets) | _takes("POST", ticket_write.create, uploads=True),
    "tickets/outbound_email": _takes("POST", ticket_write.outbound, uploads=True),
    "tickets/bulk_update": _takes("POST", extras.bulk_update),
    "tickets/bulk_delete": _takes("POST", extras.bulk_delete),
    "tickets/merge": _takes("PUT", ticket_one.merge),
    "tickets/archived/{id}": _reads(ticket_one.archived),
    "tickets/archived/{id}/conversations": _reads(ticket_one.archived_conversations),
    "tickets/{id}": _reads(ticket_one.view)
    | _takes("PUT", ticket_write.update, uploads=True)
    | _does("DELETE", ticket_one.delete),
    "tickets/{id}/restore": _does("PUT", ticket_one.restore),
    "tickets/{id}/conversations": _reads(conversations.conversations),
    "tickets/{id}/reply": _takes("POST", conversations.reply, uploads=True),
    "tickets/{id}/notes": _takes("POST", conversations.note, uploads=True),
    "tickets/{id}/forward": _takes("POST", conversations.forward, uploads=True),
    "tickets/{id}/watchers": _reads(ticket_one.watchers),
    "tickets/{id}/watch": _takes("POST", ticket_one.watch),
    "tickets/{id}/unwatch": _does("PUT", ticket_one.unwatch),
    "tickets/{id}/satisfaction_ratings": _reads(extras.ratings_of) | _takes("POST", extras.rate),
    "tickets/{id}/time_entries": _reads(extras.time_entries_of) | _takes("POST", extras.add_time_entry),
    "surveys": _reads(extras.surveys),
    "surveys/satisfaction_ratings": _reads(extras.ratings),
    "time_entries": _reads(extras.time_entries),
    "attachments/{id}": _does("DELETE", extras.delete_attachment),
    "jobs/{id}": _reads(extras.job),
    "conversations/{id}": _takes("PUT", conversations.edit, uploads=True) | _does("DELETE", conversations.delete),
}
_PEOPLE: dict[str, Mapping[str, Verb]] = {
    "contacts": _reads(contacts.contacts) | _takes("POST", contact_write.create, uploads=True),
    "contacts/autocomplete": _reads(contacts.autocomplete),
    "contacts/merge": _takes("POST", contact_write.merge),
    "contacts/{id}": _reads(contacts.view)
    | _takes("PUT", contact_write.update, uploads=True)
    | _does("DELETE", contact_write.delete),
    "contacts/{id}/hard_delete": _does("DELETE", contact_write.hard_delete),
    "contacts/{id}/restore": _does("PUT", contact_write.restore),
    "contacts/{id}/send_invite": _does("PUT", contact_write.send_invite),
    "contacts/{id}/make_agent": _takes("PUT", contact_write.make_agent),
    "companies": _reads(companies.companies) | _takes("POST", companies.create),
    "companies/autocomplete": _reads(companies.autocomplete),
    "companies/{id}": _reads(companies.view) | _takes("PUT", companies.update) | _does("DELETE", companies.delete),
}
_STAFF: dict[str, Mapping[str, Verb]] = {
    "agents": _reads(staff.agents),
    "agents/me": _reads(staff.me),
    "agents/autocomplete": _reads(staff.autocomplete),
    "agents/{id}": _reads(staff.view_agent),
    "groups": _reads(staff.groups),
    "groups/{id}": _reads(staff.view_group),
    "admin/groups": _reads(staff.admin_groups),
    "admin/groups/{id}": _reads(staff.view_admin_group),
    "products": _reads(staff.products),
    "products/{id}": _reads(staff.view_product),
    "roles": _reads(staff.roles),
    "roles/{id}": _reads(staff.view_role),
    "email_configs": _reads(staff.email_configs),
}
_SETTINGS: dict[str, Mapping[str, Verb]] = {
    "ticket_fields": _reads(field_definitions.ticket_fields),
    "admin/ticket_fields": _reads(field_definitions.admin_ticket_fields),
    "admin/ticket_fields/{id}": _reads(field_definitions.admin_ticket_field),
    "contact_fields": _reads(field_definitions.contact_fields),
    "company_fields": _reads(field_definitions.company_fields),
    "settings/helpdesk": _reads(settings.helpdesk),
    "account": _reads(settings.account),
    "search/tickets": _reads(search.tickets),
    "search/contacts": _reads(search.contacts),
    "search/companies": _reads(search.companies_found),
    "search/solutions": _reads(solutions.search),
}
_SOLUTIONS: dict[str, Mapping[str, Verb]] = {
    "solutions/categories": _reads(solutions.categories) | _takes("POST", solutions.create_category),
    "solutions/categories/{id:int}": _reads(solutions.category) | _does("DELETE", solutions.delete_category),
    "solutions/categories/{id:int}/folders": _reads(solutions.category_folders)
    | _takes("POST", solutions.create_folder),
    "solutions/categories/{id:int}/folders/{lang}": _reads(solutions.category_folders),
    "solutions/categories/{id:int}/{lang}": _reads(solutions.category),
    "solutions/categories/{lang}": _reads(solutions.categories),
    "solutions/folders/{id}": _reads(solutions.folder) | _does("DELETE", solutions.delete_folder),
    "solutions/folders/{id}/subfolders": _reads(solutions.subfolders),
    "solutions/folders/{id}/subfolders/{lang}": _reads(solutions.subfolders),
    "solutions/folders/{id}/articles": _reads(solutions.folder_articles)
    | _takes("POST", solutions.create_article, uploads=True),
    "solutions/folders/{id}/articles/{lang}": _reads(solutions.folder_articles),
    "solutions/folders/{id}/{lang}": _reads(solutions.folder),
    "solutions/articles/{id}": _reads(solutions.article)
    | _takes("PUT", solutions.update_article, uploads=True)
    | _does("DELETE", solutions.delete_article),
    "solutions/articles/{id}/{lang}": _reads(solutions.article)
    | _takes("PUT", solutions.update_article)
    | _takes("POST", solutions.translate_article),
}
ROUTES: Mapping[str, Mapping[str, Verb]] = _TICKETS | _PEOPLE | _STAFF | _SETTINGS | _SOLUTIONS

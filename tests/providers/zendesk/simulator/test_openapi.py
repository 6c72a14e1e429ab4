"""The simulator's answers against the vendor's own OpenAPI file, where DESKGRAPH_ZENDESK_OAS names one.

The file's nullability is incomplete, so null is taken everywhere; where others contradict it, TOLERATED says who.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from providers.zendesk.simulator import Profile, ids

OAS = os.environ.get("DESKGRAPH_ZENDESK_OAS", "")
pytestmark = pytest.mark.skipif(not OAS, reason="DESKGRAPH_ZENDESK_OAS names no copy of the vendor's OpenAPI file")

TOLERATED = (
    r"\.custom_fields\[\]\.value$",  # typed text there; numbers, booleans and lists in every real reading
    r"^\$\.ticket_metric$",  # declared a list; one object in real answers (published clients)
    r"\.deleted_users\[\]\.shared_phone_number$",  # typed text there, boolean in the user object beside it
)
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


class Document:
    def __init__(self, path: str) -> None:
        self.root = yaml.load(Path(path).read_text(), Loader=yaml.CSafeLoader)

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self.root
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def answer(self, path: str) -> dict[str, Any]:
        answers = self.root["paths"][path]["get"]["responses"]
        content = self.resolved(answers["200"])["content"]
        return dict(content["application/json"]["schema"])

    def faults(self, value: Any, schema: dict[str, Any], where: str = "$") -> Iterator[str]:
        schema = self.resolved(schema)
        if value is None or any(re.search(pattern, where) for pattern in TOLERATED):
            return
        for word in ("oneOf", "anyOf"):
            if word in schema:
                tries = [list(self.faults(value, each, where)) for each in schema[word]]
                if all(tries):
                    yield from min(tries, key=len)
        for each in schema.get("allOf", ()):
            yield from self.faults(value, each, where)
        yield from self._own(value, schema, where)

    def _own(self, value: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
        kind = schema.get("type")
        if kind is not None and (not isinstance(value, _TYPES[kind]) or (kind == "integer" and value is True)):
            yield f"{where}: {kind} expected, {type(value).__name__} found"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is none of {schema['enum']}"
        if isinstance(value, dict):
            for name in schema.get("required", ()):
                if name not in value:
                    yield f"{where}: {name} is missing"
            for name, inner in schema.get("properties", {}).items():
                if name in value:
                    yield from self.faults(value[name], inner, f"{where}.{name}")
        if isinstance(value, list) and "items" in schema:
            for each in value:
                yield from self.faults(each, schema["items"], f"{where}[]")


@pytest.fixture(scope="module")
def document() -> Document:
    return Document(OAS)


USER, AGENT = ids.USER.id(1003), ids.USER.id(2)
ORGANIZATION, GROUP = ids.ORGANIZATION.id(3), ids.GROUP.id(1)
ENDPOINTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # documented path: (path values, query)
    "/api/v2/tickets": ({}, {"include": "users,groups,organizations,metric_sets,comment_count"}),
    "/api/v2/tickets/{ticket_id}": ({"ticket_id": 7}, {}),
    "/api/v2/tickets/show_many": ({}, {"ids": "3,4,5,6,7,8"}),
    "/api/v2/tickets/count": ({}, {}),
    "/api/v2/tickets/{ticket_id}/comments": ({"ticket_id": 7}, {"include_inline_images": "true"}),
    "/api/v2/tickets/{ticket_id}/comments/count": ({"ticket_id": 7}, {}),
    "/api/v2/tickets/{ticket_id}/audits": ({"ticket_id": 7}, {}),
    "/api/v2/tickets/{ticket_id}/audits/{ticket_audit_id}": (
        {"ticket_id": 7, "ticket_audit_id": ids.AUDIT.id(7 * 1024)},
        {},
    ),
    "/api/v2/tickets/{ticket_id}/audits/count": ({"ticket_id": 7}, {}),
    "/api/v2/tickets/{ticket_id}/collaborators": ({"ticket_id": 7}, {}),
    "/api/v2/tickets/{ticket_id}/followers": ({"ticket_id": 7}, {}),
    "/api/v2/tickets/{ticket_id}/email_ccs": ({"ticket_id": 7}, {}),
    "/api/v2/tickets/{ticket_id}/incidents": ({"ticket_id": 7}, {}),
    "/api/v2/tickets/{ticket_id}/related": ({"ticket_id": 7}, {}),
    "/api/v2/tickets/{ticket_id}/tags": ({"ticket_id": 7}, {}),
    "/api/v2/problems": ({}, {}),
    "/api/v2/ticket_metrics": ({}, {}),
    "/api/v2/ticket_metrics/{ticket_metric_id}": ({"ticket_metric_id": ids.METRIC.id(7)}, {}),
    "/api/v2/satisfaction_ratings": ({}, {}),
    "/api/v2/satisfaction_ratings/count": ({}, {}),
    "/api/v2/deleted_tickets": ({}, {}),
    "/api/v2/users": ({}, {}),
    "/api/v2/users/me": ({}, {}),
    "/api/v2/users/{user_id}": ({"user_id": USER}, {}),
    "/api/v2/users/show_many": ({}, {"ids": f"{USER},{AGENT}"}),
    "/api/v2/users/count": ({}, {}),
    "/api/v2/users/search": ({}, {"query": "a"}),
    "/api/v2/users/autocomplete": ({}, {"name": "an"}),
    "/api/v2/users/{user_id}/related": ({"user_id": AGENT}, {}),
    "/api/v2/users/{user_id}/identities": ({"user_id": USER}, {}),
    "/api/v2/deleted_users": ({}, {}),
    "/api/v2/deleted_users/count": ({}, {}),
    "/api/v2/organizations": ({}, {}),
    "/api/v2/organizations/{organization_id}": ({"organization_id": ORGANIZATION}, {}),
    "/api/v2/organizations/{organization_id}/related": ({"organization_id": ORGANIZATION}, {}),
    "/api/v2/organizations/show_many": ({}, {"ids": str(ORGANIZATION)}),
    "/api/v2/organizations/count": ({}, {}),
    "/api/v2/organizations/autocomplete": ({}, {"name": "a"}),
    "/api/v2/organizations/search": ({}, {"name": "nobody"}),
    "/api/v2/organization_memberships": ({}, {}),
    "/api/v2/groups": ({}, {}),
    "/api/v2/groups/{group_id}": ({"group_id": GROUP}, {}),
    "/api/v2/groups/assignable": ({}, {}),
    "/api/v2/groups/count": ({}, {}),
    "/api/v2/group_memberships": ({}, {}),
    "/api/v2/group_memberships/assignable": ({}, {}),
    "/api/v2/ticket_fields": ({}, {}),
    "/api/v2/ticket_fields/{ticket_field_id}": ({"ticket_field_id": ids.FIELD.id(102)}, {}),
    "/api/v2/ticket_fields/{ticket_field_id}/options": ({"ticket_field_id": ids.FIELD.id(102)}, {}),
    "/api/v2/ticket_fields/count": ({}, {}),
    "/api/v2/custom_statuses": ({}, {}),
    "/api/v2/custom_statuses/{custom_status_id}": ({"custom_status_id": ids.STATUS.id(2)}, {}),
    "/api/v2/ticket_forms": ({}, {}),
    "/api/v2/ticket_forms/{ticket_form_id}": ({"ticket_form_id": ids.FORM.id(1)}, {}),
    "/api/v2/ticket_forms/show_many": ({}, {"ids": str(ids.FORM.id(1))}),
    "/api/v2/brands": ({}, {}),
    "/api/v2/brands/{brand_id}": ({"brand_id": ids.BRAND.id(1)}, {}),
    "/api/v2/tags": ({}, {}),
    "/api/v2/tags/count": ({}, {}),
    "/api/v2/autocomplete/tags": ({}, {"name": "vi"}),
    "/api/v2/locales": ({}, {}),
    "/api/v2/search": ({}, {"query": "a"}),
    "/api/v2/search/count": ({}, {"query": "a"}),
    "/api/v2/search/export": ({}, {"query": "a", "filter[type]": "ticket"}),
    "/api/v2/incremental/tickets": ({}, {"start_time": 0, "per_page": 200, "exclude_deleted": "true"}),
    "/api/v2/incremental/users": ({}, {"start_time": 0, "per_page": 200}),
    "/api/v2/incremental/organizations": ({}, {"start_time": 0}),
    "/api/v2/incremental/tickets/cursor": ({}, {"start_time": 0, "exclude_deleted": "true", "per_page": 200}),
    "/api/v2/incremental/users/cursor": ({}, {"start_time": 0, "per_page": 200}),
    "/api/v2/incremental/{incremental_resource}/sample": (
        {"incremental_resource": "tickets"},
        {"start_time": 0, "exclude_deleted": "true"},
    ),
    "/api/v2/job_statuses": ({}, {}),
    "/api/v2/oauth/tokens": ({}, {}),
    "/api/v2/oauth/clients": ({}, {}),
}


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_answer_is_as_documented(path: str, document: Document, make: Any) -> None:
    """Attachment measures are text in the file and integers in live answers: the switch for text is on here."""
    account = make(tickets=300, profile=Profile(image_size="string"))
    values, query = ENDPOINTS[path]
    answer = await account.get(path.removeprefix("/api/v2/").format(**values), **query)
    faults = sorted(set(document.faults(answer, document.answer(path))))
    assert not faults, "\n".join(faults)


async def test_the_checker_notices_a_wrong_type(document: Document) -> None:
    schema = document.answer("/api/v2/tickets/{ticket_id}")
    wrong = {"ticket": {"id": "7", "requester_id": 1, "status": "asleep"}}
    assert {fault.split(":")[0] for fault in document.faults(wrong, schema)} == {"$.ticket.id", "$.ticket.status"}
    assert list(document.faults({"ticket": {"id": 7}}, schema)) == ["$.ticket: requester_id is missing"]

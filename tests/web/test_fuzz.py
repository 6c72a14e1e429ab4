"""Whatever is sent, the answer is JSON with a code, and never a 5xx."""

from __future__ import annotations

import json
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.toy_server import toy_parts
from web.app import create_app

APP = create_app(toy_parts())
WORDS = st.sampled_from(
    "{ } ( ) ... on query mutation subscription fragment F Query Ticket hello tickets first: 100 -1 id parent "
    "@skip(if: true $n "
    ': Int ! [ ] "x" """ nodes(ids: __schema __type _entities representations: null 1e9 \0 é \\u0000 # ,'.split(" ")
)
DOCUMENT = st.lists(WORDS, max_size=30).map(" ".join) | st.text(max_size=40)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KNOWN = ["{hello}", "{tickets{id}}", "query($n:Int!){double(number:$n)}", "subscription{count(to:1)}"]
QUERY = st.sampled_from(KNOWN) | DOCUMENT | VALUE
BODY = st.fixed_dictionaries(
    {},
    optional={
        "query": QUERY,
        "variables": VALUE | st.dictionaries(st.sampled_from(["n", "a"]), VALUE),
        "operationName": VALUE,
        "extensions": VALUE | st.fixed_dictionaries({"persistedQuery": VALUE}),
    },
)
RAW = (BODY | VALUE).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
ACCEPT = st.sampled_from(["*/*", "application/json", "application/graphql-response+json", "text/event-stream"]) | HEADER
TYPE = st.sampled_from(["application/json"] * 4 + ["application/json; charset=x"]) | HEADER


@given(
    st.sampled_from(["POST"] * 5 + ["GET", "HEAD", "PUT", "OPTIONS"]),
    RAW,
    st.dictionaries(st.sampled_from(["query", "variables", "operationName", "extensions"]), st.text(max_size=20)),
    ACCEPT,
    TYPE,
    HEADER,
)
@settings(max_examples=300, deadline=None)
async def test_any_request_is_answered(
    method: str, body: bytes, params: dict[str, Any], accept: str, type_: str, request_id: str
) -> None:
    transport = httpx.ASGITransport(APP, raise_app_exceptions=True)
    headers = {"accept": accept, "content-type": type_, "x-request-id": request_id}
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        response = await http.request(method, "/graphql", content=body, params=params, headers=headers)
    assert response.status_code < 500
    if method in ("HEAD", "OPTIONS") or response.headers["content-type"].startswith("text/"):
        return
    answer = response.json()
    assert answer.keys() <= {"data", "errors", "extensions"}
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] and error["extensions"]["requestId"]
        assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR"

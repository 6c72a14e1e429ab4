"""`server.py serve` over accounts at a sandbox of its own, with every kind of credential, good and bad."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from providers.freshdesk.simulator import ADMIN
from providers.zendesk.simulator.credentials import Credentials
from tests.support.processes import PATIENCE, SandboxProcess, ServerProcess, sandbox_process, started

ZENDESK = Credentials(email="")
OUR_KEY = "canary-of-the-caller-Kq8"
CANARIES = {
    "API_KEY": OUR_KEY,
    "SIGNING_KEY": "canary-that-signs-cursors-and-links-Pw3",
}
DATABASE = "canary-database-Zt5"
WRONG = {"freshdesk": "canary-freshdesk-key-Rm2", "zendesk": "canary-zendesk-token-Vb9"}
FILE = """
[[helpdesk]]
key = "oauth"
vendor = "zendesk"
domain = "acme"
base_url = "{base}/zendesk"
oauth_token = "{oauth}"

[[helpdesk]]
key = "legacy"
vendor = "zendesk"
domain = "acme"
base_url = "{base}/zendesk"
email = "{email}"
token = "{token}"

[[helpdesk]]
key = "wrong-freshdesk"
vendor = "freshdesk"
domain = "acme"
base_url = "{base}/freshdesk"
api_key = "{wrong_freshdesk}"

[[helpdesk]]
key = "wrong-zendesk"
vendor = "zendesk"
domain = "acme"
base_url = "{base}/zendesk"
oauth_token = "{wrong_zendesk}"
"""
TICKETS = """
query ($keys: [String!]) {
  tickets(first: 5, filter: {helpdesk: {in: $keys}}) {
    nodes { id subject requester { name } helpdesk { key } } sources { helpdesk { key } state error { message } }
  }
}"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process(600) as running:
        yield running


@pytest.fixture(scope="module")
def server(sandbox: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Freshdesk, and Zendesk by client credentials, from the environment; four more accounts from the file."""
    file: Path = tmp_path_factory.mktemp("accounts") / "helpdesks.toml"
    file.write_text(
        FILE.format(
            base=sandbox.base,
            oauth=ZENDESK.oauth_token,
            email=an_agent(sandbox),
            token=ZENDESK.api_token,
            wrong_freshdesk=WRONG["freshdesk"],
            wrong_zendesk=WRONG["zendesk"],
        )
    )
    settings = {
        "PORT": "0",
        "LOG_LEVEL": "DEBUG",
        "HELPDESKS_FILE": str(file),
        "FRESHDESK_DOMAIN": "acme",
        "FRESHDESK_API_KEY": ADMIN.secret,
        "FRESHDESK_BASE_URL": f"{sandbox.base}/freshdesk",
        "ZENDESK_SUBDOMAIN": "acme",
        "ZENDESK_CLIENT_ID": ZENDESK.client_id,
        "ZENDESK_CLIENT_SECRET": ZENDESK.client_secret,
        "ZENDESK_BASE_URL": f"{sandbox.base}/zendesk",
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('database')}/{DATABASE}.db",
        "SYNC": "0",  # what these tests ask is to be answered live
        **CANARIES,
    }
    with started("serve", **settings) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx.Client]:
    base = server.find(r"GraphiQL\s+(http://127\.0\.0\.1:\d+)/graphql").group(1)
    with httpx.Client(base_url=base, timeout=PATIENCE, headers={"Authorization": f"Bearer {OUR_KEY}"}) as client:
        yield client


@pytest.fixture(autouse=True)
def calm(sandbox: SandboxProcess) -> Iterator[None]:
    yield
    sandbox.calm()


def an_agent(sandbox: SandboxProcess) -> str:
    """An address that may sign in with the API token: any active agent's."""
    headers = {"Authorization": f"Bearer {ZENDESK.oauth_token}"}
    found = httpx.get(f"{sandbox.base}/zendesk/api/v2/users/me.json", headers=headers, timeout=PATIENCE).json()
    return str(found["user"]["email"])


def ask(client: httpx.Client, query: str, **variables: Any) -> dict[str, Any]:
    answer = client.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("key", ["freshdesk", "zendesk", "oauth", "legacy"])
def test_every_kind_of_credential_reads_tickets(key: str, client: httpx.Client) -> None:
    answer = ask(client, TICKETS, keys=[key])
    assert "errors" not in answer
    nodes = answer["data"]["tickets"]["nodes"]
    assert len(nodes) == 5
    assert {node["helpdesk"]["key"] for node in nodes} == {key}
    assert all(node["requester"]["name"] for node in nodes)


def test_an_api_token_is_warned_about(client: httpx.Client, server: ServerProcess) -> None:
    answer = ask(client, "{ helpdesks { key health { state credential note } } }")
    found = {one["key"]: one["health"] for one in answer["data"]["helpdesks"]}
    assert found["legacy"]["credential"] == "EXPIRING"
    assert "2027-04-30" in found["legacy"]["note"]
    assert found["oauth"]["credential"] == "VALID"
    assert "2027-04-30" in server.complained


@pytest.mark.parametrize(
    ("key", "setting"), [("wrong-freshdesk", "FRESHDESK_API_KEY"), ("wrong-zendesk", "ZENDESK_OAUTH_TOKEN")]
)
def test_a_wrong_credential_is_ours_and_its_setting_is_named(key: str, setting: str, client: httpx.Client) -> None:
    answer = ask(client, TICKETS, keys=[key, "oauth"])
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "UPSTREAM_AUTH_FAILED"
    assert error["extensions"]["helpdesk"] == key
    assert setting in error["message"]
    assert len(answer["data"]["tickets"]["nodes"]) == 5, "the other's rows are there"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"X-Api-Key": "nonsense"}])
def test_without_our_key_nothing(headers: dict[str, str], client: httpx.Client) -> None:
    answer = httpx.post(f"{client.base_url}/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert answer.status_code == 401
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["UNAUTHENTICATED"]
    assert httpx.get(f"{client.base_url}/schema.graphql", headers=headers).status_code == 401
    assert httpx.get(f"{client.base_url}/readyz", headers=headers).status_code == 200


def test_our_key_in_its_own_header(client: httpx.Client) -> None:
    answer = httpx.post(
        f"{client.base_url}/graphql", json={"query": "{ __typename }"}, headers={"X-Api-Key": OUR_KEY}, timeout=PATIENCE
    )
    assert answer.json() == {"data": {"__typename": "Query"}}


def spellings(secret: str) -> set[str]:
    """As it is, in a URL, and in base64, also in the middle of a longer text."""
    found = {secret, quote(secret, safe="")}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + secret.encode())
        found |= {coded[4 if shift else 0 :][: len(coded) - 8].decode()}
    return found | {text.replace("+", "-").replace("/", "_") for text in found}


def test_no_secret_anywhere(client: httpx.Client, server: ServerProcess, sandbox: SandboxProcess) -> None:
    """At LOG_LEVEL=DEBUG, with every kind of error forced; not in the log, not on stdout, not in an answer."""
    answers: list[str] = []

    def say(query: str, **variables: Any) -> None:
        answer = client.post("/graphql", json={"query": query, "variables": variables}, headers={"X-Upstream": "1"})
        assert "GRAPHQL_VALIDATION_FAILED" not in answer.text, answer.text
        answers.append(answer.text + str(answer.headers))

    everything = (
        "{ tickets { nodes { id raw attachments { nodes { url } } requester { name raw } } }"
        " helpdesks { key health { state credential note problem { message } } } }"
    )
    faults: list[dict[str, Any]] = [
        {"kind": "html"},
        {"kind": "status", "status": 500, "body": f"You sent {ADMIN.secret} and Bearer {ZENDESK.oauth_token}"},
        {
            "kind": "status",
            "status": 400,
            "body": {"description": f"{WRONG['zendesk']} and {OUR_KEY}"},
        },
        {"kind": "reset"},
        {"kind": "status", "status": 401, "body": {"error": "no"}},
    ]
    say(everything)
    for fault in faults:
        sandbox.fault(**fault)
        say(everything)
        say('{ search(query: "canary") { edges { node { __typename } } } }')
        sandbox.calm()
    say(
        'mutation { createTicket(input: {helpdesk: "wrong-zendesk", idempotencyKey: "k", subject: "s", bodyText: "b",'
        ' requester: {contact: {email: "a@b.example"}}, preview: true}) { preview userErrors { message } } }'
    )
    answers.append(client.post("/graphql", content=b"{ nonsense").text)
    say('{ node(id: "x") { id } }')
    answers.append(client.get(f"/files/{OUR_KEY}/x").text.replace(OUR_KEY, ""))
    written = server.said + server.complained
    assert len(written) > 2_000, "there is a log to look into"
    secrets = [*CANARIES.values(), DATABASE, *WRONG.values(), ADMIN.secret, ZENDESK.oauth_token]
    secrets += [ZENDESK.client_secret, ZENDESK.api_token, f"{an_agent(sandbox)}/token:{ZENDESK.api_token}"]
    for secret in secrets:
        for spelling in spellings(secret):
            assert spelling not in written
            assert not any(spelling in answer for answer in answers)

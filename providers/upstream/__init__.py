"""The one HTTP policy for every vendor: `Upstream` is the client of one helpdesk account.

    upstream = Upstream(
        "acme", "https://acme.freshdesk.com/api/v2",
        credentials=FixedCredential({"authorization": …}),     # or your own Credential: headers(), refresh()
        families={"tickets": FamilyPolicy(total=100), …},      # the account's rate buckets, as assumed at first
        learn=observations,      # (family, headers) -> Observations: what this vendor's headers say about buckets
        classify=error_for,      # Answer (a 4xx, never 401 or 429) -> HelpdeskError | None; None hands the Answer back
        file_hosts=allowed,      # host -> bool: where files may be fetched, without credentials
        transport=None,          # None: the pooled one; else ASGITransport, MockTransport (not closed by aclose)
        clock=…, budget=…, policy=UpstreamPolicy(), allow_http_loopback=False,
    )
    answer = await upstream.request(Call(path="/tickets/7", endpoint="GET /tickets/{id}", family="tickets"))
    ticket = decode(answer, WireTicket)
    async with upstream.stream(Call(path=url, endpoint="GET attachment", family="tickets")) as file:
        async for piece in file.chunks: …

What holds for every call
- It goes below the base URL or nowhere. An absolute URL from the vendor (`next_page`) is a `path` too, and is checked.
- It has ended by `policy.total`, all attempts of an interactive call together (a background call: each), and by the
  Deadline of the call or of the context (`runtime.deadline.deadline_is`). TimedOut is ours, DeadlineExceeded theirs.
- It is repeated (3 attempts, full jitter, retry budget) when it is a read or `idempotent`; other writes only when not
  sent for sure, or refused by a 429. A write that cannot be repeated and whose answer was lost is OutcomeUnknown.
- It passes the rate budget of its family, interactive lane first, background (`lane_is(Lane.BACKGROUND)`) up to 70%.
  What cannot be served within 5 s fails at once: BudgetExhausted, or RateLimited after a 429, both with `retry_after`.
- An open circuit answers at once with Unavailable. After its pause one call is the probe, which its caller's leaving
  does not end; others wait for its verdict, 2 s at most. 401: `refresh()` once, then CredentialsRejected.
- Bodies are counted on the wire and inflated. Identical GETs in flight are one call. Each wire call leaves a CallRecord
  with whoever is `recording()`.
- No cookies, no proxy, no redirects, nothing from the environment, no secret in any log, repr or error.
"""

from providers.upstream.budget import Bucket, BudgetState, Charge, LocalBudget, Refusal, SharedBudget
from providers.upstream.call import Answer, Call, Credential, FixedCredential, Kind, Params, Upload
from providers.upstream.client import Upstream
from providers.upstream.decode import decode, unreadable
from providers.upstream.files import FileStream
from providers.upstream.line import Health
from providers.upstream.policy import FamilyPolicy, Lane, Learn, Observation, UpstreamPolicy, current_lane, lane_is
from providers.upstream.records import CallRecord, recording
from providers.upstream.retry import reset_moment
from providers.upstream.urls import FileHosts
from providers.upstream.verdict import Classify

__all__ = [
    "Answer",
    "Bucket",
    "BudgetState",
    "Call",
    "CallRecord",
    "Charge",
    "Classify",
    "Credential",
    "FamilyPolicy",
    "FileHosts",
    "FileStream",
    "FixedCredential",
    "Health",
    "Kind",
    "Lane",
    "Learn",
    "LocalBudget",
    "Observation",
    "Params",
    "Refusal",
    "SharedBudget",
    "Upload",
    "Upstream",
    "UpstreamPolicy",
    "current_lane",
    "decode",
    "lane_is",
    "recording",
    "reset_moment",
    "unreadable",
]

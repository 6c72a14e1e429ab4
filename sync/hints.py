"""Records that were said to have changed: fetched again with our own credential, and stored like anything else.

A hint says nothing but where to look, so hints may come twice, late and in any order. What is not there at the vendor
any more becomes a tombstone, if our copy has it and a second look, a little later, says the same. What cannot be
fetched is tried again a few times; then the hint is dropped, and the streams bring what it was about.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from models.changes import ChangeBatch, Gone, StreamSpec, SyncedRecord
from models.enums import FreshnessSource, Kind, Lifecycle, SyncKind
from models.errors import HelpdeskError
from models.records import CommentList, Ticket
from providers.base import Provider
from providers.upstream.policy import Lane, lane_is
from storage import hints
from storage.apply import apply, store_comments, version_of
from storage.hints import DueHint
from storage.shown import shown_among
from storage.states import COMMENTS
from sync.fetching import FETCHED, Found, fetched, read_at
from sync.leasing import holding
from sync.outcome import Outcome
from sync.parts import SyncParts

log = logging.getLogger("deskgraph.sync")

SPEC = StreamSpec(name="~hints", kind=SyncKind.FIELDS, every_s=0.0, main=False)
"""No stream of a provider: its row is a lease and no more."""
STREAM_OF: Mapping[Kind, SyncKind] = {
    Kind.AGENT: SyncKind.AGENTS,
    Kind.GROUP: SyncKind.GROUPS,
    Kind.ARTICLE_FOLDER: SyncKind.ARTICLES,
    Kind.PRODUCT: SyncKind.FIELDS,
}
"""Kinds of which there are few: their lists are read again."""
Wake = Callable[[str, str], None]
"""Helpdesk and stream that are to be read at once."""


class HintsWorker:
    """Follows the hints of one helpdesk; one over all processes."""

    def __init__(self, parts: SyncParts, provider: Provider, wake: Wake) -> None:
        self.helpdesk = provider.info.key
        self.spec = SPEC
        self._parts = parts
        self._provider = provider
        self._wake = wake

    async def run(self, stopped: Callable[[], bool] = lambda: False) -> Outcome:
        """Until none is due."""
        if not await self._due():
            return Outcome.CAUGHT_UP
        async with holding(self._parts, self.helpdesk, SPEC.name, SPEC.kind) as held:
            if held is None:
                return Outcome.HELD
            while not stopped() and not held.lost:
                due = await self._due()
                if not due:
                    return Outcome.CAUGHT_UP
                self._parts.steps("hints-chosen")
                await self._follow(due)
        return Outcome.STOPPED

    async def _due(self) -> list[DueHint]:
        parts = self._parts
        return await hints.due(parts.db, parts.tenancy, self.helpdesk, parts.policy.hints_at_once, parts.clock.now())

    async def _follow(self, due: Sequence[DueHint]) -> None:
        """Records by kind, in one call each; what has no call of its own, by reading its list again."""
        by_kind: dict[Kind | None, list[DueHint]] = {}
        for one in due:
            by_kind.setdefault(_kind_of(one), []).append(one)
        people = by_kind.get(Kind.CONTACT, [])
        staff = await self._staff(people)
        await self._lists([one for one in due if one in staff or _kind_of(one) not in FETCHED])
        for kind, some in by_kind.items():
            records = [one for one in some if one not in staff]
            if kind is not None and kind in FETCHED and records:
                await self._records(kind, records)

    async def _staff(self, people: Sequence[DueHint]) -> list[DueHint]:
        """People who are agents are in another list than contacts."""
        if not people:
            return []
        ids = [_ident_of(one) for one in people]
        found = await shown_among(self._parts.db, self._parts.tenancy, self.helpdesk, Kind.AGENT, ids)
        return [one for one in people if _ident_of(one) in found]

    async def _lists(self, some: Sequence[DueHint]) -> None:
        if not some:
            return
        for one in some:
            kind = SyncKind.AGENTS if one.hint.kind is Kind.CONTACT else STREAM_OF.get(one.hint.kind)
            for spec in self._provider.streams:
                if spec.name == one.hint.stream or (one.hint.stream is None and spec.kind is kind and spec.main):
                    self._wake(self.helpdesk, spec.name)
        async with self._parts.db.write(self._parts.tenancy.number) as session:
            await hints.done(session, self._parts.tenancy, self.helpdesk, some)

    async def _records(self, kind: Kind, some: Sequence[DueHint]) -> None:
        parts, asked_at = self._parts, self._parts.clock.now()
        ids = list(dict.fromkeys(_ident_of(one) for one in some))
        try:
            with lane_is(Lane.BACKGROUND):
                found = await fetched(self._provider, parts.scope, kind, ids)
                said = await self._said(some, found)
        except HelpdeskError as error:
            await self._stored(kind, Followed(failed=dict.fromkeys(some, error.message), wait=error.retry_after))
            return
        parts.steps("hints-read")
        missing = [ident for ident in ids if found[ident] is None]
        known = await shown_among(parts.db, parts.tenancy, self.helpdesk, kind, missing) if missing else set()
        await self._stored(kind, self._judged(some, found, said, known, asked_at))

    async def _said(self, some: Sequence[DueHint], found: Found) -> Mapping[str, CommentList | HelpdeskError]:
        """The comments of tickets one of whose comments was hinted at: editing one does not move its ticket."""
        named = dict.fromkeys(_ident_of(one) for one in some if one.hint.kind is Kind.COMMENT)
        tickets = [record for ident in named if isinstance(record := found[ident], Ticket)]
        if not tickets:
            return {}
        lists = await self._provider.comments(self._parts.scope, tickets, self._parts.policy.comments_up_to)
        return {ticket.remote_id: got for ticket, got in zip(tickets, lists, strict=True)}

    def _judged(
        self,
        some: Sequence[DueHint],
        found: Found,
        said: Mapping[str, CommentList | HelpdeskError],
        known: set[str],
        asked_at: datetime,
    ) -> Followed:
        """A record that was read before the hint was told, or a comment list that failed, has to be asked for again;
        so has what is not there, once, or as long as our copy does not know it either."""
        result = Followed()
        for one in some:
            ident = _ident_of(one)
            record, comments = found[ident], said.get(ident)
            if record is None:
                gone = ident in known and one.tries > 0
                if gone:
                    result.gone.add(ident)
                    result.done.append(one)
                else:
                    result.failed[one] = "The helpdesk does not have it."
                continue
            result.records[ident] = record
            if isinstance(comments, CommentList):
                result.comments[ident] = comments
            if isinstance(comments, HelpdeskError):
                result.failed[one] = comments.message
            elif read_at(record) < asked_at - timedelta(seconds=self._waited(one.tries)):
                result.failed[one] = "What we have is older than the hint."
            else:
                result.done.append(one)
        return result

    def _waited(self, tries: int) -> float:
        """How long ago a hint was told, at least."""
        return max(0.0, self._parts.policy.hints_backoff_s * (2.0**tries - 1.0) - tries)

    async def _stored(self, kind: Kind, followed: Followed) -> None:
        parts, now = self._parts, self._parts.clock.now()
        gone = tuple(Gone(kind=kind, remote_id=ident, lifecycle=Lifecycle.DELETED) for ident in followed.gone)
        batch = ChangeBatch(records=tuple(followed.records.values()), gone=gone, checkpoint="", more=False)
        async with parts.db.write(parts.tenancy.number) as session:
            applied = await apply(session, parts.tenancy, self.helpdesk, batch, origin=FreshnessSource.WEBHOOK, now=now)
            for ident, comments in followed.comments.items():
                record = followed.records[ident]
                assert isinstance(record, Ticket)
                version = version_of(record)
                await store_comments(session, parts.tenancy, self.helpdesk, ident, comments, version=version, now=now)
            parts.steps("hints-applied")
            await hints.done(session, parts.tenancy, self.helpdesk, [*followed.done, *self._given_up(followed)])
            for one, why in followed.failed.items():
                wait = max(followed.wait or 0.0, parts.policy.hints_backoff_s * 2**one.tries)
                again = now + timedelta(seconds=wait)
                await hints.failed(session, parts.tenancy, self.helpdesk, one, why, again_at=again)
            parts.steps("hints-done")
        parts.steps("hints-committed")
        if kind is Kind.TICKET and applied.changes:
            self._wake(self.helpdesk, COMMENTS.name)

    def _given_up(self, followed: Followed) -> Iterable[DueHint]:
        for one, why in followed.failed.items():
            if one.tries + 1 >= self._parts.policy.hints_tries:
                log.warning(
                    "a hint is dropped: %s",
                    why,
                    extra={"helpdesk": self.helpdesk, "kind": one.hint.kind, "record": one.hint.remote_id},
                )
                yield one


class Followed:
    """What following some hints has brought. `wait`: how long the helpdesk wants to be left alone."""

    def __init__(self, *, failed: dict[DueHint, str] | None = None, wait: float | None = None) -> None:
        self.records: dict[str, SyncedRecord] = {}
        self.gone: set[str] = set()
        self.comments: dict[str, CommentList] = {}
        self.done: list[DueHint] = []
        self.failed = failed or {}
        self.wait = wait


def _kind_of(one: DueHint) -> Kind | None:
    """The kind to be fetched: a comment with its ticket. None: no record is named."""
    if one.hint.remote_id is None:
        return None
    return Kind.TICKET if one.hint.kind is Kind.COMMENT else one.hint.kind


def _ident_of(one: DueHint) -> str:
    assert one.hint.remote_id is not None
    return one.hint.remote_id.partition("/")[0] if one.hint.kind is Kind.COMMENT else one.hint.remote_id

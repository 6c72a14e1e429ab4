"""The organizations, contacts and articles beside the tickets of a generated tenant, the same number in each helpdesk:
one organization for 100 tickets, one contact for 10, an article for 100 but at most 5,000.

Numbers are given so that tickets link to them (world.py): of a ticket's requesters the lower half is known.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from models.changes import SyncedRecord, Translated
from models.enums import ArticleState, ArticleVisibility, ContactState, IdentityKind
from models.records import Article, Contact, Identity, Organization
from tests.benchmarks.storage.world import KEYS, SEED, SPAN, START, texts

MOST_ARTICLES = 5_000
DOMAINS = 500
FOLDERS = 25
LABELS = [f"label{n}" for n in range(40)]


class People:
    """Of one tenant with so many tickets."""

    def __init__(self, tenant: int, rows: int) -> None:
        self._rng = random.Random(SEED * 7_000_003 + tenant)
        self._names = texts(self._rng, min(5_000, rows + 10), 2)
        self._bodies = texts(self._rng, min(1_000, rows + 10), 40)
        self.organizations = rows // 200 + 1
        self.contacts = rows // 20 + 1
        self.articles = min(MOST_ARTICLES, rows // 100) // 2 + 1

    def batches(self, helpdesk: str, size: int) -> Iterator[tuple[SyncedRecord, ...]]:
        records: Iterable[SyncedRecord] = itertools.chain(
            (self._organization(helpdesk, number) for number in range(1, self.organizations + 1)),
            (self._contact(helpdesk, number) for number in range(1, self.contacts + 1)),
            (self._article(helpdesk, number) for number in range(1, self.articles + 1)),
        )
        rest = iter(records)
        while part := tuple(itertools.islice(rest, size)):
            yield part

    def _moment(self, number: int, of: int) -> datetime:
        made = START + SPAN * number / (of + 1) + timedelta(seconds=self._rng.randrange(100_000))
        return made.replace(microsecond=0)

    def _organization(self, helpdesk: str, number: int) -> Organization:
        made = self._moment(number, self.organizations)
        return Organization(
            helpdesk=helpdesk,
            remote_id=str(number),
            created_at=made,
            updated_at=made + timedelta(days=self._rng.randrange(90)),
            as_of=made,
            name=self._rng.choice(self._names),
            domains=(f"org{number}.example",),
            external_id=f"org-{number}" if number % 3 == 0 else None,
        )

    def _contact(self, helpdesk: str, number: int) -> Contact:
        made = self._moment(number, self.contacts)
        address = f"person{number}@mail{number % DOMAINS}.example"
        organization = str(number % self.organizations + 1)
        return Contact(
            helpdesk=helpdesk,
            remote_id=str(number),
            created_at=made,
            updated_at=made + timedelta(days=self._rng.randrange(90)),
            as_of=made,
            name=self._rng.choice(self._names),
            email=address,
            phone=f"+49 30 {number}" if number % 2 else None,
            identities=(Identity(kind=IdentityKind.EMAIL, value=address, primary=True),),
            state=ContactState.VERIFIED,
            external_id=f"crm-{number}" if number % 3 == 0 else None,
            organization_id=organization,
            organization_ids=(organization,),
        )

    def _article(self, helpdesk: str, number: int) -> Translated:
        made = self._moment(number, self.articles)
        return Translated(
            article=Article(
                helpdesk=helpdesk,
                remote_id=str(number),
                created_at=made,
                updated_at=made + timedelta(days=self._rng.randrange(90)),
                as_of=made,
                title=self._rng.choice(self._names),
                body_text=self._rng.choice(self._bodies),
                state=ArticleState.PUBLISHED,
                visibility=ArticleVisibility.PUBLIC,
                locale="en",
                folder_id=f"folder-{number % FOLDERS}",
                labels=(LABELS[number % len(LABELS)],),
                views=self._rng.randrange(100_000),
                position=number,
            )
        )


def everybody(tenant: int, rows: int, size: int) -> Iterator[tuple[str, tuple[SyncedRecord, ...]]]:
    """Batch by batch, each with its helpdesk."""
    people = People(tenant, rows)
    for helpdesk in KEYS:
        for batch in people.batches(helpdesk, size):
            yield helpdesk, batch

"""The firms a desk's people work for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from runtime.clock import Clock
from sandbox.merged import Key
from sandbox.records import NoSuchRecord, Organization
from sandbox.revising import revised, when
from sandbox.rng import mix, pick
from sandbox.roster import Roster
from sandbox.shelf import MOULDS, By, Shelf
from sandbox.vocabulary import INDUSTRIES


class OrganizationBook:
    def __init__(self, roster: Roster, clock: Clock, oldest: int, newest: int) -> None:
        self._roster, self._clock = roster, clock
        self._oldest, self._newest = oldest, newest
        self.shelf: Shelf[Organization] = Shelf(
            first=1,
            count=roster.firms,
            make=self._make,
            states=("live",) * MOULDS,
            name_order=roster.moulds.firms_by_name,
            state_of=lambda organization: "deleted" if organization.deleted else "live",
            name_of=lambda organization: organization.name,
        )

    def _make(self, number: int) -> Organization:
        roster, firm = self._roster, number - 1
        luck = mix(roster.seed, firm if firm % 2 == 0 else mix(roster.desk, firm), 62)
        created = when(self._oldest - 86_400 * 700 + 86_400 * 300 * firm // roster.firms)
        return Organization(
            number=number,
            name=roster.firm_name(firm),
            description="Partner since the first catalogue." if luck % 6 == 0 else None,
            notes="<b>Call</b> accounting before sending invoices & credit notes." if luck % 8 == 0 else None,
            domains=(roster.firm_domain(firm), f"mail.{roster.firm_domain(firm)}")[: 1 + (luck % 5 == 0)],
            tags=("key-account",) if luck % 9 == 0 else (),
            external_id=f"erp-{number}" if luck % 3 == 0 else None,
            health=pick(("at_risk", "doing_okay", "happy", None), luck, 1),
            tier=pick(("basic", "premium", "enterprise", None), luck, 2),
            industry=pick((*INDUSTRIES, None), luck, 3),
            renewal=(created + timedelta(days=luck % 700)).date() if luck % 4 else None,
            group=luck % 6 + 1 if luck % 12 == 0 else None,
            shared_tickets=luck % 7 == 0,
            fields={
                "seats": luck % 500,
                "account_manager": pick(("M. Brandt", "J. Ortiz", None), luck, 4),
                "segment": pick(("smb", "mid_market", "enterprise", None), luck, 5),
            },
            created=created,
            updated=when(self._oldest + (self._newest - self._oldest) * firm // roster.firms),
        )

    def get(self, number: int) -> Organization | None:
        return self.shelf.get(number)

    def many(self, numbers: Iterable[int]) -> dict[int, Organization]:
        return {number: found for number in numbers if (found := self.get(number)) is not None}

    def page(
        self,
        *,
        by: By = "number",
        deleted: bool = False,
        offset: int = 0,
        after: Key | None = None,
        limit: int = 100,
        descending: bool = False,
    ) -> list[Organization]:
        states = None if deleted else frozenset({"live"})
        return self.shelf.page(by=by, states=states, offset=offset, after=after, limit=limit, descending=descending)

    def key(self, organization: Organization, by: By) -> Key:
        return self.shelf.key(organization, by)

    def count(self) -> int:
        return self.shelf.count(frozenset({"live"}))

    def by_name(self, name: str) -> Organization | None:
        wanted = name.casefold()
        first = self.page(by="name", after=(wanted, 0), limit=1)
        return first[0] if first and first[0].name.casefold() == wanted else None

    def find(self, prefix: str, limit: int = 100) -> list[Organization]:
        """Organizations whose name begins with the text."""
        wanted = prefix.casefold()
        found = self.page(by="name", after=(wanted, 0), limit=limit)
        return [organization for organization in found if organization.name.casefold().startswith(wanted)]

    def by_domain(self, domain: str) -> Organization | None:
        """By any of its domains; one that has two owners by now is the one's that was written last."""
        wanted = domain.casefold()
        base = self.get(self._roster.firm_by_domain(wanted) + 1)
        found = [*([base] if base else ()), *self.shelf.written.values()]
        return next((each for each in reversed(found) if not each.deleted and wanted in each.domains), None)

    def create(self, name: str, **values: object) -> Organization:
        moment = self._clock.now().replace(microsecond=0)
        made = Organization(number=self.shelf.next_number(), name=name, created=moment, updated=moment)
        return self.shelf.put(revised(made, values))

    def update(self, number: int, **changes: object) -> Organization:
        organization = self.get(number)
        if organization is None:
            raise NoSuchRecord(f"organization {number}")
        return self.shelf.put(revised(organization, changes | {"updated": self._clock.now().replace(microsecond=0)}))

    def delete(self, number: int) -> Organization:
        return self.update(number, deleted=True)

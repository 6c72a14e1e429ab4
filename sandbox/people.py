"""The end users of a desk and the firms they work for."""

from __future__ import annotations

from collections.abc import Iterable

from runtime.clock import Clock
from sandbox.merged import Key
from sandbox.records import AGENTS_END, NoSuchRecord, Person
from sandbox.revising import revised, when
from sandbox.rng import chance, mix, pick
from sandbox.roster import Roster, latin
from sandbox.shelf import MOULDS, By, Shelf
from sandbox.vocabulary import JOB_TITLES, ZONES

ACTIVE = frozenset({"verified", "unverified"})
NOT_DELETED = frozenset({"verified", "unverified", "blocked"})


class PeopleBook:
    """`number` is always AGENTS_END or more here; agents are the staff's."""

    def __init__(self, roster: Roster, clock: Clock, oldest: int, newest: int) -> None:
        self._roster, self._clock = roster, clock
        self._oldest, self._newest = oldest, newest
        self.shelf: Shelf[Person] = Shelf(
            first=AGENTS_END,
            count=roster.people,
            make=self._make,
            states=roster.moulds.states,
            name_order=roster.moulds.people_by_name,
            state_of=lambda person: person.state,
            name_of=lambda person: person.name,
        )
        self._emails: dict[str, int] = {}

    def _make(self, number: int) -> Person:
        roster, person = self._roster, number - AGENTS_END
        luck = mix(roster.seed, person if roster.shared(person) else mix(roster.desk, person), 61)
        mould, firms = person % MOULDS, roster.firms_of(person)
        locale = roster.moulds.locales[mould]
        zone, iana, prefix = pick(ZONES[locale], luck, 1)
        first, last = roster.moulds.people[mould]
        moment = self._oldest - 86_400 * 365 + 86_400 * 360 * person // roster.people
        updated = self._oldest + (self._newest - self._oldest) * person // roster.people
        email = roster.email(person)
        phone = f"{prefix}{luck % 9000 + 1000}" if luck % 10 < 6 or email is None else None
        return Person(
            number=number,
            name=f"{first} {last}",
            email=email,
            other_emails=(f"{latin(last)}{person}.{roster.desk + 1}@alt.example",) if email and luck % 17 == 0 else (),
            phone=phone,
            mobile=f"{prefix}{luck % 7919 + 1000}" if luck % 10 == 1 else None,
            twitter=f"{latin(first)}_{person}" if luck % 23 == 0 else None,
            state=roster.moulds.states[mould],  # type: ignore[arg-type]
            locale=locale,
            time_zone=zone,
            iana_time_zone=iana,
            job_title=pick(JOB_TITLES, luck, 2) if luck % 5 < 2 else None,
            external_id=f"crm-{roster.desk + 1}-{person}" if luck % 4 == 0 else None,
            organization=firms[0] + 1 if firms else None,
            organizations=tuple(firm + 1 for firm in firms),
            photo=photo_number(number) if chance(0.3, luck, 3) else None,
            tags=("newsletter",) if luck % 7 == 0 else (),
            notes="Prefers to be called before noon." if luck % 19 == 0 else None,
            address=f"{luck % 200 + 1} Harbour Street\nUnit {luck % 9 + 1}" if luck % 13 == 0 else None,
            last_login=when(updated) if luck % 3 == 0 else None,
            fields={
                "customer_since": when(moment).date(),
                "newsletter": luck % 7 == 0,
                "department": pick(("purchasing", "it", "finance", "operations", None), luck, 4),
            },
            created=when(moment),
            updated=when(updated),
        )

    def get(self, number: int) -> Person | None:
        return self.shelf.get(number)

    def many(self, numbers: Iterable[int]) -> dict[int, Person]:
        return {number: person for number in numbers if (person := self.get(number)) is not None}

    def page(
        self,
        *,
        by: By = "number",
        states: frozenset[str] | None = None,
        offset: int = 0,
        after: Key | None = None,
        limit: int = 100,
        descending: bool = False,
    ) -> list[Person]:
        return self.shelf.page(by=by, states=states, offset=offset, after=after, limit=limit, descending=descending)

    def key(self, person: Person, by: By) -> Key:
        return self.shelf.key(person, by)

    def count(self, states: frozenset[str] | None = None) -> int:
        return self.shelf.count(states)

    def by_email(self, email: str) -> Person | None:
        """Whoever has the address, in any state; case does not matter."""
        wanted = email.casefold()
        number, person = self._emails.get(wanted), self._roster.person_by_email(email)
        if number is not None:
            found = self.get(number)
        else:
            found = self.get(AGENTS_END + person) if person is not None else self._by_other_email(wanted)
        return found if found and wanted in _addresses(found) else None

    def _by_other_email(self, wanted: str) -> Person | None:
        digits = "".join(letter for letter in wanted.partition("@")[0].partition(".")[0] if letter in "0123456789")
        return self.get(AGENTS_END + int(digits[:12])) if digits else None

    def by_external_id(self, external_id: str) -> Person | None:
        tail = external_id.rpartition("-")[2]
        if tail.isascii() and tail.isdecimal():
            person = self.get(AGENTS_END + int(tail[:12]))
            if person is not None and person.external_id == external_id:
                return person
        return next((person for person in self.shelf.written.values() if person.external_id == external_id), None)

    def of_organization(self, organization: int) -> list[Person]:
        """Everyone who works there in any state, by number."""
        base = [AGENTS_END + person for person in self._roster.people_of(organization - 1)] if organization > 0 else []
        base = base if organization <= self._roster.firms else []
        found = [self.get(number) for number in sorted({*base, *self.shelf.written})]
        return [person for person in found if person is not None and organization in person.organizations]

    def find(self, text: str, *, scan: int = 5000) -> list[Person]:
        """People one of whose name's words, or whose e-mail, begins with the text; at most `scan` records are looked
        at."""
        wanted = text.casefold()
        moulds = [n for n, pair in enumerate(self._roster.moulds.people) if _word_begins(" ".join(pair), wanted)]
        numbers = [
            AGENTS_END + base + mould for base in range(0, min(self._roster.people, scan), MOULDS) for mould in moulds
        ]
        exact = self.by_email(text)
        people = [
            self.get(number) for number in sorted({*numbers, *self.shelf.written, *([exact.number] if exact else ())})
        ]
        return [
            person
            for person in people
            if person is not None
            and (_word_begins(person.name, wanted) or (person.email or "").casefold().startswith(wanted))
        ]

    def create(self, name: str, **values: object) -> Person:
        """`values`: any of Person's own names. An address in use is the caller's to notice, see `by_email`."""
        moment = self._clock.now().replace(microsecond=0)
        number = self.shelf.next_number()
        return self._put(revised(Person(number=number, name=name, email=None, created=moment, updated=moment), values))

    def update(self, number: int, **changes: object) -> Person:
        person = self.get(number)
        if person is None:
            raise NoSuchRecord(f"person {number}")
        return self._put(revised(person, changes | {"updated": self._clock.now().replace(microsecond=0)}))

    def delete(self, number: int) -> Person:
        return self.update(number, state="deleted")

    def restore(self, number: int) -> Person:
        return self.update(number, state="verified")

    def _put(self, person: Person) -> Person:
        for address in _addresses(person):
            self._emails[address] = person.number
        return self.shelf.put(person)


def photo_number(person: int) -> int:
    """The attachment number of a person's portrait; files.py reads it back."""
    return person * 4 + 2


def _addresses(person: Person) -> set[str]:
    return {address.casefold() for address in (person.email, *person.other_emails) if address}


def _word_begins(name: str, wanted: str) -> bool:
    folded = name.casefold()
    return folded.startswith(wanted) or any(word.startswith(wanted) for word in folded.split())

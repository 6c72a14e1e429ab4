"""Who a base person or firm is, and whose tickets are whose: all from the seed, both ways.

A person exists on several desks under the same e-mail when its index is divisible by three, a firm when it is even:
that is the merger. Everything else differs by desk.
"""

from __future__ import annotations

import random
import unicodedata
from functools import cache, cached_property, lru_cache

from sandbox.records import AGENTS_END
from sandbox.rng import Affine, mix, pick
from sandbox.shelf import MOULDS
from sandbox.vocabulary import FIRM_FIRST, FIRM_LAST, FIRST_NAMES, LAST_NAMES, LOCALES, MAILBOXES

_OWNERS = (0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9)
"""Sixteen requester places belong to ten of twelve people: some ask often, two never."""
_FIRM_SIZES = (12, 8, 6, 4, 3, 2, 1)
_FIRM_OF = tuple(firm for firm, size in enumerate(_FIRM_SIZES) for _ in range(size))
_AGENT_EVERY, _BUSY_EVERY, _BUSY_PLACES = 89, 211, 40


@cache
def latin(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("ł", "l"))
    kept = "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalnum())
    return kept or "kontakt"


class Moulds:
    """What all desks of a world share: the 4,096 names, states and languages of people, the 4,096 names of firms."""

    def __init__(self, seed: int) -> None:
        luck = random.Random(mix(seed, 31))
        pairs = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
        self.people = luck.sample(pairs, MOULDS)
        firms = [f"{first} {last}" for first in FIRM_FIRST for last in FIRM_LAST]
        self.firms = luck.sample(firms, MOULDS)
        self.states = luck.choices(("verified", "unverified", "blocked", "deleted"), (920, 48, 16, 16), k=MOULDS)
        self.locales = luck.choices(LOCALES, k=MOULDS)
        self.has_email = luck.choices((True, False), (94, 6), k=MOULDS)

    @cached_property
    def people_by_name(self) -> list[int]:
        return sorted(range(MOULDS), key=lambda mould: (" ".join(self.people[mould]).casefold(), mould))

    @cached_property
    def firms_by_name(self) -> list[int]:
        return sorted(range(MOULDS), key=lambda mould: (self.firms[mould].casefold(), mould))

    @cached_property
    def firms_by_slug(self) -> dict[str, int]:
        return {"-".join(latin(word) for word in name.split()): mould for mould, name in enumerate(self.firms)}


moulds_of = lru_cache(maxsize=4)(Moulds)
"""Worlds of one seed share them."""


class Roster:
    """Requesters and firms of one desk. Tickets, people and firms are counted from 0 here."""

    def __init__(self, seed: int, desk: int, tickets: int, agents: int, moulds: Moulds) -> None:
        self.seed, self.desk, self.tickets, self.agents, self.moulds = seed, desk, tickets, agents, moulds
        self._places = max(16, tickets // 6)
        self.people = -(-self._places // 16) * 12
        self._members = self.people * 3 // 4
        self.firms = -(-self._members // len(_FIRM_OF)) * len(_FIRM_SIZES) + 2
        self._seat = Affine(mix(seed, desk, 32), self.people)
        self._rounds = [Affine(mix(seed, desk, 33, turn), self._places) for turn in range(tickets // self._places + 1)]

    def requester(self, ticket: int) -> int:
        """The number (AGENTS_END and up: a person) of who asked."""
        turn, inside = divmod(ticket, self._places)
        place = self._rounds[turn](inside)
        if place % _AGENT_EVERY == 7 and self.agents:
            return 1 + place // _AGENT_EVERY % self.agents
        return AGENTS_END + self._person_at(place)

    @staticmethod
    def _person_at(place: int) -> int:
        if place % _BUSY_EVERY == 5 and place < _BUSY_EVERY * _BUSY_PLACES:
            return 0
        return place // 16 * 12 + _OWNERS[place % 16]

    def asked_by(self, number: int) -> list[int]:
        """The tickets of an agent or person, ascending."""
        if number < AGENTS_END:
            if not 1 <= number <= self.agents:
                return []
            places = range((number - 1) * _AGENT_EVERY + 7, self._places, _AGENT_EVERY * self.agents)
            return self._tickets_at(list(places))
        person = number - AGENTS_END
        group, owner = divmod(person, 12)
        mine = {group * 16 + place for place, who in enumerate(_OWNERS) if who == owner}
        if person == 0:
            mine.update(range(5, _BUSY_EVERY * _BUSY_PLACES, _BUSY_EVERY))
        return self._tickets_at([place for place in mine if self._is(place, person)])

    def _is(self, place: int, person: int) -> bool:
        taken = place % _AGENT_EVERY == 7 and self.agents
        return place < self._places and not taken and self._person_at(place) == person

    def _tickets_at(self, places: list[int]) -> list[int]:
        found = [
            turn * self._places + scatter.inverse(place)
            for turn, scatter in enumerate(self._rounds)
            for place in places
        ]
        return sorted(ticket for ticket in found if ticket < self.tickets)

    def firms_of(self, person: int) -> tuple[int, ...]:
        """Primary first; one person in eleven works for a second firm, a quarter for none."""
        seat = self._seat(person)
        if seat >= self._members:
            return ()
        group, inside = divmod(seat, len(_FIRM_OF))
        firm = group * len(_FIRM_SIZES) + _FIRM_OF[inside]
        second = (firm + 7) % self.firms
        return (firm, second) if seat % 11 == 3 and second != firm else (firm,)

    def people_of(self, firm: int) -> list[int]:
        """Everyone who works for the firm, ascending."""
        found = self._seated(firm)
        before = (firm - 7) % self.firms
        found += [person for person in self._seated(before) if self._seat(person) % 11 == 3 and before != firm]
        return sorted(set(found))

    def _seated(self, firm: int) -> list[int]:
        group, inside = divmod(firm, len(_FIRM_SIZES))
        first = group * len(_FIRM_OF) + sum(_FIRM_SIZES[:inside])
        seats = range(first, min(first + _FIRM_SIZES[inside], self._members))
        return [self._seat.inverse(seat) for seat in seats]

    def firm_of_ticket(self, ticket: int, requester: int) -> int | None:
        """One of the requester's firms; now and then none, as when they left it."""
        if requester < AGENTS_END:
            return None
        firms = self.firms_of(requester - AGENTS_END)
        luck = mix(self.seed, self.desk, 34, ticket)
        return None if not firms or luck % 31 == 0 else firms[luck // 64 % len(firms)]

    def tickets_of_firm(self, firm: int) -> list[int]:
        found = []
        for person in self.people_of(firm):
            asked = self.asked_by(AGENTS_END + person)
            found += [ticket for ticket in asked if self.firm_of_ticket(ticket, AGENTS_END + person) == firm]
        return sorted(found)

    def person_name(self, person: int) -> str:
        return " ".join(self.moulds.people[person % MOULDS])

    def firm_name(self, firm: int) -> str:
        name = self.moulds.firms[firm % MOULDS]
        return name if firm < MOULDS else f"{name} {firm // MOULDS + 1:03d}"

    def firm_by_domain(self, domain: str) -> int:
        """The firm whose name's words the domain is made of, -1 when there is none."""
        first, last, *rest = [*domain.removeprefix("mail.").removesuffix(".example").split("-"), "", ""]
        mould = self.moulds.firms_by_slug.get(f"{first}-{last}")
        if mould is None:
            return -1
        chunk = int(rest[0]) - 1 if len(rest[0]) == 3 and rest[0].isdecimal() else 0
        return mould + chunk * MOULDS

    def firm_domain(self, firm: int) -> str:
        words = "-".join(latin(word) for word in self.firm_name(firm).split())
        return f"{words}.example" if firm % 2 == 0 else f"{words}-{self.desk + 1}.example"

    def shared(self, person: int) -> bool:
        return person % 3 == 0

    def email(self, person: int) -> str | None:
        if not self.moulds.has_email[person % MOULDS]:
            return None
        first, last = self.moulds.people[person % MOULDS]
        local = f"{latin(first)}.{latin(last)}.{person}"
        firms = self.firms_of(person)
        if self.shared(person) or not firms or person % 4 == 1:
            mailbox = pick(MAILBOXES, self.seed, 35, person)
            return f"{local}@{mailbox}" if self.shared(person) else f"{local}.{self.desk + 1}@{mailbox}"
        return f"{local}@{self.firm_domain(firms[0])}"

    def person_by_email(self, email: str) -> int | None:
        parts = email.casefold().partition("@")[0].split(".")
        if len(parts) < 3 or not parts[2].isdecimal() or not parts[2].isascii():
            return None
        person = int(parts[2][:12])
        known = self.email(person) if person < self.people else None
        return person if known is not None and known.casefold() == email.casefold() else None

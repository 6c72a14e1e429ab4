"""The conversation of an untouched ticket: who wrote when, in which words. Computed message by message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, NamedTuple

from sandbox.facts import Facts, Talk
from sandbox.records import AGENTS_END, MESSAGES_PER_TICKET, Channel, Message
from sandbox.rng import mix, pick
from sandbox.stories import ITEMS, NOTES, SYSTEM, TONGUES, Tongue
from sandbox.texts import to_html

_LENGTHS: dict[Talk, tuple[int, int]] = {
    "none": (0, 0),
    "short": (1, 2),
    "usual": (2, 7),
    "long": (12, 40),
    "endless": (80, 120),
}
MessageKind = Literal["description", "reply", "note", "forward", "system"]


class Party(NamedTuple):
    """What a conversation needs to know of its ticket."""

    number: int
    requester: int
    requester_name: str
    requester_email: str | None
    agent: int
    agent_name: str
    language: str
    created: int
    updated: int
    facts: Facts
    merged_into: int | None
    support: str
    """The desk's own address."""


def message_count(seed: int, number: int, facts: Facts) -> int:
    low, high = _LENGTHS[facts.talk]
    extra = 1 if facts.merged else 0
    return low + mix(seed, 71, number) % (high - low + 1) + extra


class Words:
    """The wording of one ticket: its story and its slots stay the same through the conversation."""

    def __init__(self, seed: int, number: int, language: str) -> None:
        self.luck = mix(seed, 72, number)
        self.tongue: Tongue = TONGUES.get(language, TONGUES["en"])
        self.story = pick(self.tongue.stories, self.luck, 1)
        self._slots = {
            "order": f"{pick(('DE', 'GB', 'FR', 'US'), self.luck, 2)}-{self.luck % 900_000 + 100_000}",
            "serial": f"SN{self.luck % 10**8:08d}",
            "amount": f"{self.luck % 480 + 12}.{self.luck % 90 + 10} €",
            "item": pick(ITEMS, self.luck, 3),
            "day": f"{self.luck % 27 + 1:02d}/{self.luck // 32 % 12 + 1:02d}",
            "code": f"{self.luck % 8999 + 1000}",
        }

    def fill(self, text: str, **more: str) -> str:
        return text.format(**self._slots, **more)

    def subject(self) -> str:
        return self.fill(pick(self.story.subjects, self.luck, 4))

    @property
    def order_number(self) -> str:
        return self._slots["order"]

    @property
    def serial_number(self) -> str:
        return self._slots["serial"]


class Conversations:
    def __init__(self, seed: int, agents: int) -> None:
        self._seed, self._agents = seed, agents

    def words(self, party: Party) -> Words:
        return Words(self._seed, party.number, party.language)

    def description(self, party: Party, words: Words | None = None) -> Message:
        words = words or self.words(party)
        opening = words.fill(pick(words.story.openings, words.luck, 5))
        greeting = words.fill(pick(words.tongue.greetings, words.luck, 6), agent=party.agent_name.split()[0])
        text = f"{greeting}\n\n{opening}\n\n{pick(words.tongue.closings, words.luck, 7)}\n{party.requester_name}"
        return self._message(party, 0, "description", party.requester, True, text, party.created, party.facts.channel)

    def messages(self, party: Party) -> list[Message]:
        """All of them, oldest first, the description at position 0."""
        count = message_count(self._seed, party.number, party.facts)
        return [self.description(party), *(self.message(party, position, count) for position in range(1, count + 1))]

    def time(self, party: Party, position: int, count: int) -> int:
        """A day or less apart; the last one often is the ticket's last change."""
        if position == count and (mix(self._seed, 73, party.number) % 3 or party.facts.merged):
            return party.updated
        step = min((party.updated - party.created) // (count + 1), 90_000)
        return party.created + step * (position - 1) + mix(self._seed, 74, party.number, position) % max(1, step)

    def role(
        self, number: int, position: int, count: int, facts: Facts
    ) -> Literal["agent", "person", "note", "system"]:
        if facts.merged and position == count:
            return "note"
        if position == 1:
            return "agent"
        turn = mix(self._seed, 75, number, position) % 100
        if turn < 16:
            return "note"
        if turn < 19:
            return "system"
        return "agent" if (position % 2 == 1) == (turn < 88) else "person"

    def message(self, party: Party, position: int, count: int) -> Message:
        words = Words(self._seed, party.number, party.language)
        luck = mix(self._seed, 76, party.number, position)
        time, role = self.time(party, position, count), self.role(party.number, position, count, party.facts)
        if role == "system":
            return self._message(
                party, position, "system", None, luck % 2 == 0, words.fill(pick(SYSTEM, luck)), time, "api"
            )
        if role == "note":
            agent = luck % self._agents + 1
            note = words.fill(pick(NOTES, luck, 1))
            if party.facts.merged and position == count:
                note = f"Merged into #{party.merged_into}."
            return self._message(party, position, "note", agent, luck % 9 == 0, note, time, "web")
        if role == "person":
            said = pick(words.tongue.thanks if position == count else words.tongue.follow_ups, luck, 2)
            text = f"{words.fill(said)}\n\n{party.requester_name}"
            quoted = self._quote(words, party, time) if luck % 3 == 0 else ""
            return self._message(
                party, position, "reply", party.requester, True, text, time, party.facts.channel, quoted
            )
        said = words.fill(pick((*words.story.answers, *words.story.answers, *words.tongue.answers), luck, 3))
        greeting = words.fill(words.tongue.greetings[luck % min(3, len(words.tongue.greetings))], agent="")
        text = f"{greeting}\n\n{said}\n\n{pick(words.tongue.closings, luck, 4)}\n{party.agent_name}"
        kind: MessageKind = "forward" if luck % 41 == 0 else "reply"
        return self._message(party, position, kind, party.agent, True, text, time, "email")

    def _quote(self, words: Words, party: Party, time: int) -> str:
        when = datetime.fromtimestamp(time - 3600, UTC).strftime("%Y-%m-%d %H:%M")
        wrote = words.tongue.wrote.format(when=when, who=party.agent_name)
        return f"{wrote}\n> {words.fill(pick(words.tongue.answers, words.luck, 8))}".replace("\n-", "\n> -")

    def _message(
        self,
        party: Party,
        position: int,
        kind: MessageKind,
        author: int | None,
        public: bool,
        text: str,
        time: int,
        channel: Channel,
        quoted: str = "",
    ) -> Message:
        number = party.number * MESSAGES_PER_TICKET + position
        files, inline = carried(self._seed, number, kind)
        html = to_html(text, rtl=party.language == "ar")
        if quoted:
            html += f'<blockquote class="quoted">{to_html(quoted)}</blockquote>'
        html += "".join(f'<div><img src="sandbox-file:{picture}" alt="" width="320"></div>' for picture in inline)
        moment = datetime.fromtimestamp(time, UTC)
        incoming = author is not None and (author >= AGENTS_END or author == party.requester)
        return Message(
            number=number, ticket=party.number, position=position, kind=kind, author=author, public=public,
            html=html, text=f"{text}\n\n{quoted}".strip(), channel=channel, created=moment, updated=moment,
            attachments=files, inline=inline,
            to=_recipients(party, kind, incoming),
        )  # fmt: skip


def _recipients(party: Party, kind: MessageKind, incoming: bool) -> tuple[str, ...]:
    if kind in ("note", "system"):
        return ()
    if kind == "forward":
        return ("claims@carrier.example",)
    if incoming:
        return (party.support,)
    return (party.requester_email,) if party.requester_email else ()


def carried(seed: int, message: int, kind: MessageKind) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of a computed message's attachments and of its inline pictures: eight numbers are kept for each
    message."""
    luck = mix(seed, 77, message)
    if kind in ("system", "note") and luck % 16:
        return (), ()
    files = 3 if luck % 97 == 0 else 1 if luck % 8 == 0 else 0
    inline = 1 if luck % 23 == 1 else 0
    first = message * 8
    return tuple((first + n) * 4 for n in range(files)), tuple((first + 4 + n) * 4 for n in range(inline))

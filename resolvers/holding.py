"""A condition as a question to one agent in hand: agents are few, and their lists are read whole."""

from __future__ import annotations

from models.conditions import All, AnyOf, Condition, Flag, IdIn, In, Not, Text
from models.errors import Unsupported
from models.records import Agent


def holds(condition: Condition, agent: Agent) -> bool:
    match condition:
        case All(parts=parts):
            return all(holds(part, agent) for part in parts)
        case AnyOf(parts=parts):
            return any(holds(part, agent) for part in parts)
        case Not(part=part):
            return not holds(part, agent)
        case In(field="helpdesk", values=values):
            return agent.helpdesk in values
        case IdIn(field="id", ids=ids):
            return (agent.helpdesk, agent.remote_id) in ids
        case Flag(field="active", value=value):
            return agent.active is value
        case Text(field="email") as test:
            return said(test, agent.email)
        case _:
            raise Unsupported(f"Agents cannot be filtered by `{getattr(condition, 'field', 'this')}`.", field="filter")


def said(test: Text, value: str | None) -> bool:
    """A missing text passes no test."""
    if value is None:
        return False
    text, wanted = (value, test.values) if test.case_sensitive else (value.casefold(), _folded(test.values))
    match test.op:
        case "startsWith":
            return any(text.startswith(part) for part in wanted)
        case "contains":
            return any(part in text for part in wanted)
        case _:
            return text in wanted


def _folded(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.casefold() for value in values)

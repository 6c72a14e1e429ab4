"""Links are data: each names a look-up that is there and a field of the schema."""

from __future__ import annotations

import pytest

from models.queries import Scope
from resolvers.batching import Loader
from resolvers.links import ALWAYS_THERE, LINKS
from resolvers.loaders import Loaders
from resolvers.selection import Selection
from resolvers.tickets import EXTRAS, wants
from schema.build import build_schema
from tests.resolvers.desk import two_desks

TYPES = build_schema()._schema.type_map


def selection(*paths: str) -> Selection:
    found = Selection()
    for path in paths:
        here = found
        for name in path.split("."):
            here = here.children.setdefault(name, Selection())
    return found


@pytest.mark.parametrize("name", LINKS)
def test_each_link_is_a_field_and_has_its_look_up(name: str) -> None:
    owner, _, field = name.partition(".")
    there = TYPES[owner].fields[field].type  # type: ignore[attr-defined]
    assert getattr(there, "of_type", there).name == LINKS[name].to
    assert isinstance(getattr(Loaders(two_desks(), Scope(tenant="t")), LINKS[name].loader), Loader)


def test_each_extra_is_brought_for_a_field_of_the_schema() -> None:
    for path in EXTRAS:
        type_ = TYPES["Ticket"]
        for name in path:
            field = type_.fields[name]  # type: ignore[attr-defined]
            type_ = getattr(field.type, "of_type", field.type)


@pytest.mark.parametrize(
    ("paths", "wanted"),
    [
        (["id", "subject"], set()),
        (["requester.name"], {"requester"}),
        (["requester.name", "requester.id", "requester.helpdesk.name"], {"requester"}),
        (["requester.name", "requester.phone"], set()),
        (["organization.name"], {"organization"}),
        (["organization.notes"], set()),
        (["bodyText", "closedAt"], {"description", "stats"}),
        (["comments.nodes.id"], {"description"}),
        (["statusDetail.native.label"], set()),
        (["statusDetail.since"], {"stats"}),
    ],
)
def test_a_list_is_asked_for_what_will_do_and_no_more(paths: list[str], wanted: set[str]) -> None:
    assert wants(selection(*paths), two_desks()["fd"].capabilities) == wanted


def test_what_is_always_there_is_part_of_every_record() -> None:
    for name in ("Contact", "Organization"):
        assert ALWAYS_THERE - {"__typename"} <= set(TYPES[name].fields)  # type: ignore[attr-defined]

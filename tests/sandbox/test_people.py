"""People, organizations and staff: lists, look-ups, memberships, and what the merger left on both desks."""

import pytest

from runtime.clock import ManualClock
from sandbox.desk import Desk
from sandbox.organizations import OrganizationBook
from sandbox.people import ACTIVE, PeopleBook
from sandbox.records import AGENTS_END, NoSuchRecord
from sandbox.shelf import MOULDS
from sandbox.world import World
from tests.sandbox.conftest import NOW


@pytest.fixture(scope="module")
def big() -> Desk:
    """More people than moulds, so that names repeat."""
    return World(3, {"first": 80_000}, ManualClock(NOW)).desk("first")


def lived(book: PeopleBook | OrganizationBook) -> None:
    page = book.page(offset=100, limit=400)
    for number, record in enumerate(page[::40]):
        book.update(record.number, name=f"{'aZé'[number % 3]}changed {number}")
    book.create("Middle Name")
    book.delete(page[7].number)


@pytest.mark.parametrize("by", ["number", "name", "created", "updated"])
def test_people_in_every_order_by_offset_and_by_key(big: Desk, by: str) -> None:
    assert big.people.count() > 2 * MOULDS
    if by == "name":
        lived(big.people)
    for states in (None, ACTIVE, frozenset({"deleted"})):
        every = big.people.page(states=states, limit=50_000)
        wanted = sorted(big.people.key(person, by) for person in every)
        assert [big.people.key(person, by) for person in big.people.page(by=by, states=states, limit=50_000)] == wanted
        assert len(wanted) == big.people.count(states)
        after = wanted[len(wanted) // 2]
        found = big.people.page(by=by, states=states, after=after, limit=20)
        assert [person.number for person in found] == [number for key, number in wanted if (key, number) > after][:20]
        back = big.people.page(by=by, states=states, after=after, limit=20, descending=True)
        assert [big.people.key(person, by) for person in back] == [key for key in wanted[::-1] if key < after][:20]


def test_organizations_by_name(big: Desk) -> None:
    lived(big.organizations)
    every = big.organizations.page(limit=50_000)
    wanted = sorted(big.organizations.key(organization, "name") for organization in every)
    assert [big.organizations.key(found, "name") for found in big.organizations.page(by="name", limit=50_000)] == wanted
    assert len({organization.name for organization in every}) == len(every)
    some = every[33]
    assert big.organizations.by_name(some.name.upper()) == some
    assert some in big.organizations.find(some.name[:4])
    for organization in (each for each in every[::50] if each.domains):
        assert organization in [big.organizations.by_domain(domain) for domain in organization.domains]
    assert big.organizations.by_domain("gmail.example") is None


def test_everyone_is_found_by_each_address(desk: Desk) -> None:
    people = desk.people.page(limit=999)
    assert any(person.other_emails for person in people) and any(person.email is None for person in people)
    for person in people:
        for address in filter(None, (person.email, *person.other_emails)):
            assert desk.people.by_email(address.upper()) == person
        if person.external_id:
            assert desk.people.by_external_id(person.external_id) == person
    assert desk.people.by_email("nobody@mailbox.example") is None
    assert desk.people.by_email("a.b.99999999999999@mailbox.example") is None


def test_memberships_read_the_same_from_both_sides(desk: Desk) -> None:
    people = desk.people.page(limit=999)
    for organization in desk.organizations.page(limit=999):
        members = [person for person in people if organization.number in person.organizations]
        assert desk.people.of_organization(organization.number) == members
    assert any(len(person.organizations) == 2 for person in people)
    assert any(not person.organizations for person in people)
    assert all(person.organization == (person.organizations or (None,))[0] for person in people)
    assert desk.people.of_organization(10**9) == []


def test_the_merger_left_the_same_people_and_firms_on_both_desks(world: World) -> None:
    first, second = world.desk("first"), world.desk("second")
    mails = [{person.email for person in desk.people.page(limit=999) if person.email} for desk in (first, second)]
    firms = [{firm.name for firm in desk.organizations.page(limit=999)} for desk in (first, second)]
    assert mails[0] & mails[1] and mails[1] - mails[0]
    assert firms[0] & firms[1]
    for address in mails[0] & mails[1]:
        assert first.people.by_email(address).name == second.people.by_email(address).name


def test_what_is_written_is_what_is_read(desk: Desk, clock: ManualClock) -> None:
    clock.advance(60)
    made = desk.people.create("Ana Neu", email="Ana@New.example", organizations=(2, 5), tags=("x",))
    assert made.number >= AGENTS_END and made.organization == 2 and made.created > NOW
    assert desk.people.by_email("ana@new.example") == made
    assert made in desk.people.of_organization(5) and made in desk.people.find("neu")
    moved = desk.people.update(made.number, organization=3, email="ana@other.example")
    assert moved.organizations == (3,) and desk.people.by_email("ana@new.example") is None
    assert desk.people.page(by="updated", descending=True, limit=1) == [moved]
    assert desk.people.delete(made.number).state == "deleted" and desk.people.restore(made.number).state == "verified"
    with pytest.raises(NoSuchRecord):
        desk.people.update(10**9, name="x")
    with pytest.raises(TypeError, match="shoe_size"):
        desk.people.create("x", shoe_size=42)


def test_find_is_by_the_beginning_of_a_word(desk: Desk) -> None:
    person = desk.people.page(limit=1)[0]
    for word in person.name.split():
        assert person in desk.people.find(word[:3])
    assert person not in desk.people.find(person.name[1:5])


def test_staff_hangs_together(desk: Desk) -> None:
    agents = {agent.number: agent for agent in desk.staff.agents()}
    assert {"admin", "agent", "light"} <= {agent.role for agent in agents.values()}
    assert not all(agent.active for agent in agents.values())
    assert len({agent.email for agent in agents.values()}) == len(agents)
    for group in desk.staff.groups():
        assert group.members and all(group.number in agents[member].groups for member in group.members)
    for agent, group in desk.staff.assignable():
        assert group in agents[agent].groups
    assert all(desk.staff.agent_by_email(agent.email) == agent for agent in agents.values())
    assert desk.user(3) == agents[3] and desk.user_by_email(agents[3].email) == agents[3] and desk.user(500) is None
    assert desk.staff.update_agent(2, name="Neu").name == "Neu" and desk.staff.update_group(2, name="Neu").name == "Neu"
    assert [product.number for product in desk.staff.products()] == [1, 2, 3]


def test_forms_have_every_type_and_each_desk_its_own_statuses(world: World) -> None:
    fields = world.desk("first").forms.fields()
    types = {
        "text",
        "paragraph",
        "number",
        "decimal",
        "checkbox",
        "date",
        "dropdown",
        "multiselect",
        "nested",
        "regexp",
    }
    assert {field.type for field in fields} == types
    nested = next(field for field in fields if field.type == "nested")
    assert nested.options[0].options[0].options and len(nested.level_labels) == 3
    keys = [{status.key for status in world.desk(name).forms.statuses()} for name in world.names]
    assert keys[0] != keys[1] and {"waiting_on_customer", "new", "closed"} <= keys[0] & keys[1]

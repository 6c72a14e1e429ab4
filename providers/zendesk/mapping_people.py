"""Users, organizations and groups → models. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from models.enums import ContactState, IdentityKind, Lifecycle
from models.records import Agent, Attachment, Contact, Group, Identity, Organization, Product
from providers.zendesk import mapping_values as values
from providers.zendesk import wire
from providers.zendesk.account import Account
from providers.zendesk.lenient import moment, pairs, ref, scrubbed, text, texts
from providers.zendesk.mapping_files import attachment
from providers.zendesk.rows import Found

STAFF = frozenset(values.ROLE)


def is_staff(user: wire.User) -> bool:
    return user.role in STAFF


def contact(found: Found[wire.User], account: Account, as_of: datetime, organizations: tuple[str, ...] = ()) -> Contact:
    """`organizations`: those known from where the row was listed. The row itself names the default one only
    (vendor's API reference, 'Users'; README, "Memberships")."""
    user, ident = found.wire, str(found.wire.id)
    default = ref(user.organization_id)
    return Contact(
        helpdesk=account.key,
        remote_id=ident,
        remote_url=account.page("users", ident),
        created_at=moment(user.created_at),
        updated_at=moment(user.updated_at),
        lifecycle=_lifecycle(user),
        as_of=as_of,
        raw=scrubbed(found.raw),
        name=text(user.name),
        email=text(user.email),
        phone=text(user.phone),
        last_active_at=moment(user.last_login_at),
        identities=_identities(user),
        state=_state(user),
        external_id=text(user.external_id),
        locale=text(user.locale),
        time_zone=text(user.iana_time_zone) or text(user.time_zone),
        organization_id=default,
        organization_ids=tuple(dict.fromkeys((*((default,) if default else ()), *organizations))),
        tags=texts(user.tags),
        custom_fields=pairs(user.user_fields),
        avatar=_avatar(user, account),
    )


def agent(found: Found[wire.User], account: Account, as_of: datetime) -> Agent:
    user, ident = found.wire, str(found.wire.id)
    return Agent(
        helpdesk=account.key,
        remote_id=ident,
        remote_url=account.page("users", ident),
        created_at=moment(user.created_at),
        updated_at=moment(user.updated_at),
        lifecycle=_lifecycle(user),
        as_of=as_of,
        raw=scrubbed(found.raw),
        name=text(user.name),
        email=text(user.email),
        active=user.active is not False and not user.suspended,
        role=values.role(user.role, user.role_type),
        time_zone=text(user.iana_time_zone) or text(user.time_zone),
        locale=text(user.locale),
        last_active_at=moment(user.last_login_at),
    )


def _lifecycle(user: wire.User) -> Lifecycle:
    if user.permanently_deleted:
        return Lifecycle.PURGED
    return Lifecycle.DELETED if user.active is False else Lifecycle.ACTIVE


def _state(user: wire.User) -> ContactState:
    if user.suspended:
        return ContactState.BLOCKED
    if user.verified is None:
        return ContactState.UNKNOWN
    return ContactState.VERIFIED if user.verified else ContactState.UNVERIFIED


def _identities(user: wire.User) -> tuple[Identity, ...]:
    """What the user object itself names. Further addresses are behind one call per user (README, "Identities")."""
    found: list[Identity] = []
    if user.email:
        found.append(Identity(kind=IdentityKind.EMAIL, value=user.email, verified=user.verified, primary=True))
    if user.phone:
        found.append(Identity(kind=IdentityKind.PHONE, value=user.phone))
    if user.external_id:
        found.append(Identity(kind=IdentityKind.EXTERNAL_ID, value=user.external_id))
    return tuple(found)


def _avatar(user: wire.User, account: Account) -> Attachment | None:
    if user.photo is None or user.photo.deleted:
        return None
    return attachment(user.photo, account.key, f"contact/{user.id}")


def organization(found: Found[wire.Organization], account: Account, as_of: datetime) -> Organization:
    row, ident = found.wire, str(found.wire.id)
    return Organization(
        helpdesk=account.key,
        remote_id=ident,
        remote_url=account.page("organizations", ident),
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        lifecycle=Lifecycle.DELETED if row.deleted_at else Lifecycle.ACTIVE,
        as_of=as_of,
        raw=found.raw,
        name=row.name or "",
        domains=texts(row.domain_names),
        notes=text(row.notes),
        external_id=text(row.external_id),
        tags=texts(row.tags),
        custom_fields=pairs(row.organization_fields),
        native={
            "shared_tickets": row.shared_tickets,
            "shared_comments": row.shared_comments,
            "group_id": ref(row.group_id),
        },
    )


def group(found: Found[wire.Group], account: Account, as_of: datetime) -> Group:
    row, ident = found.wire, str(found.wire.id)
    return Group(
        helpdesk=account.key,
        remote_id=ident,
        remote_url=account.page("groups", ident),
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        lifecycle=Lifecycle.DELETED if row.deleted else Lifecycle.ACTIVE,
        as_of=as_of,
        raw=found.raw,
        name=row.name or "",
        description=text(row.description),
    )


def product(found: Found[wire.Brand], account: Account) -> Product:
    """A brand."""
    return Product(helpdesk=account.key, remote_id=str(found.wire.id), name=found.wire.name or "")


def belonging(contact: Contact, organizations: tuple[str, ...]) -> Contact:
    """The contact with organizations learned from its memberships."""
    known = tuple(dict.fromkeys((*contact.organization_ids, *organizations)))
    return msgspec.structs.replace(contact, organization_ids=known)

"""The schema, put together: once for all who ask in a process."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types.graphql import OperationType

from providers.upstream.allowance import allowance_is
from providers.upstream.records import recording
from resolvers.context import RequestContext
from schema.agent import Agent, Group
from schema.article import Article, ArticleFolder
from schema.comment import Comment
from schema.contact import Contact
from schema.custom_field import VALUE_TYPES
from schema.federation import Schema
from schema.file import Attachment, Image
from schema.helpdesk import Helpdesk
from schema.mutation import Mutation
from schema.organization import Organization
from schema.query import query
from schema.scalars import SCALARS
from schema.subscription import Subscription
from schema.ticket import Ticket
from schema.ticket_parts import Product

ENTITY_TYPES = (
    Helpdesk,
    Ticket,
    Comment,
    Contact,
    Agent,
    Group,
    Organization,
    Article,
    ArticleFolder,
    Attachment,
    Image,
    Product,
)


@dataclass(frozen=True, slots=True)
class SchemaOptions:
    """`nodes_inaccessible`: `node` and `nodes` are kept out of a gateway's supergraph."""

    nodes_inaccessible: bool = False


class Recording(SchemaExtension):
    """Every call upstream of the operation lands in its context, for `extensions.upstream`; there are `calls_each` at
    each helpdesk at most. A subscription may last for days: its calls are neither kept nor counted."""

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context.context
        lasting = self.execution_context.operation_type is OperationType.SUBSCRIPTION
        if lasting or not isinstance(context, RequestContext):
            yield
            return
        with recording() as calls, allowance_is(context.calls_each):
            context.calls = calls
            yield


def build_schema(options: SchemaOptions | None = None) -> Schema:
    return _built(options or SchemaOptions())


@cache
def _built(options: SchemaOptions) -> Schema:
    return Schema(
        query=query(nodes_inaccessible=options.nodes_inaccessible),
        mutation=Mutation,
        subscription=Subscription,
        types=(*ENTITY_TYPES, *VALUE_TYPES),
        extensions=[Recording],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        federation_version="2.9",
    )


def sdl(options: SchemaOptions | None = None) -> str:
    """The API as text, the same on every run."""
    return build_schema(options).as_str().rstrip() + "\n"

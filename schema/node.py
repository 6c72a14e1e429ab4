"""What every record has: an id, and, when it lives in a helpdesk, where."""

from datetime import datetime

import strawberry

from models.enums import DetailLevel, FreshnessSource, Lifecycle
from resolvers.identity import global_id
from resolvers.ticket import freshness, raw
from schema.fields import answered, computed, owned, plain
from schema.refs import HelpdeskRef
from schema.scalars import JSON, URL

RAW = (
    "The helpdesk's own record, as received, less links that are keys to files. Needs the scope `raw:read`; null for a "
    "caller bound to organizations. Its shape is the vendor's and may change."
)


@strawberry.type(description="How current a record is.")
class RecordFreshness:
    as_of: datetime = plain("The moment its values were read from the helpdesk.")
    source: FreshnessSource = plain("Where they come from.")
    detail: DetailLevel = plain("Whether it came as a list row or as a whole record.")


@strawberry.interface(description="Anything with a global id, to be read again by `node(id:)`.")
class Node:
    id: strawberry.ID = computed(
        global_id,
        "Global id: opaque, unique over all helpdesks, and lasting. It contains the helpdesk's key, so a "
        "helpdesk that is "
        "linked again under the same key keeps its ids.",
    )


@strawberry.interface(description="A record that lives in a helpdesk.")
class Remote:
    helpdesk: HelpdeskRef = owned()
    remote_id: str = plain("The helpdesk's own id. Always text: vendor ids pass 2^53.")
    remote_url: URL | None = plain("Its page for an agent; null where there is none.")
    created_at: datetime | None = plain("The helpdesk's own time of making; null where the row it came from lacks it.")
    updated_at: datetime | None = plain("The helpdesk's own time of the last change; null where the row lacks it.")
    lifecycle: Lifecycle = plain("Whether it is in use, archived, spam or deleted.")
    freshness: RecordFreshness = computed(freshness, "How current this answer is.")
    raw: JSON | None = answered(raw, RAW)

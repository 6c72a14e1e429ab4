"""How the copy is written: what a provider reports becomes rows, whatever order it arrives in.

    async with database.write(tenancy.number) as session:
        applied = await apply(session, tenancy, "desk", batch, origin=FreshnessSource.SYNC, now=clock.now())
        await advance(session, tenancy, lease, checkpoint=batch.checkpoint, …)

joining.py says what wins; the others read and write the tables around it. All of it stays within the caller's write.
"""

from storage.apply.batch import apply
from storage.apply.comments import store_comments
from storage.apply.desk import Applied
from storage.apply.sweeping import SuspiciousDelete, sweep, would_delete
from storage.apply.tickets import version_of

__all__ = ["Applied", "SuspiciousDelete", "apply", "store_comments", "sweep", "version_of", "would_delete"]

"""Us → vendor. A write has a ledger row before it leaves, and is never sent twice without knowing."""

from writes.create import WriteResult, create_ticket
from writes.ledger import Entry, Ledger, MemoryLedger, WriteState

__all__ = ["Entry", "Ledger", "MemoryLedger", "WriteResult", "WriteState", "create_ticket"]

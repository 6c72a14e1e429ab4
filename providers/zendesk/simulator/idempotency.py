"""`Idempotency-Key` on `POST /tickets`: the first answer is kept two hours and given again for the same body.

Evidence: cloudbees-oss/zendesk-java-client (names, header), the vendor's 'Create Ticket' page (two hours).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from providers.zendesk.simulator import errors
from providers.zendesk.simulator.call import Answer
from runtime.clock import Clock

KEPT_SECONDS = 7200
LONGEST_KEY = 255
MANY = 10_000


@dataclass(slots=True)
class _Kept:
    digest: bytes
    made: float
    answer: Answer | None = None


class Idempotency:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def begin(self, key: str, body: bytes) -> Answer | None:
        """The kept answer; None when this is the first time, and the caller must `finish` or `forget`."""
        if len(key) > LONGEST_KEY:
            raise errors.described(400, "IdempotentRequestError", "The idempotency key is longer than 255 characters")
        now = self._clock.now().timestamp()
        if len(self._kept) > MANY:
            self._kept = {each: kept for each, kept in self._kept.items() if now - kept.made < KEPT_SECONDS}
        digest = hashlib.sha256(body).digest()
        kept = self._kept.get(key)
        if kept is None or now - kept.made >= KEPT_SECONDS:
            self._kept[key] = _Kept(digest, now)
            return None
        if kept.digest != digest:
            raise errors.described(
                400, "IdempotentRequestError", "Request parameters don't match the given idempotency key"
            )
        if kept.answer is None:
            raise errors.described(
                409, "IdempotentRequestInProgress", "A request with this idempotency key is still running"
            )
        return kept.answer

    def finish(self, key: str, answer: Answer) -> None:
        self._kept[key].answer = answer

    def forget(self, key: str) -> None:
        """A refused create leaves the key free."""
        self._kept.pop(key, None)

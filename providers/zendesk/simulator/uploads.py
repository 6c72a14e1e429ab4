"""Upload tokens: sixty minutes, several files each, used up by the first ticket save ('Attachments' page)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from runtime.clock import Clock

KEPT_SECONDS = 3600
LARGEST = 50 * 1024 * 1024


@dataclass(slots=True)
class Upload:
    token: str
    made: float
    files: list[int] = field(default_factory=list)
    """The desk's attachment numbers."""


class Uploads:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._uploads: dict[str, Upload] = {}

    def get(self, token: str) -> Upload | None:
        upload = self._uploads.get(token)
        if upload is None or self._clock.now().timestamp() - upload.made >= KEPT_SECONDS:
            return None
        return upload

    def add(self, number: int, token: str | None) -> Upload | None:
        """None when the token to add to has ended."""
        upload = self.get(token) if token else Upload(secrets.token_hex(16), self._clock.now().timestamp())
        if upload is not None:
            upload.files.append(number)
            self._uploads[upload.token] = upload
        return upload

    def peek(self, tokens: list[str]) -> list[int] | None:
        """The files behind all of the tokens; None when one of them has ended or is used up."""
        found = [self.get(token) for token in tokens]
        return None if None in found else [number for upload in found if upload for number in upload.files]

    def use(self, tokens: list[str]) -> None:
        for token in tokens:
            self._uploads.pop(token, None)

    def delete(self, token: str) -> bool:
        return self._uploads.pop(token, None) is not None

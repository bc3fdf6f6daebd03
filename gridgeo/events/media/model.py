"""What is known of a medium."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Form(StrEnum):
    """The kinds of files that are kept, by their media types."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    MP4 = "video/mp4"
    PDF = "application/pdf"

    @property
    def ending(self) -> str:
        """How names of such files end."""
        return {Form.JPEG: ".jpg"}.get(self, f".{self.rpartition('/')[2]}")


@dataclass(frozen=True)
class Received:
    """Bytes that were sent, made ready to be kept.

    Parameters
    ----------
    digest
        SHA-256 of what was sent: by it a medium that is sent again is known, and the one a report named.
    kept
        SHA-256 of what is kept, which is its name.
    """

    digest: bytes
    kept: bytes
    form: Form
    data: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """Under which name it is kept."""
        return self.kept.hex()


@dataclass(frozen=True)
class Held:
    """A medium of an event.

    Parameters
    ----------
    digest
        SHA-256 of what was sent, or is to be sent.
    kept
        Of what is kept; None while the event names what was not sent yet.
    bytes
        How many are kept, or were announced.
    step_no
        The step it was named with, or the last one before it was sent.
    actor, kept_at
        Who sent its bytes, and when; None while it is only named.
    """

    media_no: int
    digest: bytes
    kept: bytes | None
    media_type: str
    bytes: int
    step_no: int
    actor: str | None
    kept_at: datetime | None

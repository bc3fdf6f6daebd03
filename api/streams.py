"""Answers that are made while they are sent, and end with their caller."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from typing import Any

import anyio
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

#: Name of what the application hands to its server, to be called when that is told to stop: streams without an end come to theirs.
ENDING = "ending"


class Stream(StreamingResponse):
    """Pieces as they are made. When the caller goes, before the last or after it, what they are made with is given back at once."""

    def __init__(self, pieces: AsyncGenerator[bytes] | Generator[bytes], **more: Any) -> None:
        super().__init__(pieces, **more)
        self._pieces = pieces

    async def __call__(self, scope, receive, send) -> None:
        """Send them."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self.body_iterator.aclose()
                if isinstance(self._pieces, Generator):
                    await run_in_threadpool(self._pieces.close)

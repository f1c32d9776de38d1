"""How long it may take to send an answer to an interaction. discord.py waits as long as Discord says: for hours."""

from __future__ import annotations

import asyncio
from typing import Any

from discord.webhook.async_ import AsyncWebhookAdapter, async_context

_PATIENCE = 30.0  # seconds, within which discord.py tries five times where Discord fails


def give_up_in_time() -> None:
    """Let answers that this task sends, or any that comes of it, fail with a TimeoutError where they take too long."""
    async_context.set(_Impatient())  # type: ignore[no-untyped-call]


class _Impatient(AsyncWebhookAdapter):
    """Sends what answers an interaction."""

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request, and give up in time.

        Raises:
            TimeoutError: Discord did not take it.
        """
        async with asyncio.timeout(_PATIENCE):
            return await super().request(*args, **kwargs)

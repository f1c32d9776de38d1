"""Takes the pictures of README from the demo page: ``python tests/pictures.py docs``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from demo_page import answer_to, browser_page, run_command
from playwright.async_api import Locator, Page

from bot import demo

# At this width the page's sidebar is a drawer, and the message fills the picture.
WIDTH, HEIGHT, EDGE = 720, 2400, 8
# Times differ from run to run, and the page's content policy drops a style of ours.
HIDE_TIMES = "() => document.querySelectorAll('.message-time').forEach(e => { e.style.visibility = 'hidden' })"


async def take(folder: Path) -> None:
    """Write ``answer.png``, ``article.png`` and ``trends.png``: messages of the demo, as they stand in its channel."""
    async with (
        demo.simulated() as world,
        demo.preview(world) as preview,
        browser_page(preview.url, width=WIDTH, height=HEIGHT, scale=2) as page,
    ):
        answer = page.locator(".channel-message").first
        await _shot(page, answer, folder / "answer.png")
        read = answer.get_by_role("button", name="Read", exact=True).first
        await _shot(page, await answer_to(page, read), folder / "article.png")
        trends = await run_command(page, "trends", query="flood", query2="ferry")
        await trends.get_by_alt_text("flood").wait_for()
        await _shot(page, trends, folder / "trends.png")


async def _shot(page: Page, message: Locator, path: Path) -> None:
    """A message by itself."""
    await message.scroll_into_view_if_needed()
    await page.evaluate("() => document.fonts.ready.then(() => null)")
    await page.evaluate(HIDE_TIMES)
    box = await message.bounding_box()
    if box is None:
        raise RuntimeError("the message is not on the page")
    clip = {"x": box["x"] + EDGE, "y": box["y"], "width": box["width"] - EDGE, "height": box["height"] + EDGE}
    await page.screenshot(path=path, animations="disabled", caret="hide", clip=clip)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))

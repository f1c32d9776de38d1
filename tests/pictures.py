"""Takes the pictures of README from the demo page: ``python tests/pictures.py docs``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from demo_page import browser_page

from bot import demo

# At this width the page's sidebar is a drawer, and the message fills the picture.
WIDTH, HEIGHT, EDGE = 720, 2400, 8
# Times differ from run to run, and the page's content policy drops a style of ours.
HIDE_TIMES = "() => document.querySelectorAll('.message-time').forEach(e => { e.style.visibility = 'hidden' })"


async def take(folder: Path) -> None:
    """Write ``answer.png``: the first answer of the demo, as it stands in the channel."""
    async with (
        demo.simulated() as world,
        demo.preview(world) as preview,
        browser_page(preview.url, width=WIDTH, height=HEIGHT, scale=2) as page,
    ):
        answer = page.locator(".channel-message").first
        await page.evaluate("() => document.fonts.ready.then(() => null)")
        await page.evaluate(HIDE_TIMES)
        box = await answer.bounding_box()
        if box is None:
            raise RuntimeError("the first answer is not on the page")
        clip = {"x": box["x"] + EDGE, "y": box["y"], "width": box["width"] - EDGE, "height": box["height"] + EDGE}
        await page.screenshot(path=folder / "answer.png", animations="disabled", caret="hide", clip=clip)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))

"""How a browser drives the demo page: what a person would do there, one function each."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

from playwright.async_api import Locator, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
"""The system's browser (Debian's package ``chromium``), or None."""

_ATTEMPTS, _NOTHING = 3, 4000  # milliseconds after which nothing has come of a click
_DELAY = 0.5  # seconds: longer than the page waits after a letter before it asks for suggestions
# Chromium runs as root in containers, and calls nobody.
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.asynccontextmanager
async def browser_page(url: str, *, width: int = 1280, height: int = 900, scale: float = 1) -> AsyncIterator[Page]:
    """Open the address in a headless browser of this many pixels."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        try:
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                locale="en-US",
                device_scale_factor=scale,
                timezone_id="UTC",
                reduced_motion="reduce",
            )
            page = await context.new_page()
            await page.goto(url)
            await ready(page)
            yield page
        finally:
            await browser.close()


async def ready(page: Page) -> None:
    """Wait until the page has nothing under way (a function: its content policy forbids expressions)."""
    await page.wait_for_function("() => window.simcordPreview?.ready === true")


async def look_as(page: Page, name: str) -> None:
    """See the channel as another reader does."""
    await page.locator("#viewer-picker").select_option(label=name)
    await ready(page)


async def run_command(page: Page, name: str, **options: str) -> Locator:
    """Type "/", pick the command, fill in its options, send; the message with the answer."""
    await page.locator("#channel-composer-input").fill("/" + name)
    await page.locator(".command-entry", has=page.get_by_text(f"/{name}", exact=True)).click()
    for option, value in options.items():
        await _fill(page, option, value)
    return await answer_to(page, page.locator("#send-message"))


async def answer_to(page: Page, button: Locator) -> Locator:
    """Press, wait until the bot has settled; the message that the page names as the outcome."""
    return await outcome(page, button.click)


async def choose(page: Page, message: Locator, menu: str, *labels: str) -> Locator:
    """Choose in a menu of a message, where several may be chosen by closing it; the message that comes of it."""
    trigger = message.get_by_role("combobox", name=menu, exact=True)
    several = await trigger.locator("xpath=..").get_attribute("data-maximum") != "1"
    await trigger.click()
    *first, last = [page.get_by_role("option", name=label) for label in labels]
    for option in [*first, *([last] if several else [])]:
        await option.first.click()
    return await outcome(page, trigger.click if several else last.first.click)


async def fill_in(page: Page, **fields: str) -> Locator:
    """Fill in the form that is open, its fields by their names, and send it; the message that comes of it."""
    form = page.locator(".modal-dialog")
    for name, value in fields.items():
        await form.locator(f'.modal-field[data-custom-id="{name}"] input').fill(value)
    return await outcome(page, form.get_by_role("button", name="Submit").click)


async def outcome(page: Page, act: Callable[[], Awaitable[None]]) -> Locator:
    """Act, wait until the bot has settled; the message that the page names as the outcome.

    A click is lost where the page redraws what is clicked: where nothing came of it, it is done again, as one would.
    """
    await _quiet(page)
    before = await page.evaluate("() => window.simcordPreview.lastAction?.sequence ?? 0")
    begun = "before => { const p = window.simcordPreview; return p.pendingAction || p.lastAction?.sequence > before }"
    for _ in range(_ATTEMPTS):
        await act()
        with contextlib.suppress(PlaywrightTimeoutError):
            await page.wait_for_function(begun, arg=before, timeout=_NOTHING)
            break
    settled = "before => { const p = window.simcordPreview; return p.ready && p.lastAction?.sequence > before }"
    await page.wait_for_function(settled, arg=before)
    done = await page.evaluate("() => window.simcordPreview.lastAction")
    assert done["settlement"] == "settled", done["diagnostics"]
    sent = [outcome["messageId"] for outcome in done["outcomes"] if "messageId" in outcome]
    return page.locator(f'.channel-message[data-message-id="{(sent or [done["target"]["messageId"]])[-1]}"]')


async def _fill(page: Page, option: str, value: str) -> None:
    field = page.locator(f'.command-option-input[data-option="{option}"]')
    if not await field.count():
        await page.locator(".command-ghost").click()
        await page.locator(f'.command-suggestion[data-value="{option}"]').click()
    await field.fill(value)
    await _quiet(page)
    # Choices, true or false, and outlets are picked; of queries what is typed is meant, whatever is suggested.
    if await field.get_attribute("role") == "combobox" and not option.startswith("query"):
        await page.locator(f'.command-suggestion[data-value="{value}"]').click()


async def _quiet(page: Page) -> None:
    """Wait until nothing is asked any more: what is suggested as one types comes a while after."""
    seen = -1
    while (now := int(await page.evaluate("() => window.simcordPreview.lastAction?.sequence ?? 0"))) != seen:
        seen = now
        await asyncio.sleep(_DELAY)
        await ready(page)

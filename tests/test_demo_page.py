"""The demo as a person finds it: the page is opened, a question asked, an answer read, pages turned."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

pytest.importorskip("simcord", reason="the demo needs SimCord")

from demo_page import CHROMIUM, answer_to, browser_page, choose, fill_in, look_as, outcome, run_command
from playwright.async_api import Page, expect

from bot import demo

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(CHROMIUM is None, reason="needs the system's Chromium: apt-get install chromium"),
]


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    async with demo.simulated() as world, demo.preview(world) as preview, browser_page(preview.url) as opened:
        yield opened
    assert world.env.errors == []


async def test_the_page_opens_with_a_first_answer_and_a_greeting_that_says_what_to_type(page):
    messages = page.locator(".channel-message")
    await expect(messages).to_have_count(2)
    await expect(messages.first).to_contain_text("harbourpost.example")
    await expect(messages.last).to_be_in_viewport()
    await expect(messages.last).to_contain_text("Type / below, pick search")
    await expect(messages.last).to_contain_text("All articles are invented")


async def test_a_question_asked_on_the_page_is_answered_with_source_and_date(page):
    answer = await run_command(page, "search", query="astrolabe sentenced")
    await expect(answer).to_contain_text("Only you can see this")
    await expect(answer).to_contain_text("was sentenced in Averstad on Friday")
    await expect(answer).to_contain_text("the-meridian.example")
    await expect(answer).to_contain_text("2022")
    await expect(answer.locator("strong", has_text="astrolabe").first).to_be_visible()
    await look_as(page, "Ben")
    await expect(page.get_by_text("Only you can see this")).to_have_count(0)


async def test_a_source_is_completed_and_pages_are_turned(page):
    answer = await run_command(page, "search", query="harbour ferry strike", source="harbourpost.example")
    await expect(answer).to_contain_text("page 1 of 2")
    changed = await answer_to(page, answer.get_by_role("button", name="Next", exact=True))
    await expect(changed).to_contain_text("page 2 of 2")
    await expect(changed).to_contain_text("harbourpost.example")


async def test_an_answer_is_refined_on_the_page_and_shared(page):
    answer = await run_command(page, "search", query="harbour ferry strike")
    sorted_ = await choose(page, answer, "Order", "Newest first")
    await expect(sorted_).to_contain_text("harbour ferry strike sort:newest")
    one = await choose(page, sorted_, "Outlets: all", "Harbour Post")
    await expect(one).to_contain_text("source:harbourpost.example")
    await one.get_by_role("combobox", name="Period").click()
    await outcome(page, page.get_by_role("option", name="Other dates …").click)
    dated = await fill_in(page, after="2020", before="2025")
    await expect(dated).to_contain_text("after:2020-01-01 before:2025-01-01")
    shared = await answer_to(page, dated.get_by_role("button", name="Share", exact=True))
    await expect(shared).to_contain_text("Shared by")
    await look_as(page, "Ben")
    await expect(page.locator(".channel-message", has_text="Shared by")).to_have_count(2)


async def test_an_article_is_read_on_the_page(page):
    first = page.locator(".channel-message").first
    article = await answer_to(page, first.get_by_role("button", name="Read", exact=True).first)
    await expect(article).to_contain_text("Only you can see this")
    await expect(article).to_contain_text("Invented sample article")


async def test_an_empty_question_is_answered_and_the_page_goes_on(page):
    answer = await run_command(page, "search")
    await expect(answer).to_contain_text("type a word")
    again = await run_command(page, "search", query="comet almonds")
    await expect(again).to_contain_text("orbitdispatch.example")


async def test_an_admin_of_the_demo_reindexes_its_archive(page):
    answer = await run_command(page, "admin reindex")
    await expect(answer).to_contain_text("60 read: 0 added, 0 changed, 60 unchanged")


async def test_an_article_is_turned_cited_and_shared_on_the_page(page):
    answer = await run_command(page, "search", query="ferry Aurelia")
    article = await answer_to(page, answer.get_by_role("button", name="Read", exact=True).first)
    await expect(article.locator("strong", has_text="Aurelia").first).to_be_visible()
    why = await answer_to(page, article.get_by_role("button", name="Why this hit", exact=True))
    await expect(why).to_contain_text("in the headline")
    cited = await answer_to(page, article.get_by_role("button", name="Cite", exact=True))
    await expect(cited).to_contain_text("BibTeX")
    similar = await answer_to(page, article.get_by_role("button", name="Similar", exact=True))
    await expect(similar).to_contain_text("similar:")
    shared = await answer_to(page, article.get_by_role("button", name="Share", exact=True))
    await expect(shared).to_contain_text("Shared by")
    gone = await shared.get_attribute("data-message-id")
    await answer_to(page, shared.locator(".component-button", has_text="Delete"))
    await expect(page.locator(f'.channel-message[data-message-id="{gone}"]')).to_have_count(0)


async def test_coverage_over_time_is_drawn_on_the_page(page):
    answer = await run_command(page, "trends", query="flood", query2="ferry")
    await expect(answer.get_by_alt_text("flood")).to_be_visible()
    await expect(answer).to_contain_text("most in")
    shares = await answer_to(page, answer.get_by_role("button", name="As share of the archive", exact=True))
    await expect(shares).to_contain_text("%)")


async def test_a_plain_message_is_answered_and_gone_on_from_on_the_page(page):
    async def say(text):
        await page.locator("#channel-composer-input").fill(text)
        return await outcome(page, page.locator("#send-message").click)

    mention = await page.evaluate("() => document.body.innerText.match(/<@\\d+>/)?.[0]")
    await say(f"{mention} flood inquiry")
    await expect(page.locator(".channel-message").last).to_contain_text("flood inquiry")
    await say(f"{mention} only Harbour Post")
    await expect(page.locator(".channel-message").last).to_contain_text("source:harbourpost.example")


async def test_help_offers_examples_that_are_tried_on_the_page(page):
    answer = await run_command(page, "help")
    tried = await choose(page, answer, "Try one", "harbour flood damage")
    await expect(tried).to_contain_text("harbour flood damage")

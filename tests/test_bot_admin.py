"""What a keeper does from Discord: correct, take down, restore, limit, look into the audit; in the real bot."""

import re
import signal
from datetime import UTC, date, datetime

import pytest
from bot_process import started
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_article import an_article
from test_bot_markdown import hostile_text, rendered
from test_bot_render import ENGLISH, READERS, articles, text_of, texts, within_limits

from bot.markdown import clean
from bot.reader import Reader
from bot.render import auditing, correcting, limiting, quoting, uploading, withholding
from bot.render.article import Opened, article
from bot.render.cards import cards
from bot.render.cite import cite
from corpus import (
    Act,
    Copy,
    Corpus,
    Difference,
    Fate,
    Hit,
    IngestReport,
    Keeper,
    Limit,
    PubDate,
    Query,
    Quoted,
    Reading,
    Rejection,
    Span,
    Withheld,
)
from discord_double import ADMINISTRATOR, Answer, DiscordDouble

languages = st.sampled_from([reader.language for reader in READERS])
moments = st.datetimes(datetime(2015, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
ids = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=10, max_size=10)
lengthened = st.builds(lambda text, times: text * times, hostile_text, st.integers(1, 60))
FLOOD = "flood inquiry"


def an_id(data, query=FLOOD) -> str:
    with Corpus.open(data) as corpus:
        return corpus.search(Query.parse(query)).hits[0].article.id


def headline(data, article_id) -> str:
    with Corpus.open(data) as corpus:
        return corpus.article(article_id).headline


async def once_more(discord, bot, data, **env):
    """Kill the bot and start it again."""
    bot.signal(signal.SIGKILL)
    await bot.wait()
    return await started(discord, data, **env)


# Correcting


async def corrected(answer: Answer, **fields: str) -> Answer:
    return await answer.submit(fields)


@pytest.mark.asyncio
async def test_a_correction_is_filled_in_and_shown_and_taken_back_after_a_restart(own_archive):
    article_id = an_id(own_archive)
    before = headline(own_archive, article_id)
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        typed = before.split()[0]
        suggested = await discord.owner.autocomplete("admin correct", focused="id", id=typed)
        assert before[:40] in "\n".join(choice.name for choice in suggested)
        form = await discord.owner.slash("admin correct", id=article_id.upper())
        assert form.modal.fields["Headline"]["value"] == before
        assert len(form.modal.fields) == 5
        shown = await corrected(form, headline="Inquiry reports *at last*", published="2021-02-03")
        assert shown.ephemeral
        assert "### Inquiry reports \\*at last\\*" in shown.text
        assert "**Published** February 3, 2021" in shown.text
        assert headline(own_archive, article_id) == "Inquiry reports *at last*"
        bot = await once_more(discord, bot, own_archive)
        again = await shown.press("Correct again")
        assert again.modal.fields["Published, such as 2023-09-05"]["value"] == "2021-02-03"
        undone = await shown.press("Undo")
        assert f"### {before}" in undone.text
        assert headline(own_archive, article_id) == before


@pytest.mark.asyncio
async def test_what_was_refused_is_kept_for_the_form_to_be_opened_again(own_archive):
    article_id = an_id(own_archive)
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        form = await discord.owner.slash("admin correct", id=article_id)
        refused = await corrected(form, headline="Inquiry reports", published="yesteryear", byline="")
        assert "is no date" in refused.text
        await once_more(discord, bot, own_archive)
        again = await refused.press("Open the form again")
        fields = again.modal.fields
        assert fields["Headline"]["value"] == "Inquiry reports"
        assert fields["Published, such as 2023-09-05"]["value"] == "yesteryear"
        shown = await corrected(again, published="2021-02-03")
        assert "### Inquiry reports" in shown.text


@pytest.mark.asyncio
async def test_section_and_language_are_corrected_without_the_form(own_archive):
    article_id = an_id(own_archive)
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        shown = await discord.owner.slash("admin correct", id=article_id, section="Harbour", language="fr")
        assert "**Section** Harbour" in shown.text
        assert "**Language** `fr`" in shown.text
        none = await discord.owner.slash("admin correct", id=article_id, section="-")
        assert "**Section** none" in none.text
        unknown = await discord.owner.slash("admin correct", id="nosuchid", section="Harbour")
        assert "no article by that id" in unknown.text
        assert "no article by that id" in (await discord.owner.slash("admin correct", id="nosuchid")).text


@pytest.mark.asyncio
async def test_what_stands_there_already_is_no_correction(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        form = await discord.owner.slash("admin correct", id=an_id(own_archive))
        assert "Nothing was changed" in (await form.submit({})).text


# Taking down


@pytest.mark.asyncio
async def test_an_article_is_taken_down_after_it_was_asked_and_restored_again(own_archive):
    article_id = an_id(own_archive)
    name = headline(own_archive, article_id)
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        asked = await discord.owner.slash("admin remove", id=article_id, why="asked by *its* author")
        assert asked.ephemeral
        assert f"### {name}" in asked.text
        kept = await (await discord.owner.slash("admin remove", id=article_id)).press("Keep it")
        assert "It stays" in kept.text
        await once_more(discord, bot, own_archive)
        reader = discord.user("reader")
        assert name in (await reader.slash("article", id=article_id)).text
        down = await asked.press("Take down")
        assert "### Taken down" in down.text
        assert f"`{article_id}`" in down.text
        assert "no article by that id" in (await reader.slash("article", id=article_id)).text
        listed = await discord.owner.slash("admin removed")
        assert "1 article is taken down" in listed.text
        assert "asked by \\*its\\* author" in listed.text
        [choice] = await discord.owner.autocomplete("admin restore", focused="id", id=name[:10])
        assert choice.value == article_id
        back = await down.press("Restore")
        assert "### Restored" in back.text
        assert name in (await reader.slash("article", id=article_id)).text
        assert "No article by that id is taken down" in (await down_again(discord, article_id)).text


async def down_again(discord: DiscordDouble, article_id: str) -> Answer:
    return await discord.owner.slash("admin restore", id=article_id)


@pytest.mark.asyncio
async def test_what_is_erased_is_told_to_be_final_and_what_is_down_can_be_chosen_to_come_again(own_archive):
    article_id = an_id(own_archive)
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        asked = await discord.owner.slash("admin remove", id=article_id, erase=True, copies=True)
        assert "That is final" in asked.text
        assert "Restore" in [button.label for button in (await asked.press("Take down")).buttons]
        listed = await discord.owner.slash("admin removed")
        [menu] = listed.selects
        back = await listed.select("Restore …", next(iter(menu.options)))
        assert "comes back when its file is read" in back.text
        assert "no article by that id" in (await discord.owner.slash("admin remove", id="nosuchid")).text


@pytest.mark.asyncio
async def test_while_another_changes_the_archive_taking_down_works_and_the_rest_says_why_not(own_archive):
    article_id = an_id(own_archive)
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        form = await discord.owner.slash("admin correct", id=article_id)
        asked = await discord.owner.slash("admin remove", id=article_id)
        with Keeper.open(own_archive):
            refused = await form.submit({"headline": "Another"})
            assert "being changed by another process: try again" in refused.text
            down = await asked.press("Take down")
            assert "### Taken down" in down.text
            late = await down.press("Restore", first_response=True)
            await discord.until(lambda: late.followups, "a word")
            assert "being changed by another process: try again" in late.followups[0].text
            command = await discord.owner.slash("admin restore", id=article_id)
            assert "being changed by another process: try again" in command.text
        assert "### Restored" in (await down.press("Restore")).text


@pytest.mark.asyncio
async def test_what_is_down_is_turned_page_by_page(own_archive):
    with Corpus.open(own_archive) as corpus:
        found = [hit.article.id for hit in corpus.export(Query.parse("after:1900")).hits][:12]
        corpus.withhold(found)
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        first = await discord.owner.slash("admin removed")
        assert "page 1 of 2" in first.text
        second = await first.press("Next")
        assert "page 2 of 2" in second.text
        assert len(second.selects[0].options) == 2


# Limits


LIGHTHOUSE = {
    "title": "Lighthouse lit again",
    "source": "beacon.example",
    "date": "2024-03-14",
    "url": "https://beacon.example/lit",
    "text": "The lighthouse at Cape Orrin was lit again on Thursday after eleven years of darkness, its keeper said. "
    "The lamp was built by three brothers who had never seen the sea before, and it burns rape oil as the old one did. "
    "Nobody in the village had believed that the lighthouse would ever be lit again, least of all the brothers.",
}


@pytest.mark.asyncio
@pytest.mark.parametrize("most", [0, 100])
async def test_of_an_outlet_with_a_limit_every_screen_shows_no_more(own_archive, write, most):
    with Keeper.open(own_archive) as keeper:
        keeper.ingest([write(LIGHTHOUSE)])
    article_id, source = an_id(own_archive, "lighthouse orrin"), LIGHTHOUSE["source"]
    said = "No more of this outlet" if most else "only headline and link"

    def tells_no_more(text: str) -> bool:
        seen = text.replace("\\", "").replace("*", "").replace("%20", " ")
        return "three brothers" not in seen and ("eleven years" in seen) <= bool(most)

    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        owner, reader = discord.owner, discord.user("reader")
        choices = await owner.autocomplete("admin limit", focused="characters", source=source)
        assert [choice.value for choice in choices] == ["0", "100", "300", "none"]
        outlets = await owner.autocomplete("admin limit", focused="source", source="beac")
        assert [choice.value for choice in outlets] == [source]
        set_now = await owner.slash("admin limit", source=source.upper(), characters=str(most))
        assert f"`{source}` · {'100 characters' if most else 'headline and link only'}" in set_now.text
        found = await reader.slash("search", query="lighthouse orrin")
        [card] = [shown for shown in found.texts if shown.startswith("### [Lighthouse")]
        assert tells_no_more(found.text)
        assert ("\n> " in card) == bool(most)
        assert ("only headline and link" in card) != bool(most)
        exported = await found.press("Export")
        assert len(exported.files) == 2
        assert all(tells_no_more(file.data.decode()) for file in exported.files)
        read = await reader.slash("article", id=article_id)
        assert said in read.text
        assert tells_no_more(read.text)
        for button in ("Share", "Cite", "Similar", "More from this source"):
            pressed = await read.press(button, first_response=True)
            await discord.until(lambda pressed=pressed: shown_of(pressed), button)
            assert tells_no_more(shown_of(pressed))
        written = await reader.post(discord.channel, "“built by three brothers who had never seen the sea before”")
        where = await reader.context("Find this quote", written)
        assert "Found word for word" in where.text
        assert said in where.text
        assert ("three brothers" in where.text) == bool(most)
        shared = await where.press("Share", first_response=True)
        await discord.until(lambda: shared.followups, "the shared passage")
        assert "Shared by" in shared.followups[0].text
        assert ("three brothers" in shared.followups[0].text) == bool(most)
        assert tells_no_more((await reader.slash("trends", query="lighthouse orrin")).text)
        none = await owner.slash("admin limit", source=source, characters="none")
        assert "has no limit any more" in none.text
        assert "No outlet has a limit" in (await owner.slash("admin limits")).text


def shown_of(answer: Answer) -> str:
    return "\n".join([*(each.text for each in answer.followups), "" if answer.thinking else answer.text]).strip()


@pytest.mark.asyncio
async def test_what_is_no_limit_and_names_no_outlet_is_told(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        for source, characters, said in (
            ("harbourpost.example", "many", "many is no limit"),
            ("--help", "0", "names no outlet"),
            ("notyet.example", "300", "has no article of it yet"),
        ):
            assert said in (await discord.owner.slash("admin limit", source=source, characters=characters)).text


# The audit


@pytest.mark.asyncio
async def test_every_act_is_in_the_audit_with_who_did_it(own_archive):
    article_id = an_id(own_archive)
    async with DiscordDouble() as discord:
        with Keeper.open(own_archive, by="shell:**root**") as keeper:
            for number in range(10):
                keeper.correct(article_id, {"headline": f"**Bold** `code` <@1> {number}"})
        bot = await started(discord, own_archive)
        await discord.owner.slash("admin correct", id=article_id, section="Harbour")
        first = await discord.owner.slash("admin audit")
        assert first.ephemeral
        owner = f"<@{discord.owner.id}>"
        assert re.search(rf"<t:\d+:f> · {owner} · \*\*correct\*\* `{article_id} section=Harbour`", first.text)
        assert first.text.count("· `shell:**root**` · **correct**") == 9
        assert f"`{article_id} headline=**Bold** code <@1> 9`" in first.text  # as code, where nothing has a meaning
        assert not first.pings
        await once_more(discord, bot, own_archive)
        older = await first.press("Older")
        assert "<@1> 0`" in older.text
        assert "**ingest**" in older.text
        assert owner not in older.text
        nothing = await discord.owner.slash("admin audit", before=1)
        assert "Nothing older" in nothing.text


# Who may


@pytest.mark.asyncio
async def test_nobody_but_an_admin_does_any_of_it_whatever_discord_lets_them_press(own_archive):
    article_id = an_id(own_archive)
    async with DiscordDouble() as discord:
        editor = discord.user("editor", permissions=ADMINISTRATOR)
        bot = await started(discord, own_archive, ADMIN_IDS=str(editor.id))
        form = await editor.slash("admin correct", id=article_id)
        shown = await form.submit({"headline": "Another headline"})
        asked = await editor.slash("admin remove", id=article_id)
        audit = await editor.slash("admin audit")
        bot = await once_more(discord, bot, own_archive)
        refused = [
            await editor.slash("admin correct", id=article_id),
            await editor.slash("admin remove", id=article_id),
            await editor.slash("admin restore", id=article_id),
            await editor.slash("admin removed"),
            await editor.slash("admin limit", source="harbourpost.example", characters="0"),
            await editor.slash("admin limits"),
            await editor.slash("admin audit"),
            await form.submit({"headline": "Yet another"}),
            await shown.press("Undo"),
            await shown.press("Correct again"),
            await asked.press("Take down"),
        ]
        assert all("Only those who keep this archive" in answer.text for answer in refused)
        assert audit.text
        for option in ("correct", "remove", "restore"):
            assert await editor.autocomplete(f"admin {option}", focused="id") == []
        assert headline(own_archive, article_id) == "Another headline"
        elsewhere = await discord.new_guild("Elsewhere")
        await once_more(discord, bot, own_archive, ADMIN_IDS=str(editor.id), ADMIN_GUILD=str(elsewhere.id))
        assert "kept from another server" in (await asked.press("Take down")).text
        assert "kept from another server" in (await form.submit({"headline": "Yet another"})).text
        down = await editor.slash("admin remove", id=article_id, guild=elsewhere)
        assert "### Taken down" in (await down.press("Take down")).text


# What is shown


kept = st.builds(
    Withheld, ids, hostile_text, st.integers(), moments, lengthened, st.integers(), lengthened | st.just(""),
    st.dates().map(str), st.none(),
)  # fmt: skip
told = st.fixed_dictionaries({
    "id": ids, "headline": lengthened, "source": lengthened, "published": st.dates().map(str), "erased": st.booleans(),
})  # fmt: skip
acts = st.builds(
    Act, st.integers(1, 10**9), moments,
    st.one_of(lengthened, st.integers(10**16, 10**18).map(lambda number: f"discord:{number} **name**")),
    st.sampled_from(["correct", "ingest (rehearsal)"]), lengthened, st.none() | lengthened, st.none(),
)  # fmt: skip
reports = st.lists(st.builds(Rejection, lengthened, lengthened), max_size=15).map(
    lambda rejected: IngestReport(added=12, updated=1, unchanged=0, copies=3, rejected=tuple(rejected))
)
differences = st.lists(
    st.builds(
        Difference, st.sampled_from([Fate.ADDED, Fate.UPDATED, Fate.COPY, Fate.REJECTED]), ids, lengthened,
        st.dates().map(str), lengthened, st.none(), lengthened, lengthened,
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(kept, max_size=25, unique_by=lambda each: each.id), st.integers(-1, 9), languages)
def test_whatever_is_down_is_within_the_limits(down, number, language):
    assert within_limits(withholding.removed(down, number, language))
    assert all(0 < len(withholding.choice(each, language).name) <= 100 for each in down)


@settings(max_examples=40)
@given(st.lists(told, max_size=30, unique_by=lambda each: each["id"]), languages)
def test_whatever_was_taken_down_or_restored_is_within_the_limits(down, language):
    assert within_limits(withholding.taken_down(down, language))
    assert within_limits(withholding.restored(down, language))


@settings(max_examples=40)
@given(articles, lengthened, st.integers(0, 30), st.booleans(), languages)
def test_whatever_is_to_be_taken_down_is_within_the_limits(shown, why, others, flag, language):
    copy = Copy("kv6hr54xyx", "post.example", "Post", PubDate(date(2024, 3, 14)), None)
    reading = Reading(shown, copies=(copy,) * others)
    view = withholding.ask(reading, clean(why)[:300], language, copies=flag, erase=flag)
    assert within_limits(view)


@settings(max_examples=40)
@given(st.lists(acts, max_size=10), st.booleans(), languages)
def test_any_audit_is_within_the_limits_and_nothing_in_it_has_a_meaning(rows, more, language):
    view = auditing.audit(rows, language, more=more)
    assert within_limits(view)
    for line in text_of(view).split("\n")[1 if rows else 0 :]:
        allowed = {"text", "bold", "code", "mention", "timestamp"}
        assert {kind for kind, _ in rendered(line.removeprefix("-# "))} <= allowed


@settings(max_examples=40)
@given(reports, differences, languages)
def test_any_preview_is_within_the_limits(report, found, language):
    view = uploading.preview(uploading.Preview.of("abcdefghij", report, found), language)
    assert within_limits(view)


@settings(max_examples=40)
@given(articles, st.dictionaries(st.sampled_from(list(correcting.FIELDS)), hostile_text), languages)
def test_any_correction_is_within_the_limits_and_read_back_as_it_was_typed(shown, typed, language):
    assert within_limits(correcting.corrected(shown, language))
    cut = {name: clean(text).replace("`", "")[: correcting.FIELDS[name]] for name, text in typed.items()}
    view = correcting.refused(ENGLISH.told("No."), shown.id, cut, language)
    assert within_limits(view)
    codes = [found[1].strip() for text in texts(view)[1:] if (found := re.match(r"`([^`]+)`", text))]
    letters = "".join(name[0] for name in cut)
    assert correcting.parts_typed(letters, codes) == {name: text.strip() for name, text in cut.items()}


@settings(max_examples=20)
@given(st.lists(st.builds(Limit, lengthened, st.integers(0, 10**7)), max_size=100), languages, hostile_text)
def test_any_limits_are_within_the_limits(known, language, typed):
    assert within_limits(limiting.limits(known, language))
    assert all(len(choice.name) <= 100 for choice in limiting.choices(typed, language))


@pytest.mark.parametrize("text", ["", "It held."])
def test_an_article_of_an_outlet_with_a_limit_says_that_there_is_no_more(text):
    shown, reader = an_article(text=text, limited=True), Reader(99, ENGLISH)
    said = "No more of this outlet's articles" if text else "only headline and link"
    assert said in text_of(article(Opened.at(Reading(shown)), reader))
    assert said in text_of(
        quoting.quoted(Quoted(shown, Span(0, len(text)), verbatim=True, likeness=1.0, others=0), reader)
    )
    assert text_of(cite(shown, date(2024, 3, 14), reader, ENGLISH))
    [card] = cards([Hit(1, 1.0, shown, (), ())], 4000, ENGLISH)
    assert card.endswith("Of this outlet's articles only headline and link are shown here.")

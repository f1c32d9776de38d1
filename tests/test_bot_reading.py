"""An article is read, shared, cited and followed up on the loopback Discord, and an answer is taken away as files."""

import csv
import io
import json
import re
import signal
from pathlib import Path
from urllib.parse import unquote

import pytest
from bot_process import started

from corpus import Corpus, Keeper, Query
from discord_double import MANAGE_MESSAGES, DiscordDouble

NIGHT = "The ferry crossed the sound at dusk, and the crew counted every life jacket twice before the tide turned. "
BARRIER = "The astrolabe barrier of the harbour held through the night, the office said."
STORM = {
    "title": "A night on the sound",
    "text": "\n".join([NIGHT * 4] * 12 + [BARRIER] + [NIGHT * 4] * 12),
    "url": "https://harbourpost.example/sound",
    "author": "Mara Ellison",
}
COPY = {**STORM, "source": "meridianwire.example", "url": "https://meridianwire.example/1", "date": "2023-09-07"}
OTHERS = [
    {
        "title": f"Ferry log {number}",
        "text": f"The ferry {number} of the harbour left on time.",
        "date": f"2023-08-0{number}",
    }
    for number in range(1, 8)
]

pytestmark = pytest.mark.asyncio


@pytest.fixture
def archive(tmp_path, write) -> Path:
    """A long article with a copy, and short ones of the same outlet."""
    with Keeper.open(tmp_path / "data") as keeper:
        assert not keeper.ingest([write(STORM, COPY, *OTHERS)]).rejected
    return tmp_path / "data"


def changed(archive: Path, write, **fields) -> None:
    """Ingest the long article again, with other fields."""
    with Keeper.open(archive) as keeper:
        assert keeper.ingest([write({**STORM, **fields})]).updated


def text_of(answer) -> str:
    return answer.texts[1]


def place(answer) -> tuple[int, int]:
    """Which page of how many it shows."""
    return tuple(map(int, re.search(r"-# page (\d+) of (\d+) · ", answer.texts[2]).groups()))


def labels(answer) -> list[str]:
    return [button.label for button in answer.buttons]


def article_id(answer) -> str:
    return re.search(r" · `(\w{10})`", answer.texts[2])[1]


async def opened(discord, person=None, query="astrolabe barrier", **where):
    """The long article, read from the answer to a question."""
    reader = person or discord.user("reader")
    answer = await reader.slash("search", query=query, **where)
    return await answer.press(next(each.custom_id for each in answer.buttons if each.custom_id.startswith("read:")))


async def test_an_article_opens_at_the_passage_that_answers_with_its_matches_in_bold(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        article = await opened(discord)
        number, pages = place(article)
        assert article.ephemeral
        assert 1 < number < pages
        assert "The **astrolabe** **barrier** of the harbour held" in text_of(article)
        assert article.texts[2].startswith("`astrolabe barrier`\n")
        address = re.search(r"\]\((https://harbourpost.example/sound\S+)\)", article.texts[0])[1]
        first, last = address.partition("#:~:text=")[2].split(",")
        assert re.search(f"{unquote(first)}.+{unquote(last)}", BARRIER)


async def test_every_page_has_headline_source_date_and_byline_and_together_they_have_all_of_the_text(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        page = await discord.user("reader").slash("article", id=article_id(await opened(discord)))
        number, pages = place(page)
        read = []
        for expected in range(1, pages + 1):
            number, _ = place(page)
            assert number == expected
            head, credit = page.texts[0].split("\n")
            assert head == "### [A night on the sound](https://harbourpost.example/sound)"
            assert credit == "-# harbourpost.example · September 5, 2023 · by Mara Ellison"
            read.append(text_of(page))
            assert [each.disabled for each in page.buttons if each.label == "Next"] == [expected == pages]
            page = await page.press("Next") if expected < pages else page
        words = " ".join(read).replace("…", " ").split()
        assert words == str(STORM["text"]).split()


MEANS = ["Previous", "Next", "Page …"]


async def _turned(article, means, by=None):
    pressed = await article.press(means, by=by)
    return await pressed.submit({"Page": "2"}) if means == "Page …" else pressed


@pytest.mark.parametrize("means", MEANS)
async def test_pages_are_turned_in_place_after_the_bot_was_killed_and_started_again(archive, means):
    async with DiscordDouble() as discord:
        bot = await started(discord, archive)
        article = await opened(discord)
        before = place(article)
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, archive)
        turned = await _turned(article, means)
        assert turned.updates
        assert place(turned)[0] == {"Previous": before[0] - 1, "Next": before[0] + 1, "Page …": 2}[means]
        assert turned.texts[2].startswith("`astrolabe barrier`\n")


@pytest.mark.parametrize("means", MEANS)
async def test_somebody_else_turns_pages_of_a_private_copy(archive, means):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        [shared] = (await (await opened(discord)).press("Share")).followups
        before = list(shared.texts)
        copy = await _turned(shared, means, by=discord.user("somebody else"))
        assert copy.ephemeral
        assert shared.texts == before
        assert "Shared by" not in copy.text
        assert (await copy.press("Next")).updates


@pytest.mark.parametrize("where", ["direct", "group"])
async def test_an_article_is_read_in_a_conversation_and_where_only_a_user_has_installed_the_bot(archive, where):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        reader = discord.user("reader")
        channel = reader.dm if where == "direct" else discord.private_channel(reader, discord.user("friend"))
        article = await opened(discord, reader, channel=channel)
        assert (await article.press("Next")).updates
        [shared] = (await article.press("Share")).followups
        assert not shared.ephemeral
        assert (await shared.press("Previous")).updates
        await shared.press("Delete")
        assert shared.deleted


async def test_a_page_is_shared_by_name_and_taken_away_by_those_who_may(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        reader = discord.user("reader")
        article = await opened(discord)
        [shared] = (await article.press("Share")).followups
        assert not shared.ephemeral
        assert text_of(shared) == text_of(article)
        assert shared.texts[2].endswith(f"\n-# Shared by {reader.mention}")
        assert not shared.pings
        assert "Delete" in labels(shared)
        assert "Share" not in labels(shared)
        refused = await shared.press("Delete", by=discord.user("stranger"))
        assert "Only the one who shared it" in refused.text
        await shared.press("Delete", by=discord.user("moderator", permissions=MANAGE_MESSAGES))
        assert shared.deleted


async def test_an_article_that_was_replaced_says_when(archive, write):
    changed(archive, write, text=f"{STORM['text']} More.")
    async with DiscordDouble() as discord:
        await started(discord, archive)
        assert re.search(r"\n-# updated [A-Z]\w+ \d{1,2}, \d{4}, \d\d:\d\d UTC$", (await opened(discord)).texts[0])
        german = await opened(discord, discord.user("german reader", locale="de"))
        assert re.search(r"\n-# .*\d{1,2}\. [A-Z]\w+ \d{4}, \d\d:\d\d UTC$", german.texts[0])


async def test_what_has_become_shorter_shows_its_last_page(archive, write):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        article = await opened(discord)
        changed(archive, write, text=f"{BARRIER} That is all there is to say about that night on the sound, they said.")
        turned = await article.press("Next")
        assert place(turned) == (1, 1)
        assert "Next" not in labels(turned)


async def test_an_article_that_has_gone_says_so_and_leaves_what_others_read(archive, samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, archive)
        article = await opened(discord)
        [shared] = (await article.press("Share")).followups
        before = list(shared.texts)
        bot.terminate()
        await bot.wait()
        await started(discord, samples_archive)
        pressed = await shared.press("Next")
        await discord.until(lambda: pressed.followups, "a private word")
        assert "no article by that id" in pressed.followups[0].text
        assert shared.texts == before
        for label in ("Similar", "More from this source", "Why this hit", "Same story elsewhere (1)", "Cite"):
            answer = await article.press(label)
            assert "no article by that id" in answer.text or label == "Similar"
        again = await article.press("Share")
        assert [each.ephemeral for each in again.followups] == [True]
        assert "no article by that id" in (await article.press("Next")).text


async def test_why_an_article_was_found_is_told_in_words_and_numbers_that_add_up(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        article = await opened(discord, query="astrolabe ferry xyzzyx")
        why = await article.press("Why this hit")
        assert why.ephemeral
        assert why.text.startswith("`astrolabe ferry xyzzyx`\n### Why this hit\n")
        word = r"^\*\*{}\*\*: \d+ × in the headline, {} × in the text · ([\d.]+) points, [\d.]+% of the score$"
        assert re.search(word.format("astrolabe", "1"), why.text, re.MULTILINE)
        assert re.search(word.format("ferry", "96"), why.text, re.MULTILINE)
        assert "\n**xyzzyx** stands nowhere in it\n" in why.text
        points = [float(each) for each in re.findall(r" · ([\d.]+) points", why.text)]
        [score] = re.findall(r"Score: ([\d.]+) points", why.text)
        assert sum(points) == pytest.approx(float(score), abs=0.1 * len(points))
        shares = [float(each) for each in re.findall(r", ([\d.]+)% of the score", why.text)]
        assert sum(shares) == pytest.approx(100, abs=len(shares))


async def test_without_a_question_there_is_nothing_to_tell_why(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        asked = await opened(discord)
        by_id = await discord.user("reader").slash("article", id=article_id(asked))
        assert "Why this hit" in labels(asked)
        assert "Why this hit" not in labels(by_id)
        assert place(by_id)[0] == 1


async def test_more_from_the_source_asks_the_same_there_or_shows_its_newest(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        asked = await opened(discord, query="ferry harbour")
        more = await asked.press("More from this source")
        assert more.ephemeral
        assert more.texts[0].startswith("`ferry harbour source:harbourpost.example`\n")
        assert "Ferry log" in more.text
        by_id = await discord.user("reader").slash("article", id=article_id(asked))
        newest = await by_id.press("More from this source")
        assert newest.texts[0].startswith("`source:harbourpost.example sort:newest`\n")
        assert (await newest.press("Next")).updates, "it is their own"


async def test_similar_articles_are_those_that_the_language_finds(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        article = await opened(discord)
        similar = await article.press("Similar")
        assert similar.ephemeral
        assert similar.texts[0].startswith(f"`similar:{article_id(article)}`\n")
        with Corpus.open(archive) as corpus:
            found = corpus.search(Query.parse(f"similar:{article_id(article)}")).hits
        assert all(hit.article.headline in similar.text for hit in found)


async def test_where_else_a_story_ran_is_listed_and_read_from_there(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        article = await opened(discord)
        story = await article.press("Same story elsewhere (1)")
        assert story.ephemeral
        [entry] = [text for text in story.texts if "meridianwire.example" in text]
        assert entry == "**[meridianwire.example](https://meridianwire.example/1)**\n-# September 7, 2023"
        other = await story.press("Read")
        assert "meridianwire.example" in other.texts[0]
        assert "**astrolabe**" in text_of(other)
        assert labels(other)[-1] == "Same story elsewhere (1)"


async def test_an_article_without_copies_promises_none(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        article = await opened(discord, query='title:"ferry log 3"')
        assert not [label for label in labels(article) if label.startswith("Same story")]
        assert place(article) == (1, 1)
        assert not {"Previous", "Page …", "Next"} & set(labels(article))


async def test_an_article_is_cited_with_today_as_the_day_on_which_it_was_read(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive, TIMEZONE="UTC")
        cited = await (await opened(discord)).press("Cite")
        assert cited.ephemeral
        blocks = dict(re.findall(r"^\*\*(.+)\*\*\n```\n([^`]+)\n```$", cited.text, re.MULTILINE))
        assert list(blocks) == ["Plain text", "Markdown", "BibTeX", "RIS"]
        assert blocks["Plain text"].endswith("harbourpost.example, 5 September 2023. https://harbourpost.example/sound")
        [day] = re.findall(r"urldate = \{(\d{4}-\d\d-\d\d)\}", blocks["BibTeX"])
        assert f"Y2  - {day.replace('-', '/')}/" in blocks["RIS"]


async def test_an_article_is_suggested_by_its_headline_and_any_other_text_is_taken(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        reader = discord.user("reader", locale="fr")
        found = await reader.autocomplete("article", focused="id", id="Ferry lo")
        assert len(found) == 7
        assert found[0].name == "Ferry log 7 · harbourpost.example · 7 août 2023"
        article = await reader.slash("article", id=found[0].value)
        assert "Ferry log 7" in article.texts[0]
        assert await reader.autocomplete("article", focused="id", id="no such thing") == []
        assert len((await reader.slash("article", id="no such thing")).texts) == 1


async def test_an_answer_is_exported_as_two_files(archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, archive)
        answer = await discord.user("reader").slash("search", query="ferry sort:oldest", public=True)
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, archive)
        export = await answer.press("Export", by=discord.user("somebody else"))
        assert export.ephemeral
        assert export.texts[0].split("\n") == [
            "`ferry sort:oldest`",
            "9 articles match.",
            "The files have all of it in 8 rows.",
        ]
        table, lines = export.files
        assert (table.name, lines.name) == ("results.csv", "results.jsonl")
        rows = list(csv.DictReader(io.StringIO(table.data.decode())))
        records = [json.loads(line) for line in lines.data.decode().splitlines()]
        assert [row["id"] for row in rows] == [record["id"] for record in records]
        assert [row["headline"] for row in rows][:2] == ["Ferry log 1", "Ferry log 2"]
        assert len(rows) == 8


async def test_where_files_may_not_be_attached_an_export_says_so(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        answer = await discord.user("reader").slash("search", query="ferry")
        discord.channel.bot_permissions &= ~(1 << 15)
        export = await answer.press("Export")
        assert "may not attach files" in export.text
        assert not export.files

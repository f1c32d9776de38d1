"""Coverage over time, on the loopback Discord: counted, drawn, steered, shared, handed over as a table."""

import csv
import io
import re
import signal
from dataclasses import replace
from datetime import date, timedelta

import pytest
from bot_process import started
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_markdown import hostile_text
from test_bot_render import READERS, texts, within_limits

from bot.markdown import clean
from bot.render import trends as rendered
from bot.render.layout import ALT
from bot.render.trends import Peak
from bot.trends import Trends, as_csv, sparkline, within
from corpus import Attribution, Bucket, Coverage, PubDate, Query, Share, Step
from discord_double import ATTACH_FILES, DEFAULT_PERMISSIONS, DiscordDouble

PNG = b"\x89PNG\r\n\x1a\n"


def coverage(text: str, *days: tuple[date, int], outlets: tuple[Share, ...] = ()) -> Coverage:
    return Coverage(text, (), (), sum(number for _, number in days), outlets, days)


def some_trends(*queries: str, step: Step | None = None, shares: bool = False) -> Trends:
    days = [(date(2023, 1, 1) + timedelta(40 * n), n + 1) for n in range(5)]
    found = [coverage(query, *days) for query in queries]
    whole = coverage("", *((day, 10 * number) for day, number in days), (date(2024, 5, 1), 7))
    return Trends.of([Query.parse(query) for query in queries], found, [whole] * len(found), step, shares=shares)


def test_the_step_that_shows_well_is_chosen_and_any_other_can_be():
    assert some_trends("flood").step is Step.WEEK
    assert some_trends("flood", step=Step.YEAR).step is Step.YEAR
    long = coverage("flood", (date(1900, 1, 1), 1), (date(2023, 1, 1), 1))
    assert Trends.of([Query.parse("flood")], [long], [long], None, shares=False).step is Step.YEAR
    assert Trends.of([Query.parse("flood")], [long], [long], Step.DAY, shares=False).step is Step.YEAR


def test_numbers_are_those_of_each_stretch_and_shares_those_of_the_archive():
    by_month = some_trends("flood", step=Step.MONTH)
    assert by_month.trends[0].counts == (1, 2, 3, 0, 4, 5)
    assert sum(by_month.trends[0].counts) == by_month.trends[0].coverage.matched
    assert by_month.archive == (10, 20, 30, 0, 40, 50)
    shared = some_trends("flood", step=Step.MONTH, shares=True)
    assert shared.trends[0].values == (0.1, 0.1, 0.1, 0.0, 0.1, 0.1)


def test_of_queries_with_days_of_their_own_the_archive_has_those_of_both():
    days = [(date(2023, 6, 1), 10), (date(2023, 6, 20), 30)]
    whole = [coverage("", days[0]), coverage("", days[1])]
    found = Trends.of([Query.parse("ferry"), Query.parse("tanker")], whole, whole, Step.MONTH, shares=True)
    assert found.archive == (40,)


def test_peaks_are_the_stretches_with_most_and_none_without_any():
    by_month = some_trends("flood", step=Step.MONTH)
    assert [bucket.articles for bucket in by_month.peaks(by_month.trends[0], 3)] == [5, 4, 3]
    assert len(by_month.peaks(by_month.trends[0], 99)) == 5


def test_of_equal_peaks_the_one_of_more_articles_goes_first():
    found = coverage("flood", (date(2023, 1, 5), 2), (date(2023, 2, 5), 4), (date(2023, 3, 5), 1))
    whole = coverage("", (date(2023, 1, 5), 4), (date(2023, 2, 5), 8), (date(2023, 3, 5), 1))
    shared = Trends.of([Query.parse("flood")], [found], [whole], Step.MONTH, shares=True)
    assert [bucket.articles for bucket in shared.peaks(shared.trends[0], 3)] == [1, 4, 2]
    assert [shared.value(shared.trends[0], bucket) for bucket in shared.buckets] == [0.5, 0.5, 1.0]


def test_a_step_that_makes_too_many_stretches_is_not_offered():
    long = coverage("flood", (date(1900, 1, 1), 1), (date(2023, 1, 1), 1))
    found = Trends.of([Query.parse("flood")], [long], [long], None, shares=False)
    assert found.steps == (Step.WEEK, Step.MONTH, Step.YEAR)
    view = rendered.trends(found, [[]], READERS[0], [], picture=False, drawn=False)
    [menu] = [item for item in view.walk_children() if isinstance(item, ui.Select)]
    assert [option.value for option in menu.options] == ["week", "month", "year"]


@pytest.mark.parametrize("days", [1, 59, 60, 61, 400, 420, 421, 1800, 1860, 1900, 9000, 40000])
def test_the_step_that_is_chosen_is_the_shortest_that_makes_few_stretches(days):
    found = coverage("flood", (date(1901, 1, 31), 1), (date(1901, 1, 31) + timedelta(days), 1))
    chosen = Trends.of([Query.parse("flood")], [found], [found], None, shares=False).step
    few = [step for step in found.steps if len(found.buckets(step)) <= 60]
    assert chosen is next(iter(few), Step.YEAR)


def test_a_peak_is_asked_for_within_the_days_of_its_query():
    june = Bucket(date(2023, 6, 1), date(2023, 6, 30), 3)
    assert str(within(Query.parse("flood"), june)) == "flood after:2023-06-01 before:2023-07-01"
    asked = within(Query.parse("flood after:2023-06-10 before:2023-06-20"), june)
    assert str(asked) == "flood after:2023-06-10 before:2023-06-20"
    assert within(Query.parse("flood"), Bucket(date.max, date.max, 1)).filters.before is None


@given(st.lists(st.integers(0, 10**6), max_size=500))
def test_a_sparkline_is_short_and_highest_where_most_is(values):
    bars = sparkline(values)
    assert len(bars) <= 40
    assert bool(bars) == bool(values)
    if len(values) <= 40:
        assert all((bar == "▁") == (value == 0) for bar, value in zip(bars, values, strict=True))
        assert all(bars[place] == "█" for place, value in enumerate(values) if value == max(values) > 0)


@given(st.lists(hostile_text.filter(clean), min_size=1, max_size=5, unique=True))
def test_a_table_is_read_back_and_nothing_in_it_runs(queries):
    rows = list(csv.reader(io.StringIO(as_csv(some_trends(*queries, step=Step.MONTH)), newline="")))
    assert rows[0][:2] == ["first", "last"]
    assert [cell.removeprefix("'") if cell.startswith("'") else cell for cell in rows[0][2:-1]] == [
        query.removeprefix("'") if query.startswith("'") else query for query in queries
    ]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for row in rows for cell in row)
    assert rows[1] == ["2023-01-01", "2023-01-31", *["1"] * len(queries), "10"]


texts_of_queries = hostile_text.map(lambda text: clean((text.replace("`", "") * 9)[:300]) or "x")
credits_ = st.builds(
    Attribution, hostile_text.map(lambda text: text * 9), hostile_text, hostile_text,
    st.builds(PubDate, st.dates()), st.one_of(st.none(), hostile_text.map("https://a.example/{}".format)),
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.lists(texts_of_queries, min_size=1, max_size=5), credits_, st.lists(hostile_text, max_size=5),
    st.sampled_from(READERS), st.booleans(), st.sampled_from(Step),
)  # fmt: skip
def test_any_trends_are_within_the_limits_and_read_back(  # noqa: PLR0917  # hypothesis hands over what is drawn
    queries, credit, notes, reader, shares, step
):
    found = some_trends(*queries, step=step, shares=shares)
    each = rendered.peaks_each(len(queries))
    peaks = [[Peak(bucket, credit) for bucket in found.peaks(trend, each)] for trend in found.trends]
    view = rendered.trends(found, peaks, reader, notes, picture=True, drawn=True)
    assert within_limits(view)
    assert list(rendered.queries_in(texts(view)[0])) == queries
    [gallery] = [item for item in view.walk_children() if isinstance(item, ui.MediaGallery)]
    assert 1 <= len(gallery.items[0].description) <= ALT


def test_words_that_a_query_was_counted_without_are_named():
    found = some_trends("flood whale")
    dropped = replace(found.trends[0], coverage=replace(found.trends[0].coverage, dropped=("whale",)))
    view = rendered.trends(replace(found, trends=(dropped,)), [[]], READERS[0], [], picture=False, drawn=False)
    assert "15 articles have all but “whale”" in texts(view)[0]


def test_the_chart_is_told_in_words_to_who_does_not_see_it():
    found = some_trends("flood", "ferry", step=Step.MONTH, shares=True)
    peaks = [[Peak(bucket, None) for bucket in found.peaks(trend, 1)] for trend in found.trends]
    told = rendered.alternative(found, peaks, READERS[0].language).split("\n")
    assert [line.partition(":")[0] for line in told] == ["flood", "ferry"]
    assert re.search(r"15 articles.+June 2023: 10%.+1 January 2023.+10 June 2023|June 10, 2023", told[0])


def chart(answer):
    [file] = answer.files
    return file


@pytest.mark.asyncio
async def test_coverage_is_drawn_with_a_text_for_who_does_not_see_it_and_peaks_lead_to_articles(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("trends", query="flood", query2="ferry", timeout=30)
        assert answer.ephemeral
        file = chart(answer)
        assert (file.name, file.data[:8]) == ("trends.png", PNG)
        assert len(file.data) < 200_000
        assert re.search(r"`flood` · \*\*A\*\* · \d+ articles · [▁▂▃▄▅▆▇█]+\n`ferry` · \*\*B\*\*", answer.texts[0])
        gallery = next(item for item in walk(answer.components) if item["type"] == 12)
        assert re.search(
            r"flood: \d+ articles; the most in .+: \d+; the first .+, the last \w+", gallery["items"][0]["description"]
        )
        assert re.search(r"- .+ · \d+ articles? · \[.+\]\(https://.+\) · .+\.example|- .+", answer.text)
        assert "most in" in answer.text


@pytest.mark.asyncio
async def test_trends_are_steered_after_the_bot_was_killed_and_by_others_in_a_copy(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        answer = await discord.user("reader").slash("trends", query="flood", public=True, timeout=30)
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, samples_archive)
        by_year = await answer.select("By", "year", timeout=30)
        assert by_year.updates
        assert "Shared by" in by_year.text
        before = list(by_year.texts)
        copy = await by_year.press("As share of the archive", by=discord.user("somebody else"), timeout=30)
        assert copy.ephemeral
        assert re.search(r"\(\d+(\.\d+)?%\)", copy.text)
        assert [button.label for button in copy.buttons] == ["As numbers", "Share", "Numbers as CSV"]
        assert by_year.texts == before
        [shared] = (await copy.press("Share", timeout=30)).followups
        assert not shared.ephemeral
        assert "Shared by" in shared.text
        assert chart(shared).data[:8] == PNG


@pytest.mark.asyncio
async def test_the_numbers_are_handed_over_as_a_table(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("trends", query="flood", by="year", timeout=30)
        table = await answer.press("Numbers as CSV")
        assert table.ephemeral
        rows = list(csv.reader(io.StringIO(chart(table).data.decode(), newline="")))
        assert rows[0] == ["first", "last", "flood", "archive"]
        counted = int(re.search(r"(\d+) articles", answer.texts[0])[1])
        assert sum(int(row[2]) for row in rows[1:]) == counted


@pytest.mark.asyncio
async def test_an_answer_is_seen_over_time_from_its_menu(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour", public=True)
        over_time = await answer.select("Period", "over-time", by=discord.user("somebody else"), timeout=30)
        assert over_time.ephemeral
        assert over_time.texts[0].startswith("`flood harbour` · ")
        assert chart(over_time).data[:8] == PNG


@pytest.mark.asyncio
async def test_where_files_are_not_allowed_bars_of_text_tell_it(samples_archive):
    async with DiscordDouble() as discord:
        discord.channel.bot_permissions = DEFAULT_PERMISSIONS & ~ATTACH_FILES
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("trends", query="flood", timeout=30)
        assert not answer.files
        assert re.search(r"[▁▂▃▄▅▆▇█]+", answer.texts[0])
        assert "The bot may not attach files here, so there is no chart." in answer.text
        assert "may not attach files" in (await answer.press("Numbers as CSV")).text


@pytest.mark.asyncio
async def test_where_no_chart_can_be_drawn_the_rest_is_there(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive, MPLBACKEND="none such")
        answer = await discord.user("reader").slash("trends", query="flood", timeout=30)
        assert not answer.files
        assert "The chart could not be drawn this time." in answer.text
        assert re.search(r"[▁▂▃▄▅▆▇█]+", answer.texts[0])
        assert "**Peaks**" in answer.text


@pytest.mark.asyncio
@pytest.mark.parametrize("where", ["direct", "private"])
async def test_it_is_asked_everywhere_and_works_after_a_restart(samples_archive, where):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        place = reader.dm if where == "direct" else discord.private_channel(reader, discord.user("friend"))
        answer = await reader.slash("trends", query="flood", query2="*ferry* `x`", channel=place, timeout=30)
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, samples_archive)
        by_year = await answer.select("By", "year", timeout=30)
        assert by_year.updates
        assert [line.partition(" · ")[0] for line in by_year.texts[0].split("\n")[:2]] == ["`flood`", "`ferry x`"]
        assert chart(by_year).data[:8] == PNG


@pytest.mark.asyncio
async def test_outlets_that_people_set_hold_for_trends_too(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader = discord.user("reader")
        await reader.slash("defaults", sources="harbourpost.example")
        answer = await reader.slash("trends", query="flood", timeout=30)
        assert answer.texts[0].startswith("`flood source:harbourpost.example` · ")
        assert "These are the outlets that" in answer.text
        other = await reader.slash("trends", query="flood source:meridianwire.example", timeout=30)
        assert "These are the outlets that" not in other.text


@pytest.mark.asyncio
async def test_a_part_of_a_year_is_a_share_of_that_part(samples_archive, samples):
    whole = samples.coverage(Query.parse("after:2023-05 before:2023-07")).matched
    part = samples.coverage(Query.parse("flood after:2023-05 before:2023-07")).matched
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash(
            "trends", query="flood", by="year", share=True, after="2023-05", before="2023-07", timeout=30
        )
        percent = float(re.search(r"\(([\d.]+)%\)", answer.text)[1])
        assert percent == pytest.approx(100 * part / whole, abs=0.01)


@pytest.mark.asyncio
async def test_what_cannot_be_counted_is_told(samples_archive, tmp_path):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        assert "type a word" in (await reader.slash("trends", query="flood", query2="***")).text
        nothing = await reader.slash("trends", query="xyzzyx")
        assert nothing.texts[0].startswith("`xyzzyx` · 0 articles")
        assert not nothing.files
        unknown = await reader.slash("trends", query="flood", source="no such outlet")
        assert "No outlet here is called “no such outlet”" in unknown.text
        bot.terminate()
        await bot.wait()
        await started(discord, tmp_path)
        assert "The archive is empty" in (await reader.slash("trends", query="flood")).text


def walk(components):
    for component in components:
        yield component
        yield from walk(component.get("components", []))

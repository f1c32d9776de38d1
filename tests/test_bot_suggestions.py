"""What is suggested as one types, on the loopback Discord and by itself: own searches, headlines, outlets."""

import shutil
import signal
from collections.abc import Sequence
from datetime import date

import pytest
from bot_process import started
from hypothesis import given
from hypothesis import strategies as st
from test_bot_markdown import hostile_text

from bot.language import NAMES, Languages
from bot.markdown import clean, units
from bot.recent import PEOPLE, QUERIES, Recent
from bot.render import choices
from corpus import Corpus, Headline, PubDate, Query, Source
from discord_double import Choice, DiscordDouble

CHOICES, CHOICE = 25, 100  # suggestions, and the name and the value of each (Discord's documentation of autocomplete)
ENGLISH = Languages().of("en")
DAY = date(2024, 3, 14)

languages = st.sampled_from([Languages().of(code) for code in NAMES])


def values(suggested: Sequence[Choice]) -> list:
    return [each.value for each in suggested]


def an_outlet(key: str, name: str = "", articles: int = 1) -> Source:
    return Source(key, name or key, articles, DAY, DAY)


@pytest.mark.asyncio
async def test_own_searches_that_found_something_are_offered_again_the_latest_first(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader, other = discord.user("reader"), discord.user("somebody else")
        for query in ("Harbour  strike", "qwertzuiop", "flood", "source:harbourpost.example", "harbour strike"):
            await reader.slash("search", query=query)
        await other.slash("search", query="ferry")
        first, second, third, *rest = await reader.autocomplete("search", focused="query")
        assert (first.name, first.value) == ("again: harbour strike", "harbour strike")
        assert (second.value, third.value) == ("source:harbourpost.example", "flood")
        assert not any(each.name.startswith("again: ") for each in rest if each.value != "Harbour strike")
        found = await reader.autocomplete("search", focused="query", query="STRIKE")
        assert next(each.value for each in found if each.name.startswith("again: ")) == "harbour strike"
        assert "flood" not in values(found)
        assert "ferry" not in values(await reader.autocomplete("search", focused="query"))


@pytest.mark.asyncio
async def test_own_searches_are_forgotten_when_told_and_by_a_restart(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")

        async def own() -> list:
            suggested = await reader.autocomplete("search", focused="query")
            return [each.value for each in suggested if each.name.startswith("again: ")]

        await reader.slash("search", query="flood")
        assert await own() == ["flood"]
        await (await reader.slash("about")).press("Forget me")
        assert await own() == []
        await reader.slash("search", query="flood")
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, samples_archive)
        assert await own() == []


@pytest.mark.asyncio
async def test_suggestions_are_in_the_language_of_the_client_or_of_the_default(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader = discord.user("reader")
        await reader.slash("search", query="flood")
        [first, *_] = await reader.autocomplete("search", focused="query", locale="de")
        assert (first.name, first.value) == (Languages().of("de").label("again: {query}", query="flood"), "flood")
        assert first.name != "again: flood"
        await reader.slash("defaults", language="ar")
        [outlet, *_] = await reader.autocomplete("search", focused="source", source="harbourpost")
        count = Languages().of("ar").counted("{number} article", "{number} articles", 9)
        assert outlet.name == f"Harbour Post · harbourpost.example · {count}"


@pytest.mark.asyncio
async def test_a_headline_is_suggested_as_one_types_and_finds_its_article_first(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        for typed in ("grauwick da", '"grauwick', "GRAUWICK -da"):
            suggested = await reader.autocomplete("search", focused="query", query=typed)
            assert any(each.name.endswith(" · the-meridian.example") for each in suggested), typed
        [chosen] = [each for each in suggested if each.name.startswith("Grauwick Dam was kept too full")]
        answer = await reader.slash("search", query=chosen.value)
        assert "Grauwick Dam was kept too full" in answer.texts[1]


@pytest.mark.asyncio
async def test_several_outlets_are_completed_one_behind_the_other(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        [chosen] = await reader.autocomplete("search", focused="source", source="harbourpost.example, the mer")
        assert chosen.name == "harbourpost.example, The Meridian · the-meridian.example · 12 articles"
        answer = await reader.slash("search", query="harbour", source=chosen.value)
        assert answer.texts[0].startswith("`harbour source:harbourpost.example source:the-meridian.example`")
        [again] = await reader.autocomplete("search", focused="source", source=f"{chosen.name}, orbit")
        assert again.value == "harbourpost.example, the-meridian.example, orbitdispatch.example"
        assert "harbourpost.example, harbourpost.example" not in values(
            await reader.autocomplete("search", focused="source", source="Harbour Post,")
        )


@pytest.mark.asyncio
@pytest.mark.parametrize("place", ["server", "conversation", "group"])
async def test_what_is_suggested_has_no_line_in_the_log_wherever_one_types(samples_archive, place):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        here = {"server": discord.channel, "conversation": reader.dm, "group": discord.private_channel(reader)}[place]
        assert await reader.autocomplete("search", channel=here, focused="query", query="flood")
        assert await reader.autocomplete("defaults", channel=here, focused="sources")
        await reader.slash("search", channel=here, query="flood")
        await bot.wrote("command=search")
        assert bot.output.count("bot.interactions") == 1


@pytest.mark.asyncio
async def test_nothing_is_suggested_and_nothing_breaks_where_the_archive_cannot_be_asked(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        reader = discord.user("reader")
        (own_archive / "archive.db").write_bytes(b"no archive any more" * 999)
        shutil.rmtree(own_archive / "index")
        for focused in ("query", "source"):
            for typed in ("", "flood", '"', "🙂", "x" * 6000, "\\", "a,b,,"):
                assert len(await reader.autocomplete("search", focused=focused, options={focused: typed})) <= CHOICES
        assert "Traceback" not in bot.output


def test_every_headline_of_the_samples_finds_its_article_first(samples: Corpus):
    for found in samples.headlines("", 100):
        query = Query.parse(choices.words_of(found.headline))
        first = samples.search(query).hits[0]
        assert found.id in {first.article.id, *(copy.id for copy in first.copies)}, found.headline


headlines = st.builds(
    Headline, id=st.just("kv6hr54xyx"), headline=hostile_text, source=hostile_text.filter(clean),
    source_name=hostile_text, published=st.just(PubDate(DAY)),
)  # fmt: skip
outlets = st.builds(an_outlet, hostile_text.map(clean).filter(bool), hostile_text, st.integers(1, 10**9))


def within_limits(suggested: Sequence) -> bool:
    named = [text for each in suggested for text in (each.name, each.value)]
    "".join(named).encode()  # no half of a surrogate pair
    return len(suggested) <= CHOICES and all(0 < units(text) <= CHOICE and text == clean(text) for text in named)


@given(languages, st.lists(hostile_text.map(Query.parse).map(str).filter(bool), max_size=3), st.lists(headlines))
def test_any_searches_and_headlines_are_within_the_limits_and_each_is_a_query(language, own, found):
    suggested = choices.queries([each for each in own if units(each) <= CHOICE], found, language)
    assert within_limits(suggested)
    assert len({each.value for each in suggested}) == len(suggested)
    for each in suggested:
        assert str(Query.parse(each.value)) == each.value


@given(languages, st.lists(outlets, max_size=30, unique_by=lambda each: each.key), hostile_text)
def test_any_outlets_are_within_the_limits_whatever_is_typed(language, known, typed):
    assert within_limits(choices.outlets(known, typed, language))


@given(st.lists(st.sampled_from(["a.example", "b.example", "the post, inc", "c"]), max_size=4, unique=True), st.data())
def test_what_is_suggested_of_outlets_means_those_that_were_named(before, data):
    known = [an_outlet(key, articles=1234) for key in ("a.example", "b.example", "the post, inc", "c")]
    typed = data.draw(st.sampled_from([", ".join([*before, ""]), ",".join([*before, " "])]))
    for each in choices.outlets(known, typed, ENGLISH):
        meant = Query.parse("", source=each.value).filters.sources
        assert set(meant) <= {source.key for source in known}
        if not any("," in key for key in (*before, *meant)):
            assert meant[:-1] == tuple(before)


def test_an_outlet_with_a_comma_in_its_name_is_asked_for_by_itself():
    [chosen] = choices.outlets([an_outlet("the post, inc")], "post", ENGLISH)
    assert Query.parse("", source=chosen.value).filters.sources == ("the post, inc",)


def test_of_several_outlets_the_last_one_stays_in_sight():
    known = [an_outlet(f"{'long' * 8}{n}.example") for n in range(3)]
    typed = f"{known[0].key}, {known[1].key}, "
    assert choices.outlets(known, typed, ENGLISH) == [], "three such names are longer than Discord lets a value be"
    [*_, last] = choices.outlets([*known, an_outlet("z.example")], typed, ENGLISH)
    assert last.name == "…, z.example · 1 article"


canonical = st.text(max_size=3).map(lambda typed: str(Query.parse(typed))).filter(bool)


@given(st.lists(st.tuples(st.integers(0, 4), canonical)))
def test_each_person_has_their_last_queries_and_those_who_searched_longest_ago_go(searches):
    recent, kept = Recent(people=3), {}
    for person, query in searches:
        recent.keep(person, query)
        kept[person] = [query, *(each for each in kept.pop(person, []) if each != query)][:QUERIES]
        kept = dict(list(kept.items())[-3:])
    assert [person for person in range(5) if recent.of(person)] == sorted(kept)
    for person, queries in kept.items():
        assert recent.of(person) == tuple(queries)
        recent.forget(person)
        assert recent.of(person) == ()


def test_what_is_kept_is_bounded():
    recent = Recent()
    for person in range(PEOPLE + 1):
        recent.keep(person, "flood")
    assert (recent.of(0), recent.of(1), recent.of(PEOPLE)) == ((), ("flood",), ("flood",))
    for number in range(QUERIES + 1):
        recent.keep(7, f"flood {number}")
    assert len(recent.of(7)) == QUERIES
    recent.keep(7, "flood " * 20)
    assert recent.of(7)[0] == f"flood {QUERIES}", "what cannot be offered is not kept"

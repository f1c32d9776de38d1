"""What is meant where one does not say it, on the loopback Discord: who may set it, what goes first, how it lasts."""

import re
import signal
from dataclasses import replace

import pytest
from bot_process import started
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_markdown import HOSTILE, hostile_text
from test_bot_render import READER, text_of, within_limits

from bot.defaults import Defaults, Kept, Scope, key
from bot.language import NAMES, Languages
from bot.render import defaults as rendered
from corpus import MOST_SOURCES, Corpus, Query
from discord_double import ADMINISTRATOR, MANAGE_CHANNELS, MANAGE_GUILD, Answer, DiscordDouble

CHANNEL, SERVER = {"for": "channel"}, {"for": "server"}


def holding(answer: Answer) -> dict[str, str]:
    """What the answer says that holds, and what each scope has of it."""
    return dict(re.findall(r"^\*\*(.+?)\*\* (.+)$", answer.text, re.MULTILINE))


def query(answer: Answer) -> str:
    return re.match(r"`([^`]+)`", answer.texts[0])[1]


@pytest.mark.asyncio
async def test_without_an_option_it_is_shown_what_holds_and_that_nothing_is_set(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        shown = await discord.user("reader").slash("defaults")
        assert shown.ephemeral
        assert holding(shown) == {
            "Answers": "read by you alone",
            "Outlets": "all",
            "Language": "the one of your Discord",
            "You": "nothing set",
            "This channel": "nothing set",
            "This server": "nothing set",
        }
        assert "Kept with the archive" not in shown.text


@pytest.mark.asyncio
async def test_own_defaults_last_after_the_bot_was_killed_and_in_another_worker(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        reader = discord.user("reader")
        told = await reader.slash("defaults", answers="public", sources="Harbour Post, the-meridian.example")
        assert "Kept with the archive" in told.text
        assert "under your name, unless you choose `public:False`" in told.text
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, own_archive)
        answer = await reader.slash("search", query="harbour")
        assert not answer.ephemeral
        assert query(answer) == "harbour source:harbourpost.example source:the-meridian.example"
        assert "</defaults:" in answer.text
        other = await discord.user("somebody else").slash("search", query="harbour")
        assert (other.ephemeral, query(other)) == (True, "harbour")


@pytest.mark.asyncio
async def test_what_one_worker_was_told_the_other_knows(own_archive):
    async with DiscordDouble() as discord:
        first = await started(discord, own_archive)
        reader = discord.user("reader")
        await reader.slash("defaults", language="de")
        second = await started(discord, own_archive, ready=False)
        await second.wrote("standing by")
        first.terminate()
        await first.wait()
        await second.ready()
        assert holding(await reader.slash("defaults"))
        await reader.slash("defaults", language="no default")
        assert holding(await reader.slash("defaults"))["You"] == "nothing set"


@pytest.mark.asyncio
async def test_what_a_command_says_goes_before_any_default(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader = discord.user("reader")
        await reader.slash("defaults", answers="public", sources="harbourpost.example")
        own = await reader.slash("search", query="harbour", source="the-meridian.example", public=False)
        assert own.ephemeral
        assert query(own) == "harbour source:the-meridian.example"
        assert "</defaults:" not in own.text
        typed = await reader.slash("search", query="harbour source:the-meridian.example", public=False)
        assert query(typed) == query(own)
        assert "query is empty" in (await reader.slash("search", public=False)).text


@pytest.mark.asyncio
async def test_how_a_query_was_read_is_still_told_where_default_outlets_narrow_it(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader = discord.user("reader")
        plain = await reader.slash("search", query='harbour "flood')
        [note] = [line for line in plain.texts[0].split("\n") if "quotation mark" in line]
        await reader.slash("defaults", sources="harbourpost.example")
        assert note in (await reader.slash("search", query='harbour "flood')).texts[0]


@pytest.mark.asyncio
async def test_all_outlets_are_a_choice_away_and_stay_where_nothing_was_found(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader = discord.user("reader")
        await reader.slash("defaults", sources="saturdaywhistle.example")
        answer = await reader.slash("search", query="ferry")
        assert "No article matches" in answer.text
        assert "</defaults:" in answer.text
        wide = await answer.select("Outlets: all", [])
        assert query(wide) == "ferry"
        assert "</defaults:" not in wide.text


@pytest.mark.asyncio
async def test_the_channel_goes_before_the_server_and_both_before_the_person_who_is_loud(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader = discord.user("reader")
        keeper = discord.user("keeper", permissions=MANAGE_CHANNELS | MANAGE_GUILD)
        quiet = discord.core.world.add_text_channel(discord.guild, "quiet")
        await reader.slash("defaults", answers="private", sources="harbourpost.example", language="en")
        await keeper.slash("defaults", options=SERVER, answers="public", sources="the-meridian.example", language="de")
        await keeper.slash("defaults", channel=quiet, options=CHANNEL, answers="private")
        loud = await reader.slash("search", query="harbour")
        assert (loud.ephemeral, query(loud)) == (False, "harbour source:harbourpost.example")
        assert (await reader.slash("search", query="harbour", channel=quiet)).ephemeral
        assert (await reader.slash("search", query="harbour", channel=await discord.new_thread(quiet))).ephemeral
        other = await discord.user("somebody else").slash("search", query="harbour")
        assert query(other) == "harbour source:the-meridian.example"
        shown = holding(await reader.slash("defaults"))
        assert shown["Answers"] == "read by everyone here, as set for this server"
        assert shown["Outlets"] == "`harbourpost.example`, as you set it"
        assert shown["Language"] == "English, as you set it"
        assert shown["This server"].startswith("read by everyone here · outlets `the-meridian.example`")
        assert holding(await reader.slash("defaults", channel=quiet))["Answers"] == (
            "read by you alone, as set for this channel"
        )
        elsewhere = await discord.new_guild("Elsewhere")
        assert (await reader.slash("search", query="harbour", guild=elsewhere)).ephemeral


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("permissions", "may"),
    [(0, ()), (MANAGE_CHANNELS, ("channel",)), (MANAGE_GUILD, ("server",)), (ADMINISTRATOR, ("channel", "server"))],
)
async def test_a_channel_and_a_server_are_set_by_those_who_manage_them(own_archive, permissions, may):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        person = discord.user("person", permissions=permissions)
        for scope in ("channel", "server"):
            told = await person.slash("defaults", options={"for": scope}, answers="public")
            assert ("Only those who may manage" in told.text) == (scope not in may)
            assert told.ephemeral
        shown = holding(await person.slash("defaults", options=SERVER))
        assert (shown["This server"] == "nothing set") == ("server" not in may)
        assert (shown["This channel"] == "nothing set") == ("channel" not in may)
        assert "incident" not in bot.output


@pytest.mark.asyncio
async def test_an_admin_of_the_archive_may_set_any_place(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        assert holding(await discord.owner.slash("defaults", options=SERVER, answers="public"))["This server"]


@pytest.mark.asyncio
async def test_in_a_direct_message_and_by_user_install_one_has_ones_own_alone(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader = discord.user("reader")
        keeper = discord.user("keeper", permissions=MANAGE_GUILD)
        await keeper.slash("defaults", options=SERVER, sources="the-meridian.example")
        await reader.slash("defaults", channel=reader.dm, sources="harbourpost.example")
        for place in (reader.dm, discord.private_channel(reader, keeper)):
            refused = await reader.slash("defaults", channel=place, options=SERVER, answers="public")
            assert "for yourself alone" in refused.text
            shown = holding(await reader.slash("defaults", channel=place))
            assert shown["You"] == "outlets `harbourpost.example`"
            assert "This server" not in shown
            assert query(await reader.slash("search", query="harbour", channel=place)) == (
                "harbour source:harbourpost.example"
            )


@pytest.mark.asyncio
async def test_a_server_without_the_bot_has_defaults_for_those_who_bring_it_along(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        guild = await discord.new_guild("Elsewhere", holds_bot=False)
        keeper, reader = discord.user("keeper", permissions=MANAGE_CHANNELS), discord.user("reader")
        await keeper.slash("defaults", guild=guild, options=CHANNEL, sources="harbourpost.example")
        assert query(await reader.slash("search", query="harbour", guild=guild)) == "harbour source:harbourpost.example"
        assert query(await reader.slash("search", query="harbour")) == "harbour"


@pytest.mark.asyncio
async def test_a_written_question_is_asked_of_the_default_outlets_in_the_default_language(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader, keeper = discord.user("reader"), discord.user("keeper", permissions=MANAGE_CHANNELS)
        await keeper.slash("defaults", options=CHANNEL, sources="harbourpost.example")
        for place in (discord.channel, await discord.new_thread(discord.channel)):
            [answer] = await reader.say(place, "<@bot> harbour")
            assert query(answer) == "harbour source:harbourpost.example"
        about = await reader.slash("about")
        assert holding(about)["Your chats"].startswith("2, ")
        await about.press("Forget me")
        assert holding(await reader.slash("about"))["Your chats"].startswith("0, ")


@pytest.mark.asyncio
async def test_an_outlet_that_the_archive_lacks_is_told_with_the_nearest_and_not_kept(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader = discord.user("reader")
        told = await reader.slash("defaults", sources="harbourpst.example, The Meridian, nothing alike at all")
        assert "No outlet here is called “harbourpst.example”. Did you mean harbourpost.example?" in told.text
        assert holding(told)["You"] == "outlets `the-meridian.example`"
        again = await reader.slash("defaults", sources="nothing alike at all")
        assert "No outlet here is called" in again.text
        assert holding(again)["You"] == "outlets `the-meridian.example`", "what was kept is not lost by a slip"


@pytest.mark.asyncio
async def test_each_default_is_taken_back_by_itself(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader = discord.user("reader")
        await reader.slash("defaults", answers="public", sources="harbourpost.example", language="en")
        assert holding(await reader.slash("defaults", answers="no default"))["You"] == (
            "outlets `harbourpost.example` · in English"
        )
        [nothing, *_] = await reader.autocomplete("defaults", focused="sources", sources="no d")
        assert nothing.name == "no default"
        assert holding(await reader.slash("defaults", sources=nothing.value))["You"] == "in English"
        assert holding(await reader.slash("defaults", language="no default"))["You"] == "nothing set"


@pytest.mark.asyncio
async def test_a_hostile_outlet_is_shown_as_text_and_disturbs_nothing(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        reader = discord.user("reader")
        for typed in [*HOSTILE, "x" * 6000, "a," * 3000, '","', "none", "::", "source:x"]:
            if sendable := typed.encode("utf-8", "ignore").decode():
                told = await reader.slash("defaults", sources=sendable)
                assert holding(told)["You"] == "nothing set"
                assert not told.pings
        assert "incident" not in bot.output


@pytest.mark.asyncio
async def test_about_lists_all_that_is_kept_and_forget_me_forgets_it_once_and_again(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        reader = discord.user("reader")
        await reader.slash("defaults", sources="harbourpost.example", answers="private")
        await reader.slash("search", query="harbour")
        about, shown = await reader.slash("about"), await reader.slash("defaults")
        assert holding(about)["Your defaults"] == "read by you alone · outlets `harbourpost.example`"
        assert holding(about)["Your recent searches"].startswith("1, ")
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, own_archive)
        assert holding(await reader.slash("about"))["Your recent searches"].startswith("0, ")
        await reader.slash("search", query="harbour")
        for message in (shown, about):
            told = await message.press("Forget me")
            assert told.updates
            assert told.text.startswith("Forgotten")
            assert holding(await reader.slash("about"))["Your defaults"] == "nothing set"
        assert holding(await reader.slash("about"))["Your recent searches"].startswith("0, ")


@pytest.mark.asyncio
async def test_forgetting_oneself_leaves_what_others_and_places_have(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        reader, keeper = discord.user("reader"), discord.user("keeper", permissions=MANAGE_GUILD)
        await keeper.slash("defaults", options=SERVER, answers="public")
        mine = await keeper.slash("defaults", sources="harbourpost.example")
        await (await reader.slash("defaults", language="en")).press("Forget me")
        assert holding(await reader.slash("defaults"))["This server"] == "read by everyone here"
        assert holding(await mine.press("Forget me")) == {}
        assert holding(await keeper.slash("defaults"))["This server"] == "read by everyone here"


@pytest.mark.asyncio
async def test_what_another_version_wrote_is_taken_as_far_as_it_is_known(own_archive):
    async with DiscordDouble() as discord:
        reader = discord.user("reader")
        with Corpus.open(own_archive) as corpus:
            strange = {"public": "maybe", "sources": "abc", "language": "xx", "mood": {"good": [1, None]}}
            corpus.remember(key(Scope.USER, reader.id), strange)
            corpus.remember(key(Scope.SERVER, discord.guild.id), {"sources": [1, "harbourpost.example", None, ""]})
        await started(discord, own_archive)
        shown = holding(await reader.slash("defaults"))
        assert shown["You"] == "nothing set"
        assert shown["This server"] == "outlets `harbourpost.example`"
        assert query(await reader.slash("search", query="harbour")) == "harbour source:harbourpost.example"


names = st.lists(hostile_text.filter(bool), max_size=MOST_SOURCES).map(tuple)
some = st.builds(Defaults, st.none() | st.booleans(), names, st.none() | st.sampled_from(list(NAMES)))
short = st.builds(
    Defaults, st.none() | st.booleans(), st.sampled_from([(), ("a",), ("b",)]), st.sampled_from([None, "de"])
)
plain = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
json = plain | st.lists(plain, max_size=12) | st.dictionaries(st.text(max_size=3), plain, max_size=3)


@settings(max_examples=60)
@given(st.sampled_from(list(NAMES)), st.dictionaries(st.sampled_from(Scope), some), st.lists(hostile_text, max_size=9))
def test_whatever_is_set_is_shown_within_the_limits_in_any_language(code, kept, notes):
    reader = replace(READER, language=Languages().of(code))
    told = [reader.language.told(note, rendered.NOTE) for note in notes]
    view = rendered.defaults(Kept(kept), reader, [*told, rendered.lasting(reader.language)])
    assert within_limits(view)
    assert text_of(view).startswith("### ")


@given(st.dictionaries(st.sampled_from(["public", "sources", "language", "x"]), json))
def test_any_document_is_read_and_what_is_written_reads_back(document):
    known = Defaults.read(document)
    assert Defaults.read(known.written() or {}) == known


@given(hostile_text, names)
def test_default_outlets_narrow_what_is_asked_and_names_none(text, outlets):
    asked, defaults = Query.parse(text), Defaults(sources=outlets)
    narrowed = defaults.narrowed(asked)
    if asked.empty or asked.filters.sources or not outlets:
        assert narrowed is asked
    else:
        assert narrowed.notes[: len(asked.notes)] == asked.notes
        assert len(str(narrowed)) <= 300


@given(st.dictionaries(st.sampled_from(Scope), short))
def test_the_place_says_how_loud_one_is_and_everyone_for_themselves_what_they_read(kept):
    together = Kept(kept).together
    public = [kept[scope].public for scope in (Scope.CHANNEL, Scope.SERVER, Scope.USER) if scope in kept]
    own = [kept[scope] for scope in (Scope.USER, Scope.CHANNEL, Scope.SERVER) if scope in kept]
    assert together.public == next((each for each in public if each is not None), None)
    assert together.sources == next((each.sources for each in own if each.sources), ())
    assert together.language == next((each.language for each in own if each.language), None)

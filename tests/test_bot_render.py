"""What the corpus answers stands on a Discord message, within its limits and with source and date, whatever it says."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import discord
import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_markdown import LINE_START, highlights, hostile_text, rendered

from bot.language import NAMES, Languages
from bot.markdown import ELLIPSIS, Markdown, clean, prose, units
from bot.reader import Audience, Reader
from bot.render import archive, choices, layout, results
from bot.render import cards as card_limits
from bot.render.steering import Around
from corpus import (
    Article,
    Copy,
    CorpusStatus,
    Coverage,
    Excerpt,
    Hit,
    IngestReport,
    PubDate,
    Query,
    Rejection,
    Relaxed,
    Results,
    Share,
    Source,
    Span,
)

COMPONENTS = 40  # of a message, nested ones counted (Discord's documentation)
LANGUAGES = Languages()
ENGLISH = LANGUAGES.of("en-GB")
READER = Reader(99, ENGLISH)
READERS = [Reader(2**64, LANGUAGES.of(code), audience=audience) for code in NAMES for audience in Audience]
TODAY = date(2024, 11, 15)
STATUS = CorpusStatus(1200, 7, date(2019, 11, 15), date(2024, 11, 14), None, 1200)
BARRIER = "The tidal barrier held through the night, the harbour office said."
LEADS = "#:~:text=The%20tidal%20barrier%20held,harbour%20office%20said"


def an_article(**fields) -> Article:
    given = {
        "id": "kv6hr54xyx",
        "headline": "Tidal barrier holds",
        "text": BARRIER,
        "source": "harbourpost.example",
        "source_name": "The Harbour Post",
        "published": PubDate(date(2024, 3, 14)),
        "url": "https://harbourpost.example/barrier",
        "byline": "Mara Ellison",
    }
    return Article(**{**given, **fields})


def a_hit(article: Article, *texts: str, marks: tuple[Span, ...] = (), copies: tuple[Copy, ...] = ()) -> Hit:
    excerpts = tuple(Excerpt(text, Span(0, len(text)), marks, article.attribution) for text in texts)
    return Hit(1, 1.0, article, excerpts, copies)


def some_results(*hits: Hit, **fields) -> Results:
    given = {"query": "tidal barrier", "notes": (), "hits": hits, "matched": 1, "matched_exact": True, "ranked": 1}
    return Results(**{**given, "searched": 1200, "page": 1, "pages": 1, **fields})


def coverage(days: int = 0, outlets: int = 0, name: str = "An outlet") -> Coverage:
    counted = tuple((date(2024 - n // 300, 1, 1) + timedelta(n % 300), 5) for n in range(days))
    shares = tuple(Share(f"outlet-{n}.example", name, 5) for n in range(outlets))
    return Coverage("", (), (), 5 * days, shares, counted)


COVERAGE = coverage(9000, 30)


def around(query: str = "tidal barrier", **fields) -> Around:
    given = {"by_outlet": COVERAGE, "by_day": COVERAGE}
    return Around(Query.parse(query), TODAY, **{**given, **fields})


def shown(found: Results, reader: Reader = READER) -> ui.LayoutView:
    return results.results(found, around(), reader)


def no_match(found: Results, reader: Reader = READER) -> ui.LayoutView:
    return results.no_match(found, around(), STATUS, reader)


def texts(view: ui.LayoutView) -> list[str]:
    return [item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay)]


def text_of(view: ui.LayoutView) -> str:
    return "\n".join(texts(view))


def labels(view: ui.LayoutView) -> list[str | None]:
    return [item.label for item in view.walk_children() if isinstance(item, ui.Button)]


def card(hit: Hit) -> str:
    return texts(shown(some_results(hit)))[1]


def within_limits(view: ui.LayoutView) -> bool:
    text_of(view).encode()  # no half of a surrogate pair
    return sum(map(units, texts(view))) <= layout.TEXT and view.total_children_count <= COMPONENTS


def test_a_card_has_headline_with_link_source_date_byline_and_excerpt_with_its_matches_in_bold():
    assert card(a_hit(an_article(), BARRIER, marks=(Span(10, 17),))).split("\n") == [
        f"### [Tidal barrier holds](https://harbourpost.example/barrier{LEADS})",
        "-# The Harbour Post · 14 March 2024 · by Mara Ellison",
        "> The tidal **barrier** held through the night, the harbour office said.",
    ]


def test_an_article_without_link_and_byline_still_has_source_and_date():
    assert card(a_hit(an_article(url=None, byline=None))).split("\n") == [
        "### Tidal barrier holds",
        "-# The Harbour Post · 14 March 2024",
    ]


def test_two_excerpts_do_not_read_as_one():
    assert card(a_hit(an_article(), "It held.", "Nobody slept.")).endswith("> It held.\n> … Nobody slept.")


def test_copies_are_named_with_their_links():
    copies = tuple(
        Copy(str(n), host, host, PubDate(date(2024, 3, 14)), url)
        for n, (host, url) in enumerate([("apnews.example", "https://apnews.example/1"), ("bbc.example", None)])
    )
    assert "-# also: [apnews.example](https://apnews.example/1), bbc.example\n" in card(
        a_hit(an_article(), BARRIER, copies=copies)
    )


def test_many_copies_are_counted():
    copies = tuple(Copy(str(n), f"outlet-{n}.example", "", PubDate(date(2024, 3, 14)), None) for n in range(40))
    line = card(a_hit(an_article(), BARRIER, copies=copies)).split("\n")[2]
    assert line.startswith("-# also: outlet-0.example, ")
    assert line.endswith("more")
    assert units(line) < 300


@pytest.mark.parametrize("headline", ["[Analysis] The barrier", "No ] end", "Open [ end", "https://evil.example wins"])
def test_a_headline_that_would_break_its_link_has_the_link_behind_it(headline):
    first = card(a_hit(an_article(headline=headline))).split("\n")[0]
    seen = rendered(first.removeprefix("### "))
    assert seen == [("text", f"{headline} "), ("link", "[link](https://harbourpost.example/barrier)")]


@pytest.mark.parametrize(
    ("published", "printed"),
    [
        (PubDate(date(2023, 9, 5)), "5 September 2023"),
        (PubDate(date(2023, 9, 5), time(11, 47, 52)), "5 September 2023, 11:47"),
        (PubDate(date(2023, 9, 5), time(11, 47), timedelta(0)), "5 September 2023, 11:47 UTC"),
        (
            PubDate(date(2023, 9, 5), time(23, 59), timedelta(hours=-9, minutes=-30)),
            "5 September 2023, 23:59 UTC-09:30",
        ),
        (PubDate(date(832, 1, 1)), "1 January 832"),
    ],
)
def test_a_publication_date_is_printed_as_it_was_known(published, printed):
    assert ENGLISH.published(published) == printed


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"matched": 1, "ranked": 1}, "-# 1 article"),
        ({"matched": 1234, "ranked": 1234}, "-# 1,234 articles"),
        ({"matched": 12, "ranked": 80, "page": 2, "pages": 16},
         "-# 12 articles have all the words · 80 have some · page 2 of 16"),
        ({"matched": 1, "ranked": 80}, "-# 1 article has all the words · 80 have some"),
        ({"matched": 0, "ranked": 80}, "-# no article has all the words · 80 have some"),
        ({"matched": 10000, "ranked": 20000, "matched_exact": False},
         "-# at least 10,000 articles have all the words · 20,000 have some"),
        ({"matched": 6, "ranked": 22, "dropped": ("harbour", "ferry")},
         "-# no article has all the words · 6 articles have all but “harbour”, “ferry” · 22 have some"),
        ({"query": "tidal barrier sort:newest", "matched": 6, "ranked": 6, "dropped": ("ferry",)},
         "-# no article has all the words · 6 articles have all but “ferry”"),
        ({"query": "tidal barrier sort:oldest", "matched": 6, "ranked": 6, "page": 2, "pages": 2},
         "-# 6 articles · page 2 of 2"),
        ({"query": "tidal barrier sort:newest", "matched": 10000, "ranked": 10000, "matched_exact": False},
         "-# at least 10,000 articles"),
    ],
)  # fmt: skip
def test_the_header_says_what_was_found(fields, line):
    found = some_results(a_hit(an_article()), **fields)
    assert texts(shown(found))[0].split("\n") == [f"`{found.query}`", line]


def test_the_header_says_how_the_query_was_read_once_each():
    found = some_results(
        a_hit(an_article()), notes=("No article has the word “moat”.", "No article has the word “moat”.")
    )
    assert texts(shown(found))[0].split("\n")[2:] == ["-# No article has the word “moat”."]


def test_nothing_found_says_what_was_searched_and_which_period_there_is():
    said = text_of(no_match(some_results(matched=0, ranked=0, pages=0)))
    assert said.startswith("`tidal barrier`\n### No article matches\n")
    assert "Searched 1,200 articles from 7 outlets, 15 November 2019 to 14 November 2024." in said


def test_nothing_found_says_how_many_articles_were_stored_and_not_searched_yet():
    said = text_of(no_match(some_results(matched=0, ranked=0, pages=0, searched=1198)))
    assert "\n2 articles came just now and cannot be found yet: ask again in a moment.\n" in said
    assert "came just now" not in text_of(no_match(some_results(matched=0, ranked=0, pages=0, searched=1201)))


def test_what_may_have_been_meant_stands_below_the_count_and_is_read_back_from_there():
    queries = ('tidal "barrier gate"', "tidal banner", "tidal carrier", "tidal farrier")
    header = texts(shown(some_results(a_hit(an_article()), did_you_mean=queries)))[0]
    assert header.split("\n")[2] == '**Did you mean `tidal "barrier gate"`, `tidal banner` or `tidal carrier`?**'
    assert results.offered(header) == queries[:3]
    single = texts(shown(some_results(a_hit(an_article()), did_you_mean=queries[:1])))[0]
    assert single.split("\n")[2] == '**Did you mean `tidal "barrier gate"`?**'


def test_above_hits_only_as_much_is_offered_as_there_is_room_for():
    queries = tuple(f"tidal {letter * 200}" for letter in "abc")
    assert results.offers(some_results(a_hit(an_article()), did_you_mean=queries)) == queries[:1]
    assert results.offers(some_results(did_you_mean=queries)) == queries
    assert not results.offers(some_results(a_hit(an_article()), did_you_mean=("👩" * 200,)))


def test_nothing_found_says_what_may_have_been_meant_and_what_there_is_without_each_filter():
    relaxed = (Relaxed("source:tides.example", 12), Relaxed("after:2030-01-01", 0), Relaxed('"tidal barrier"', 1))
    found = some_results(matched=0, ranked=0, pages=0, did_you_mean=("tidal carrier",), relaxed=relaxed)
    view = no_match(found)
    said = text_of(view)
    assert "\n**Did you mean `tidal carrier`?**\n" in said
    assert '\nWithout `source:tides.example`: 12 articles\nWithout `"tidal barrier"`: 1 article\n' in said
    assert "2030" not in said
    assert labels(view) == ["How to ask", "tidal carrier"]


@pytest.mark.parametrize("inputs", [True, False])
def test_an_empty_archive_says_how_it_is_filled(inputs):
    said = text_of(archive.empty(ENGLISH, filling=False, inputs=inputs))
    assert ("`/admin reindex`" if inputs else "`dateline ingest PATH`") in said
    assert "being filled" in text_of(archive.empty(ENGLISH, filling=True, inputs=inputs))


def test_five_ordinary_cards_are_shown_whole():
    text = " ".join([BARRIER] * 5)[:300]
    found = some_results(*[a_hit(an_article(id=f"{n}"), text, BARRIER * 2) for n in range(5)], pages=9)
    view = shown(found)
    assert within_limits(view)
    assert ELLIPSIS not in text_of(view).replace("> …", "")


def test_long_excerpts_shrink_before_anything_else_goes():
    found = some_results(*[a_hit(an_article(id=f"{n}"), "flood and barrier " * 60, BARRIER) for n in range(5)])
    view = shown(found)
    assert within_limits(view)
    for shown_card in texts(view)[1:]:
        head, credit, first, second = shown_card.split("\n")
        assert "](https://harbourpost.example/barrier" in head
        assert credit.endswith("by Mara Ellison")
        assert card_limits.LEAST < units(first) < 900
        assert second == f"> {ELLIPSIS} {BARRIER}"


def test_the_way_to_the_passage_goes_before_anything_that_is_seen():
    copies = _copies(["An outlet with a long name"] * 20, None)
    found = some_results(*[a_hit(an_article(id=f"{n}"), BARRIER * 6, BARRIER * 3, copies=copies) for n in range(5)])
    view = shown(found)
    assert within_limits(view)
    for shown_card in texts(view)[1:]:
        head, _, _, *excerpts = shown_card.split("\n")
        assert head == "### [Tidal barrier holds](https://harbourpost.example/barrier)"
        assert len(excerpts) == 2


def test_links_go_before_an_excerpt_becomes_too_short_and_source_and_date_never():
    url = f"https://harbourpost.example/{'x' * 900}"
    found = some_results(*[a_hit(an_article(id=f"{n}", url=url), BARRIER * 5) for n in range(5)])
    view = shown(found)
    assert within_limits(view)
    for shown_card in texts(view)[1:]:
        head, credit, excerpt = shown_card.split("\n")
        assert head == "### Tidal barrier holds"
        assert credit == "-# The Harbour Post · 14 March 2024 · by Mara Ellison"
        assert units(excerpt) >= card_limits.LEAST


def _copies(names: list[str], url: str | None) -> tuple[Copy, ...]:
    return tuple(Copy(str(n), name, name, PubDate(date(2024, 3, 14)), url) for n, name in enumerate(names))


addresses = st.one_of(st.none(), hostile_text, hostile_text.map("https://a.example/{}".format))
articles = st.builds(
    an_article, headline=hostile_text, text=hostile_text, source=hostile_text.filter(clean), source_name=hostile_text,
    url=addresses, byline=st.one_of(st.none(), hostile_text), published=st.builds(PubDate, st.dates(), st.times()),
)  # fmt: skip
hits = st.builds(
    lambda article, quotes, marks, names, url: a_hit(article, *quotes, marks=tuple(marks), copies=_copies(names, url)),
    articles, st.lists(hostile_text.map(lambda text: text * 9), max_size=2), highlights,
    st.lists(hostile_text, max_size=5), addresses,
)  # fmt: skip
queries = hostile_text.map(lambda text: clean(text.replace("`", ""))[:300] or "x")


@settings(max_examples=60)
@given(
    st.lists(hits, min_size=1, max_size=results.PAGE), queries, st.lists(hostile_text, max_size=5),
    st.lists(queries, max_size=5, unique=True), st.sampled_from(READERS),
)  # fmt: skip
def test_any_page_is_within_the_limits_and_every_card_has_its_source_and_its_date(found, query, notes, meant, reader):
    numbers = {"matched": 10**6, "ranked": 10**9, "pages": 10**6}
    page = some_results(*found, query=query, notes=tuple(notes), did_you_mean=tuple(meant), **numbers)
    view = shown(page, reader)
    assert within_limits(view)
    header, *cards = texts(view)
    assert results.offered(header) == results.offers(page)
    assert header.split("\n")[0] == f"`{query}`"
    for hit, shown_card in zip(found, cards, strict=True):
        head, credit, *rest = shown_card.split("\n")
        assert head.startswith("### ")
        assert {kind for kind, _ in rendered(head[4:])} <= {"text", "link"}
        assert reader.language.published(hit.article.published) in credit
        assert {kind for kind, _ in rendered(credit[3:])} <= {"text"}
        for line in rest:
            assert line.startswith(("> ", "-# "))
            assert {kind for kind, _ in rendered(line.split(" ", 1)[1])} <= {"text", "bold", "link"}
            assert not LINE_START.match(line.removeprefix("> ").removeprefix("-# "))


@pytest.mark.parametrize("reader", [each for each in READERS if each.audience is Audience.PUBLIC])
def test_the_worst_page_that_there_can_be_is_within_the_limits(reader):
    worst = "**👩" * 400
    article = an_article(
        headline=worst, source=worst, source_name=worst, byline=worst, url=f"https://a.example/{'x' * 980}",
        published=PubDate(date(2023, 9, 25), time(23, 59), timedelta(hours=-9, minutes=-30)),
    )  # fmt: skip
    marks = tuple(Span(start, start + 1) for start in range(0, 1200, 2))
    hit = a_hit(article, worst, worst, marks=marks, copies=_copies([worst] * 5, "https://a.example/"))
    fields = {"matched": 10**9, "ranked": 10**9 + 1, "matched_exact": False, "page": 10**6, "pages": 10**6}
    found = some_results(*[hit] * results.PAGE, query="👩" * 300, notes=(worst, f"{worst}1", f"{worst}2"), **fields)
    assert within_limits(shown(found, reader))
    for meant in (["x" * 100] * 3, ["👩" * 150], ["👩" * 300]):
        assert within_limits(shown(replace(found, did_you_mean=tuple(meant)), reader))


@given(
    queries, st.lists(hostile_text, max_size=5), st.lists(queries, max_size=5), st.lists(queries, max_size=9),
    st.sampled_from(READERS),
)  # fmt: skip
@settings(max_examples=60)
def test_any_answer_without_a_hit_is_within_the_limits_and_its_buttons_have_labels(
    query, notes, meant, without, reader
):
    relaxed = tuple(Relaxed(each * 9, 10**9) for each in without)
    found = some_results(query=query, notes=tuple(notes), did_you_mean=tuple(meant), relaxed=relaxed)
    view = no_match(found, reader)
    assert within_limits(view)
    assert results.offered(texts(view)[0]) == results.offers(found)
    assert all(1 <= units(label) <= layout.LABEL for label in labels(view))


@given(
    st.lists(st.builds(Source, hostile_text, hostile_text, st.integers(1, 10**7), st.dates(), st.dates()), max_size=90),
    st.sampled_from(READERS),
)
@settings(max_examples=30)
def test_any_list_of_sources_is_within_the_limits(known, reader):
    assert within_limits(archive.sources(known, reader.language))


def test_a_list_of_sources_that_is_too_long_says_how_many_are_left_out():
    known = [Source(f"outlet-{n}.example", f"Outlet {n}", 5, date(2020, 1, 1), date(2024, 1, 1)) for n in range(500)]
    *lines, last = text_of(archive.sources(known, ENGLISH)).split("\n")
    assert lines[1] == "**Outlet 0** `outlet-0.example` · 5 articles · 2020–2024"
    assert last == f"-# and {500 - len(lines) + 1:,} more"


@given(hostile_text.map(lambda text: text[:150]), hostile_text.map(lambda text: text * 5), st.integers(1, 10**7))
def test_a_suggestion_fits_or_is_none(key, name, count):
    found = choices.outlets([Source(key, name, count, date(2020, 1, 1), date(2020, 1, 1))], "", ENGLISH)
    for choice in found:
        assert 1 <= units(choice.name) <= layout.OPTION
        assert choice.value in {key, f'"{key}"'}
    assert found or not key or units(f'"{key}"') > layout.OPTION


def test_a_report_counts_and_names_the_first_rejections():
    rejected = tuple(Rejection(f"news.jsonl:{n}", "no date") for n in range(9))
    lines = archive.report(IngestReport(added=3, updated=1, rejected=rejected), ENGLISH)
    assert lines[0] == "13 read: 3 added, 1 changed, 0 unchanged, 0 copies, 9 rejected"
    assert lines[1] == "-# rejected `news.jsonl:0`: no date"
    assert lines[-1].startswith("-# and 6 more")


@given(st.lists(hostile_text, max_size=9))
def test_any_notice_is_within_the_limits(sentences):
    assert within_limits(archive.notice(*map(prose, sentences), prose("x" * 3000), prose("y" * 3000)))


def test_the_age_of_the_index_is_counted_by_discord():
    moment = datetime(2024, 3, 14, tzinfo=UTC)
    assert archive.index_age(CorpusStatus(1, 1, None, None, moment, 1), ENGLISH) == f"<t:{int(moment.timestamp())}:R>"
    assert archive.index_age(CorpusStatus(0, 0, None, None, None, 0), ENGLISH) == "never"


def test_what_others_read_names_who_shared_it_and_can_be_taken_away():
    public = shown(some_results(a_hit(an_article())), Reader(99, ENGLISH, audience=Audience.PUBLIC))
    assert texts(public)[0].endswith("\n-# Shared by <@99>")
    assert labels(public) == ["Read", "Delete", "Export"]
    private = shown(some_results(a_hit(an_article())))
    assert "Shared" not in texts(private)[0]
    assert labels(private) == ["Read", "Share", "Export"]


def menus(view: ui.LayoutView) -> dict[str, list[discord.SelectOption]]:
    return {item.placeholder: item.options for item in view.walk_children() if isinstance(item, ui.Select)}


def test_the_menus_show_what_holds_and_what_there_is_with_counts():
    query = "tidal barrier sort:newest after:2024-01-01 before:2025-01-01"
    page = some_results(a_hit(an_article()), query=query)
    shown_menus = menus(results.results(page, around(query, chosen=frozenset({"outlet-7.example"})), READER))
    chosen = {name: [each.label for each in options if each.default] for name, options in shown_menus.items()}
    assert chosen == {"Order": ["Newest first"], "Period": ["2024"], "Outlets: all": ["An outlet"]}
    assert {each.description for each in shown_menus["Outlets: all"]} == {"5 articles"}
    assert all(len(options) <= layout.OPTIONS for options in shown_menus.values())
    values = [each.value for options in shown_menus.values() for each in options]
    assert "2024-11-08/" in values
    assert "2023-01-01/2024-01-01" in values


def test_dates_of_ones_own_stand_in_the_menu_of_periods():
    query = "tidal after:2023-05-02 before:2023-06-02"
    shown_menus = menus(results.results(some_results(a_hit(an_article()), query=query), around(query), READER))
    assert [each.label for each in shown_menus["Period"] if each.default] == ["2 May 2023 to 1 June 2023"]


def test_without_words_nothing_is_better_than_anything_else():
    query = "source:outlet-7.example"
    shown_menus = menus(results.results(some_results(a_hit(an_article()), query=query), around(query), READER))
    assert [each.label for each in shown_menus["Order"]] == ["Newest first", "Oldest first"]


@given(hostile_text.map(lambda text: text * 9), st.integers(0, 60))
def test_any_outlets_fit_their_menu(name, number):
    page = some_results(a_hit(an_article()), query="tidal")
    view = results.results(page, around("tidal", by_outlet=coverage(1, number, name)), READER)
    assert within_limits(view)
    for options in menus(view).values():
        assert all(1 <= units(each.label) <= layout.OPTION for each in options)
        assert len({each.value for each in options}) == len(options) <= layout.OPTIONS


@pytest.mark.asyncio
async def test_a_view_is_markup_that_discord_py_does_not_keep():
    assert shown(some_results(a_hit(an_article()), pages=3)).is_finished()


@pytest.mark.parametrize(
    "act", ["turn", "jump", "goto", "sort", "period", "dates", "outlets", "share", "ask", "delete"]
)
def test_an_act_of_the_longest_arguments_fits_its_custom_id(act):
    assert len(layout.custom_id(act, 2**64, 10**6, 10**9)) <= layout.CUSTOM_ID


def test_a_line_that_is_longer_than_a_message_is_cut():
    assert within_limits(archive.notice(Markdown("x" * 9_000)))

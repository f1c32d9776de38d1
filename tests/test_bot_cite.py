"""Citations say what is known and no more, and are well-formed whatever an article is called."""

import re
from datetime import date, time, timedelta

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_markdown import hostile_text, rendered

from bot.language import Languages
from bot.markdown import clean, link, units
from bot.reader import Reader
from bot.render.cite import citations, cite
from bot.render.layout import TEXT
from corpus import Article, PubDate

ENGLISH = Languages().of("en-GB")
TODAY = date(2026, 11, 25)
TAG = re.compile(r"[A-Z][A-Z0-9]  - .*")
# What TeX takes for a command or for more than text.
SPECIAL = re.compile(r"(?<!\\)[$&#%_]|[~^]|\\(?![$&#%_]|text[a-z]+\{\})")


def an_article(**fields) -> Article:
    given = {
        "id": "kv6hr54xyx",
        "headline": "Tidal barrier holds",
        "text": "It held.",
        "source": "harbourpost.example",
        "source_name": "The Harbour Post",
        "published": PubDate(date(2023, 9, 5)),
        "url": "https://harbourpost.example/barrier",
        "byline": None,
        "language": "en",
    }
    return Article(**{**given, **fields})


tex = st.text(st.sampled_from("\\{}$&#%_~^`[]()<>*!\"'-@\n\r \taé👩,"), max_size=40)
hostile = st.one_of(hostile_text, tex, st.just("TY  - JOUR\nER  - \n\nTY  - BOOK"))
addresses = st.one_of(st.none(), hostile, hostile.map("https://a.example/{}".format))
dates = st.builds(PubDate, st.dates(), st.one_of(st.none(), st.times().map(lambda at: at.replace(microsecond=0))))
articles = st.builds(
    an_article, headline=hostile, source_name=hostile.filter(clean), byline=st.one_of(st.none(), hostile),
    url=addresses, published=dates, language=st.one_of(st.none(), hostile),
)  # fmt: skip


def forms(article: Article) -> dict[str, str]:
    return dict(citations(article, TODAY, ENGLISH))


def test_an_article_is_cited_in_four_ways():
    assert forms(an_article(byline="By Mara Ellison and Jo Park")) == {
        "plain": (
            "By Mara Ellison and Jo Park. Tidal barrier holds. The Harbour Post, 5 September 2023. "
            "https://harbourpost.example/barrier"
        ),
        "Markdown": (
            "By Mara Ellison and Jo Park. [Tidal barrier holds](https://harbourpost.example/barrier). "
            "The Harbour Post, 5 September 2023."
        ),
        "BibTeX": (
            "@misc{kv6hr54xyx,\n"
            "  author = {{By Mara Ellison and Jo Park}},\n"
            "  title = {{Tidal barrier holds}},\n"
            "  howpublished = {{The Harbour Post}},\n"
            "  year = {2023},\n"
            "  month = sep,\n"
            "  date = {2023-09-05},\n"
            "  url = {https://harbourpost.example/barrier},\n"
            "  urldate = {2026-11-25},\n"
            "}"
        ),
        "RIS": (
            "TY  - NEWS\n"
            "AU  - By Mara Ellison and Jo Park\n"
            "TI  - Tidal barrier holds\n"
            "T2  - The Harbour Post\n"
            "PY  - 2023\n"
            "DA  - 2023/09/05/\n"
            "UR  - https://harbourpost.example/barrier\n"
            "Y2  - 2026/11/25/\n"
            "LA  - en\n"
            "ER  - "
        ),
    }


def test_what_is_not_known_is_left_out():
    cited = forms(an_article(url=None, headline="", language=None))
    assert cited["plain"] == "The Harbour Post, 5 September 2023."
    assert cited["Markdown"] == "The Harbour Post, 5 September 2023."
    assert not re.search(r"author|title|url =", cited["BibTeX"])
    assert not re.search("^(AU|TI|UR|LA)", cited["RIS"], re.MULTILINE)


def test_a_date_is_told_to_the_precision_that_is_known():
    cited = forms(an_article(published=PubDate(date(2023, 9, 5), time(11, 47), timedelta(hours=2))))
    assert "The Harbour Post, 5 September 2023, 11:47 UTC+02:00." in cited["plain"]
    assert "date = {2023-09-05T11:47:00+02:00}," in cited["BibTeX"]
    assert "\nDA  - 2023/09/05/11:47:00+02:00\n" in cited["RIS"]


@pytest.mark.parametrize("end", ["!", "?", "."])
def test_a_headline_that_has_an_end_gets_no_other(end):
    assert forms(an_article(headline=f"It held{end}"))["plain"].startswith(f"It held{end} The")


@given(articles)
def test_bibtex_has_balanced_braces_and_nothing_that_tex_would_obey(article):
    head, *fields, end = forms(article)["BibTeX"].split("\n")
    assert head == "@misc{kv6hr54xyx,"
    assert end == "}"
    for field in fields:
        name, value = re.fullmatch(r"  ([a-z]+) = (.+),", field).groups()
        if name == "month":
            continue
        depths = [value[:stop].count("{") - value[:stop].count("}") for stop in range(1, len(value))]
        assert min(depths) >= 1, "closed by its last brace only"
        assert value.count("{") == value.count("}")
        if name in {"author", "title", "howpublished"}:
            assert value.startswith("{{")
            assert value.endswith("}}")
            assert not SPECIAL.search(value[2:-2])


@given(articles)
def test_ris_is_one_record_of_a_tag_a_line(article):
    lines = forms(article)["RIS"].split("\n")
    assert lines[0] == "TY  - NEWS"
    assert lines[-1] == "ER  - "
    assert all(TAG.fullmatch(line) for line in lines)
    tags = [line[:2] for line in lines]
    assert len(set(tags)) == len(tags)
    assert all(line[6:] == clean(line[6:]) for line in lines[:-1])


@given(articles)
def test_markdown_is_one_link_and_text(article):
    cited, url = forms(article), link(article.url)
    shown = cited["Markdown"]
    kinds = [kind for kind, _ in rendered(shown.replace("\\&", "&"))]
    assert set(kinds) <= {"text", "link", "mention"}, "an address in angle brackets is read like a mention"
    assert len(kinds) - kinds.count("text") == bool(url and cited["plain"].endswith(f" {url}"))
    words = re.sub(r"<https?://[^>]*>|\]\(https?://[^)]*\)", "", shown)
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>|*_~`&#]", words)


@settings(max_examples=60)
@given(st.builds(lambda article, n: an_article(
    headline=article.headline * n, byline=(article.byline or "") * n, source_name=article.source_name * n,
    url=article.url and article.url * n, language=article.language,
), articles, st.integers(1, 60)))  # fmt: skip
def test_every_form_is_within_one_message_and_in_a_block_that_it_cannot_end(article):
    view = cite(article, TODAY, Reader(99, ENGLISH), ENGLISH)
    title, *blocks = [item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay)]
    assert units("".join([title, *blocks])) <= TEXT
    assert len(blocks) == 4
    for block in blocks:
        assert re.fullmatch(r"\*\*[\w ]+\*\*\n```\n[^`]+\n```", block)


def test_in_the_worst_case_fields_are_cut_and_the_address_goes_last():
    cited = forms(an_article(headline="^" * 900, url=f"https://a.example/{'x' * 600}"))
    assert all("https://a.example/" in text for text in cited.values())
    assert "…" in cited["plain"]
    assert sum(map(units, cited.values())) < TEXT

"""An article is read in pages that hold all of it, and its link leads to words that stand in it."""

from bisect import bisect_left
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_markdown import hostile_text, rendered

from bot.markdown import ELLIPSIS, clean, units
from bot.render.fragment import leading_to
from bot.render.pages import ROOM, page_with, pages, shown
from corpus import Span

SENTENCE = "The tidal barrier held through the night, the harbour office said. "

paragraphs = st.builds(
    lambda text, times, between: between.join([text] * times),
    hostile_text, st.integers(1, 200), st.sampled_from(["", " ", "  ", "\u3000"]),
)  # fmt: skip
articles = st.lists(paragraphs, max_size=6).map("\n".join)
matches = st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 30)), max_size=60).map(
    lambda pairs: [Span(start, start + length) for start, length in _apart(pairs)]
)


def _apart(pairs: list[tuple[int, int]]):
    """Spans as the corpus gives them: sorted, apart."""
    behind = -1
    for start, length in sorted(pairs):
        if start > behind:
            yield start, length
            behind = start + length


def seen(text: str) -> str:
    """What of a text is more than space."""
    return "".join(text.split())


@given(articles)
def test_the_pages_hold_all_of_a_text_in_its_order(text):
    made = pages(text)
    assert made
    assert all(a.stop <= b.start for a, b in pairwise(made))
    assert "".join(seen(text[page.start : page.stop]) for page in made) == seen(text)


@settings(max_examples=60)
@given(articles, matches, st.integers(ROOM, ROOM + 200))
def test_a_page_has_room_and_shows_nothing_but_text_and_its_matches(text, highlights, room):
    for page in pages(text):
        plain = shown(text, page, (), ROOM)
        assert units(plain) <= ROOM
        marked = shown(text, page, highlights, room)
        assert units(marked) <= room
        marked.encode()
        for line, bare in zip(marked.split("\n\n"), plain.split("\n\n"), strict=True):
            kinds = rendered(line)
            assert {kind for kind, _ in kinds} <= {"text", "bold"}
            assert "".join(part for _, part in kinds) == "".join(part for _, part in rendered(bare))


@given(articles)
def test_no_page_ends_within_a_grapheme(text):
    borders = [0, *(found.end() for found in regex.finditer(r"\X", text))]
    for page in pages(text):
        assert borders[bisect_left(borders, page.stop)] == page.stop


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=12))
def test_a_paragraph_that_a_page_can_hold_stands_on_one(lengths):
    text = "\n".join((SENTENCE * 70)[:length].strip() for length in lengths)
    made, at = pages(text), 0
    for paragraph in text.split("\n"):
        stop = at + len(paragraph)
        if paragraph and len(paragraph) < ROOM - 20:
            assert page_with(made, at) == page_with(made, stop - 1)
        at = stop + 1


def test_a_long_paragraph_is_cut_between_words_and_says_that_it_goes_on():
    text = SENTENCE * 200
    made = pages(text)
    assert len(made) > 4
    for number, page in enumerate(made):
        said = shown(text, page, (), ROOM)
        assert said.startswith(f"{ELLIPSIS} ") == (number > 0)
        assert said.endswith(f" {ELLIPSIS}") == (page is not made[-1])
        words = said.strip(f"{ELLIPSIS} ").split(" ")
        assert set(words) <= set(SENTENCE.split())


def test_a_long_paragraph_begins_where_a_page_has_room_for_a_good_piece():
    short, long = SENTENCE * 5, SENTENCE * 60
    made = pages(f"{short.strip()}\n{long.strip()}")
    assert made[0].stop > len(short) + 1000
    almost_full = (SENTENCE * 34).strip()
    made = pages(f"{almost_full}\n{long.strip()}")
    assert made[0].stop == len(almost_full)


@pytest.mark.parametrize("text", ["", "\n", " \n\u2003\n", "\u200b"])
def test_a_text_of_which_nothing_is_seen_has_one_page_that_says_so(text):
    [page] = pages(text)
    assert shown(text, page, (), ROOM) == ELLIPSIS


@given(articles, st.integers(0, 9000))
def test_the_page_of_a_place_holds_it(text, place):
    made, place = pages(text), min(place, len(text))
    number = page_with(made, place)
    assert number == 1 or made[number - 1].start <= place
    assert all(following.start > place for following in made[number:])


def parts(address: str) -> list[str]:
    """The words that an address leads to."""
    directive = address.partition(":~:text=")[2]
    return [unquote(part) for part in directive.split(",")] if directive else []


@given(st.lists(hostile_text, max_size=30).map(" ".join), st.integers(0, 50), st.integers(1, 300))
def test_an_address_leads_to_words_that_stand_verbatim_in_the_text(text, start, length):
    passage = text[start : start + length]
    address = leading_to("https://harbourpost.example/barrier", passage)
    found = parts(address)
    places = [passage.find(words) for words in found]
    assert all(place >= 0 for place in places)
    assert all(words and words == words.strip() and "\n" not in words for words in found)
    if len(found) > 1:
        first, last = found
        assert passage.rfind(last) >= passage.find(first) + len(first)
    assert rendered(f"[label]({address})") == [("link", f"[label]({address})")]


@pytest.mark.parametrize(
    ("passage", "directive"),
    [
        (SENTENCE, "The%20tidal%20barrier%20held,harbour%20office%20said"),
        ("“Flood-proof”, she said.", "Flood%2Dproof%E2%80%9D%2C%20she%20said"),
        ("Profits & losses", "Profits%20%26%20losses"),
        ("洪水警报已经解除，港口办公室说。", "%E6%B4%AA"),
        ("हिन्दी", "%E0%A4%B9%E0%A4%BF%E0%A4%A8%E0%A5%8D%E0%A4%A6%E0%A5%80"),
    ],
)
def test_the_words_are_written_as_browsers_read_them(passage, directive):
    address = leading_to("https://harbourpost.example/barrier", passage)
    assert address.startswith(f"https://harbourpost.example/barrier#:~:text={directive}")


@pytest.mark.parametrize(
    ("url", "led"),
    [
        ("https://a.example/b#part", "https://a.example/b#part:~:text=Flood"),
        ("https://a.example/b?c=d", "https://a.example/b?c=d#:~:text=Flood"),
        ("https://a.example/b#:~:text=own", "https://a.example/b#:~:text=own"),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_what_an_address_has_already_is_kept(url, led):
    assert leading_to(url, "Flood!") == led


@pytest.mark.parametrize("passage", ["", "…", "“—”\n", "x" * 400])
def test_a_passage_without_words_leaves_the_address_as_it_is(passage):
    assert leading_to("https://a.example/b", passage) == "https://a.example/b"


@given(hostile_text, hostile_text)
def test_an_address_still_leads_to_its_own_page(path, passage):
    before, after = leading_to(f"https://a.example/{path}", ""), leading_to(f"https://a.example/{path}", passage)
    assert (before is None) == (after is None)
    if before and after:
        assert urlsplit(before)[:4] == urlsplit(after)[:4]
        assert after.startswith(before)
    assert clean(after or "") == (after or "")

"""Text of an article renders as text, whatever it is made of, and is cut only where it may be."""

import re
import unicodedata
from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.markdown import ELLIPSIS, Line, clean, code, escape, link, prose, short, unescape, units
from corpus import Span

# What Discord's client reads as more than text, in the order in which it tries: everything here that matches is a way
# out of the escape. (After simple-markdown, which the client is built on, and Discord's own rules.)
ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
INLINE = {
    name: re.compile(rule)
    for name, rule in {
        "mention": r"<(?:@[!&]?\d+|#\d+|t:-?\d+(?::\w)?|/[^>\n]+:\d+|id:\w+|a?:\w+:\d+|[^:\s>]+(?:://|@)[^\s>]+)>",
        "address": r"(?:https?|steam|discord|mailto):(?://)?\S+",
        "link": r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?\s*\)",
        "everyone": r"@(?:everyone|here)",
        "emoji": r":[^\s:]+:",
        "bold": r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)",
        "underline": r"__((?:\\[\s\S]|[^\\])+?)__(?!_)",
        "italic": r"_((?:__|\\[\s\S]|[^\\_])+?)_|\*(?=\S)((?:\*\*|\\[\s\S]|[^\s\*\\])+?)\*(?!\*)",
        "strike": r"~~([\s\S]+?)~~",
        "spoiler": r"\|\|([\s\S]+?)\|\|",
        "code": r"(`+)([\s\S]*?[^`])\1(?!`)",
    }.items()
}
LINE_START = re.compile(r" *(?:#{1,3} |-# |>>> |> |[-*+] |\d+[.)] |```)")

HOSTILE = [
    "1. list", "- item", "+ item", "# heading", "-# subtext", "> quote", ">>> all", "**bold**", "__under__", "~~gone~~",
    "||secret||", "`code`", "```block", "[label](https://evil.example)", "[two\nlines](https://evil.example)",
    "https://evil.example", "<https://evil.example>", "<mailto:a@b.example>", "@everyone", "<@123456789012345678>",
    "<@&123456789012345678>", "<#123456789012345678>", "<t:0:R>", "</search:1>", "<id:customize>", "<a:emo:1>", ":100:",
    "\\", "\\\\*", "*", "_", "\u202e", "\u200b", "\u2066", "\ufeff", "\u00ad", "\u3164", "\ud800", "\x00", "\n",
    "\u2028", "\t", "👩‍👩‍👧", "🇩🇪", "e\u0301", "क्‍ष", "می‌خواهم", "a\u200db", "x:y", "5:30:12", "a_b_c", "snake_case",
    "](", "[", "]",
]  # fmt: skip
hostile_text = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=6)), max_size=30).map("".join)
highlights = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 40)), max_size=8).map(
    lambda pairs: [Span(start, start + length) for start, length in pairs]
)


def rendered(markdown: str) -> list[tuple[str, str]]:
    """What a reader sees: runs of text, and by their names all that is more than text."""
    seen: list[tuple[str, str]] = []
    at = 0
    while at < len(markdown):
        kind, text, at = _step(markdown, at)
        if seen and seen[-1][0] == kind == "text":
            seen[-1] = ("text", seen[-1][1] + text)
        else:
            seen.append((kind, text))
    return seen


def _step(markdown: str, at: int) -> tuple[str, str, int]:
    if found := ESCAPED.match(markdown, at):
        return "text", found[1], found.end()
    for kind, rule in INLINE.items():
        if found := rule.match(markdown, at):
            inner = rendered(found[1]) if kind == "bold" else [("", found[0])]
            return kind, "".join(text for _, text in inner), found.end()
    return "text", markdown[at], at + 1


@given(hostile_text)
def test_any_text_renders_as_itself(text):
    markdown = escape(clean(text))
    assert rendered(markdown) == ([("text", clean(text))] if clean(text) else [])
    assert not LINE_START.match(markdown)


@given(hostile_text)
def test_unescaping_gives_the_text_back(text):
    assert unescape(escape(clean(text))) == clean(text)


@given(hostile_text)
def test_clean_text_is_one_line_without_anything_that_hides(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert " ".join(cleaned.split()) == cleaned
    kinds = {unicodedata.category(character) for character in cleaned} & {"Cc", "Cs", "Zl", "Zp"}
    assert not kinds
    assert not set(cleaned) & set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    assert all("a\u200db"[1] not in pair or not pair.isascii() for pair in map("".join, pairwise(cleaned)))


@pytest.mark.parametrize("whole", ["👩‍👩‍👧", "می‌خواهم", "क्‍ष", "e\u0301", "🇩🇪", "1️⃣", "naïve café"])
def test_what_belongs_together_stays_together(whole):
    assert clean(whole) == whole


@given(hostile_text, highlights)
def test_matches_are_bold_and_nothing_else_is(text, spans):
    line = Line.of(text, spans)
    seen = rendered(line.markdown)
    assert line.text == clean(text)
    assert {kind for kind, _ in seen} <= {"text", "bold"}
    assert "".join(part for _, part in seen) == line.text
    assert [part for kind, part in seen if kind == "bold"] == [line.text[m.start : m.stop] for m in line.marks]
    assert all(line.text[m.start : m.stop].strip(" ") == line.text[m.start : m.stop] != "" for m in line.marks)


def test_highlights_stay_on_their_words_when_what_hides_is_taken_away():
    text = "\u200b The\n\nfl\u00adood   barrier \u202eheld"
    spans = [Span(text.index("fl"), text.index("fl") + 6), Span(text.index("held"), len(text))]
    assert Line.of(text, spans).markdown == "The **flood** barrier **held**"


@given(hostile_text, highlights, st.integers(min_value=20, max_value=200))
def test_a_cut_line_keeps_within_its_room_and_whole_graphemes(text, spans, room):
    line = Line.of(text, spans)
    cut = line.cut(room)
    assert units(cut.markdown) <= room or cut == line
    assert units(cut.markdown) <= room
    if cut == line:
        return
    kept = cut.text.removeprefix(f"{ELLIPSIS} ").removesuffix(ELLIPSIS)
    borders = {0, *(found.end() for found in regex.finditer(r"\X", line.text))}
    places = (start for start in borders if line.text.startswith(kept, start) and start + len(kept) in borders)
    assert any(True for _ in places), "a piece of the line, from one grapheme's border to another's"
    assert {kind for kind, _ in rendered(cut.markdown)} <= {"text", "bold"}


@given(hostile_text, st.integers(min_value=20, max_value=200))
def test_a_short_text_is_a_line_cut_however_it_is_made(text, room):
    assert short(text, room) == Line.of(text).cut(room).text


def test_a_cut_keeps_the_first_match_in_sight():
    words = "one two three four five six seven eight nine ten " * 10
    text = f"{words}the flood came {words}"
    line = Line.of(text, [Span(text.index("flood"), text.index("flood") + 5)])
    cut = line.cut(120).markdown
    assert "**flood**" in cut
    assert cut.startswith(ELLIPSIS)
    assert cut.endswith(ELLIPSIS)


def test_a_cut_ends_between_words():
    assert Line.of("The barrier held through the night").cut(20).text == "The barrier held…"


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("abc", 3), ("é", 1), ("👩", 2), ("👩‍👩", 5)]
)  # fmt: skip
def test_lengths_are_counted_in_utf_16(text, length):
    assert units(text) == length


def test_a_sentence_of_the_program_keeps_its_code_and_nothing_else():
    assert prose("Use `dateline ingest PATH` for *all*") == r"Use `dateline ingest PATH` for \*all\*"
    assert prose("a `stray backtick") == r"a \`stray backtick"


@given(hostile_text)
def test_inline_code_is_one_piece_of_code(text):
    [(kind, shown)] = rendered(code(text))
    assert kind == "code"
    assert shown.strip("`").strip() == clean(text.replace("`", "")).strip()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&e=f#g"),
        ("https://a.example/x(y) z", "https://a.example/x%28y%29%20z"),
        ("https://a.example/“q”/é", "https://a.example/%E2%80%9Cq%E2%80%9D/%C3%A9"),
        ("HTTP://Bücher.example:8080/", "http://xn--bcher-kva.example:8080/"),
        ("https://nytimes.com@evil.example/", None),
        ("javascript:alert(1)", None),
        ("discord://-/settings", None),
        ("https://", None),
        ("https://a.example:port/", None),
        ("https://[::1", None),
        ("", None),
        (None, None),
    ],
)
def test_only_an_address_that_shows_where_it_leads_becomes_a_link(url, shown):
    assert link(url) == shown


@given(hostile_text)
def test_no_address_ends_its_link(text):
    shown = link(f"https://a.example/{text}")
    assert shown is None or re.fullmatch(r"[!-'*-;=?-Z^-z|~]+", shown.replace("_", "-"))
    if shown:
        assert rendered(f"[label]({shown})") == [("link", f"[label]({shown})")]

"""Near-copies: what folds under an earlier article, what never does, and how a group of them behaves."""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import chain, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Corpus, Keeper, Query, keeper
from corpus.engine import Signed
from corpus.engine.local import LocalStore
from corpus.ingest import Wording, bands, parse, seem_alike, signatures
from corpus.keeping import taking
from corpus.model import Article
from raw_articles import read

SAMPLES = Path(__file__).parent.parent / "corpus" / "samples"
PLACES = (folder / "shared/collections/reuters21578/corpus.jsonl.gz" for folder in Path(__file__).parents)
REUTERS = next((place for place in PLACES if place.exists()), None)

WIRE = """AVERSTAD, March 3 (Meridian Wire) — The harbour board of Port Maren voted on Tuesday to close the old \
Eastmole terminal by the end of the year and to move its 412 dockers to the new quay across the bay.
“We have looked at every other way to keep the place open, and there was none,” said Ilse Brandt, who chairs the \
board. She said the cranes dated from 1961 and that spare parts had to be made by hand.
The union called the vote a betrayal. Its secretary, Tomas Hale, said the board had promised as late as January \
that no berth would close before a study of the traffic was finished. Members will meet on Thursday to decide on \
a strike.
The terminal handled 2.3 million tonnes last year, a third less than ten years ago. Most of the timber trade has \
gone to Brannock, where the river was deepened and the labour costs are lower.
The government in Averstad, which owns 40 percent of the board, said it would organise talks between both sides. \
A spokesman for the transport ministry declined to say whether it had known about the vote.
Shop owners around the old quay fear for their business. “The dockers are our customers, and nobody else comes \
here in winter,” said Marta Quill, who has run a café beside the gate for 26 years.
The board expects the closure to cost 18 million crowns and to save 7 million a year from then on."""

CHINESE = """新华社避风港三月五日电　港务局星期二表决，决定在年底以前关闭老码头，并把四百一十二名码头工人转移到\
海湾对面的新泊位。港务局主席说，他们研究了所有其他办法，没有一个行得通。她说，起重机是一九六一年安装的，零件只能\
用手工制作。工会称这次表决是背叛。工会书记说，港务局一月份还保证，在完成运输调查以前不会关闭任何泊位。会员们将在\
星期四开会，决定是否罢工。老码头去年装卸货物二百三十万吨，比十年前减少三分之一。木材贸易大多已经转移到河边的布兰\
诺克，那里的河道已经加深，劳动成本也比较低。"""

JAPANESE = """港湾局は火曜日、年末までに古い埠頭を閉鎖し、四百十二人の労働者を湾の対岸にある新しい岸壁に移すこと\
を決めた。局長は「ほかの方法をすべて検討したが、どれもうまくいかなかった」と述べた。クレーンは一九六一年に設置さ\
れたもので、部品は手作りしなければならないという。組合はこの決定を裏切りと呼んだ。書記長によると、港湾局は一月の\
時点でも、調査が終わるまではどの岸壁も閉鎖しないと約束していた。組合員は木曜日に集会を開き、ストライキを行うかど\
うかを決める。政府は双方の話し合いの場を設けると発表した。"""


def meet(text: str, other: str) -> bool:
    """Whether one of two texts would fold under the other."""
    signed, against = signatures([text, other])
    return (
        bool(signed and against and set(bands(signed)) & set(bands(against)))
        and seem_alike(signed, against)
        and Wording(text).nearly_equals(Wording(other))
    )


# What another outlet makes of a text


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?”])\s+", text)


def replaced(share: float) -> Callable[[str, random.Random], str]:
    def rewrite(text: str, chance: random.Random) -> str:
        words = text.split(" ")
        for place in chance.sample(range(len(words)), round(share * len(words))):
            words[place] = chance.choice(("indeed", "moreover", "harbour", "elsewhere", "perhaps", "reportedly"))
        return " ".join(words)

    return rewrite


def cut(share: float) -> Callable[[str, random.Random], str]:
    def rewrite(text: str, _: random.Random) -> str:
        words = text.split(" ")
        return " ".join(words[: round(len(words) * (1 - share))])

    return rewrite


def without_a_sentence(text: str, chance: random.Random) -> str:
    kept = sentences(text)
    del kept[chance.randrange(len(kept))]
    return " ".join(kept)


def with_another_lead(text: str, _: random.Random) -> str:
    words = text.split(" ")
    return " ".join(["It", "has", "become", "known", "what", "was", "decided", "lately:", *words[8:]])


def with_typographic_marks(text: str, _: random.Random) -> str:
    straight = text.replace("“", '"').replace("”", '"').replace("’", "'")
    return re.sub(r'"([^"]*)"', r"“\1”", straight).replace("'", "’").replace("--", "—")


def with_boilerplate(text: str, _: random.Random) -> str:
    tail = (
        "Reporting by our correspondents. All rights reserved. This material may not be rewritten without permission."
    )
    return f"HARBOUR NEWS AGENCY — {text}\n{tail}"


REWRITES: dict[str, tuple[Callable[[str, random.Random], str], float, float]] = {
    # how; the least share that must be found again of the newswire (from 60 words) and of the samples (about 230 words)
    "a sentence dropped": (without_a_sentence, 0.9, 0.97),
    "typographic marks": (with_typographic_marks, 0.97, 0.97),
    "another lead": (with_another_lead, 0.85, 0.97),
    "agency and boilerplate": (with_boilerplate, 0.97, 0.97),
    "2 % of the words": (replaced(0.02), 0.9, 0.97),
    "5 % of the words": (replaced(0.05), 0.8, 0.95),
    "10 % of the words": (replaced(0.10), 0.2, 0.7),
    "15 % of the words": (replaced(0.15), 0, 0),
    "10 % of the tail": (cut(0.1), 0.97, 0.97),
    "20 % of the tail": (cut(0.2), 0.97, 0.97),
    "30 % of the tail": (cut(0.3), 0.95, 0.95),
}


def found_again(texts: Sequence[str], rewrite: Callable[[str, random.Random], str]) -> float:
    chance = random.Random(5)
    return sum(meet(text, rewrite(text, chance)) for text in texts) / len(texts)


@pytest.fixture(scope="module")
def invented() -> list[str]:
    articles = [parse(raw) for raw in read([SAMPLES])]  # type: ignore[arg-type]
    return [article.text for article in articles if isinstance(article, Article) and len(article.text.split()) > 60]


@pytest.mark.parametrize("kind", REWRITES)
def test_a_rewritten_sample_is_found_again(invented, kind):
    rewrite, _, least = REWRITES[kind]
    assert found_again(invented, rewrite) >= least


@pytest.mark.parametrize(
    "changed",
    [
        WIRE.partition(" — ")[2],
        WIRE.replace("AVERSTAD, March 3 (Meridian Wire) —", "From our correspondent, PORT MAREN, March 4:"),
        "The old quay is to close, and the union is up in arms. " + WIRE.partition("\n")[2],
        WIRE.rpartition("\n")[0],
        WIRE + "\nTalks are to begin on Monday. The last strike, in 2009, lasted eleven days and ended without a deal.",
        WIRE.replace("“", '"').replace("”", '"').replace("—", "--"),
        WIRE.replace("harbour", "harbor").replace("labour", "labor").replace("organise", "organize").upper(),
        WIRE.replace("café", "cafe").replace("\n", " "),
        WIRE.replace("412 dockers", "415 dockers"),
        WIRE.replace("  ", " ").replace("declined to say whether it", "would not say if the ministry"),
    ],
    ids=["dateline", "agency", "lead", "cut", "added", "quotes", "spelling", "accents", "update", "reworded"],
)
def test_wire_copy_folds_as_outlets_print_it(changed):
    assert meet(WIRE, changed)
    assert meet(changed, WIRE)


@pytest.mark.parametrize("text", [CHINESE, JAPANESE], ids=["Chinese", "Japanese"])
def test_copies_are_found_in_scripts_without_spaces(text):
    assert meet(text, text.rpartition("。")[0].rpartition("。")[0] + "。")
    assert meet(text, "本报讯。" + text.replace("，", ",").replace("「", "“"))
    assert not meet(CHINESE, JAPANESE)


MARKET = """Shares in Averstad closed {how} on {day}, with the AX-30 index {moved} {points} points at {level}. \
Traders said volume was thin before the holiday. Bank of Veldria gained {one} percent and Calder Lines lost \
{two} percent. The crown was quoted at {rate} against the dollar. Analysts said the market was waiting for \
figures on inflation and for the minutes of the last meeting of the central bank. Turnover was {turnover} \
million crowns, dealers said."""
WEATHER = """Tomorrow will be {sky} over most of Veldria, with a {wind} wind from the {side}. In the valley of \
the Sarrow it will be {valley}. The night will be {night}, and drivers on the coast road should expect {road}. \
The outlook for {day} is {outlook}, the weather office in Averstad said in its bulletin for farmers and sailors."""
EARNINGS = """{name} said its net profit for the {quarter} quarter was {net} million crowns, against {before} \
million a year earlier. Sales rose to {sales} million crowns. The board of {name} proposed a dividend of \
{dividend} crowns a share, payable on {day} to holders of record. The company said it expected business to go on \
as it was, and that it had no plans to raise capital. {name} has its seat in {town} and is listed on the \
exchange in Averstad."""
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday".split()


def bulletins() -> list[list[str]]:
    chance = random.Random(3)

    def number(low: int, high: int) -> str:
        return f"{chance.uniform(low, high):.1f}"

    markets = [
        MARKET.format(
            how=chance.choice(("higher", "lower", "mixed")), day=day, moved=chance.choice(("up", "down")),
            points=number(1, 40), level=number(2900, 3100), one=number(0, 4), two=number(0, 4), rate=number(5, 9),
            turnover=chance.randint(100, 900),
        )
        for day in DAYS
    ]  # fmt: skip
    weather = [
        WEATHER.format(sky=sky, wind=wind, side=side, valley=valley, night=night, road=road, day=day, outlook=outlook)
        for day, sky, wind, side, valley, night, road, outlook in (
            ("Tuesday", "sunny", "light", "south", "warm", "clear", "no trouble", "the same"),
            ("Friday", "cloudy", "fresh", "west", "cool", "wet", "fog", "more rain"),
            ("Sunday", "rainy", "strong", "north", "cold", "stormy", "ice", "some snow"),
        )
    ]
    earnings = [
        EARNINGS.format(
            name=name, quarter=chance.choice(("first", "third")), net=number(1, 90), before=number(1, 90),
            sales=number(100, 900), dividend=number(1, 5), day=chance.choice(DAYS), town=town,
        )
        for name, town in (("Calder Lines", "Port Maren"), ("Brandis Glass", "Brannock"), ("Averfon", "Tollness"))
    ]  # fmt: skip
    return [markets, weather, earnings]


@pytest.mark.parametrize("family", range(3), ids=["markets", "weather", "earnings"])
def test_a_form_that_is_filled_in_anew_does_not_fold(family):
    told = bulletins()[family]
    folded = [(one, two) for place, one in enumerate(told) for two in told[:place] if meet(one, two)]
    assert not folded


def test_one_figure_or_name_in_a_short_text_makes_it_another(archive_of):
    fed = (
        "The central bank entered the market to arrange {} billion crowns of customer repurchase agreements, a {} for "
        "the bank said. Dealers said money was trading at {} percent when the bank began its temporary and indirect "
        "supply of reserves to the banking system, and that they had expected it to act."
    )
    told = [fed.format(*words) for words in (("1.5", "spokesman", "six"), ("two", "spokesman", "six"))]
    assert not meet(*told)
    assert not meet(fed.format("two", "spokesman", "6.1"), fed.format("two", "spokesman", "6.2"))
    assert len(archive_of(*({"text": text} for text in told)).search(Query.parse("reserves")).hits) == 2


def test_a_brief_does_not_fold_under_the_long_report_that_holds_it():
    assert not meet(WIRE, WIRE.partition("\n")[0])


SHORT = "The ferry to the islands will not sail today because of the storm, the harbour office of Port Maren said."


def test_texts_under_thirty_words_never_fold(archive_of):
    assert signatures([SHORT, "* " * 500, "6-5/16 " * 20, "", "长江" * 20]) == [None] * 5
    corpus = archive_of({"text": SHORT}, {"text": SHORT + " More soon."}, {"text": SHORT})
    assert len(corpus.search(Query.parse("ferry")).hits) == 3


@given(st.text(), st.text())
def test_any_two_texts_can_be_compared_and_the_order_does_not_matter(text, other):
    assert len(signatures([text, other])) == 2
    assert Wording(text).nearly_equals(Wording(other)) == Wording(other).nearly_equals(Wording(text))


def test_a_signature_is_the_same_on_every_machine_and_in_every_version():
    (signature,) = signatures([WIRE])
    assert signature is not None
    assert signature.hex() == GOLDEN, "signatures are kept in archives: these must be compared anew, by a migration"


GOLDEN = (
    "2fb88afbc608542c24e327436a8d47055ff11b8be7bb64a3cc3b57c642fc08cb"
    "8d7ece081502e23e93f33dc67116a011eb262bcc8935cf15c3c1c2184783b96c"
)


# How a group behaves


def stories(archive: Path) -> dict[str, int]:
    with closing(sqlite3.connect(archive / "archive.db")) as database:
        return dict(database.execute("SELECT headline, story FROM articles"))


def groups(archive: Path) -> set[frozenset[str]]:
    told = defaultdict(set)
    for headline, story in stories(archive).items():
        told[story].add(headline)
    return {frozenset(headlines) for headlines in told.values()}


def tables(archive: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(archive / "archive.db")) as database:
        bands = "(SELECT * FROM bands UNION ALL SELECT * FROM late_bands)"
        return [database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in ("signatures", bands)]


def shortened(paragraphs: int) -> str:
    return "\n".join(WIRE.split("\n")[:-paragraphs])


WHO = "mayor owner pilot clerk judge buyer guest baker tutor miner".split()
FAMILY = {"A": WIRE, "B": shortened(1), "C": shortened(2)}


def told(texts: dict[str, str]) -> list[dict[str, object]]:
    return [{"id": name, "title": name, "text": text} for name, text in texts.items()]


def test_near_copies_fold_under_one_hit_and_are_counted(tmp_path, write):
    with Keeper.open(tmp_path / "data") as kept:
        report = kept.ingest([write(*told(FAMILY))])
    assert (report.read, report.added, report.copies) == (3, 1, 2)
    with Corpus.open(tmp_path / "data") as corpus:
        results = corpus.search(Query.parse("dockers"))
        (hit,) = results.hits
        assert (results.matched, len(hit.copies)) == (3, 2)


def steps() -> dict[str, str]:
    """A text that loses a sentence at its head and gains one at its tail, step by step, until little is left of it."""
    parts = sentences(WIRE.replace("\n", " "))
    more = [
        f"The {who} walked out on day {day} and no {who} was willing to tell us why." for day, who in enumerate(WHO)
    ]
    return {f"{step:02}": " ".join([*parts[step:], *more[:step]]) for step in range(len(WHO) + 1)}


def test_a_story_does_not_drift_from_copy_to_copy(tmp_path, write):
    texts = steps()
    assert all(meet(one, next_one) for one, next_one in pairwise(texts.values()))
    assert not meet(texts["00"], texts["10"])
    with Keeper.open(tmp_path / "data") as kept:
        kept.ingest([write(*told(texts))])
    for group in groups(tmp_path / "data"):
        head = min(group)
        assert all(each == head or meet(texts[head], texts[each]) for each in group)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 2_000])
def test_batches_of_any_size_give_the_same_stories_and_tables(tmp_path, write, monkeypatch, size):
    texts = {**FAMILY, **steps(), **{f"m{n}": text for n, text in enumerate(chain.from_iterable(bulletins()))}}
    again = {"A": steps()["03"], "B": WIRE, "m0": shortened(2), "C": "Nothing of note.", "03": WIRE.upper()}
    path = write(*told(texts), *told(again), *told({"D": WIRE}))

    def made(folder: str, batch: int) -> Path:
        monkeypatch.setattr(taking, "_BATCH", batch)
        with Keeper.open(tmp_path / folder) as kept:
            reports.append(kept.ingest([path]))
            reports.append(kept.ingest([path]))
        return tmp_path / folder

    reports: list[object] = []
    one, other = made("one", 500), made("other", size)
    assert stories(one) == stories(other)
    assert tables(one) == tables(other)
    assert reports[0] == reports[2]


def test_an_ingest_that_is_stopped_goes_on_to_the_same_stories(tmp_path, write, monkeypatch):
    path = write(*told({**FAMILY, **steps()}), *told({"A": steps()["03"]}))
    with Keeper.open(tmp_path / "whole") as kept:
        kept.ingest([path])
    sign, calls = LocalStore.sign, []

    def fail(store: LocalStore, signed: Signed) -> None:
        sign(store, signed)
        calls.append(signed)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(taking, "_BATCH", 4)
    with monkeypatch.context() as stopped, Keeper.open(tmp_path / "stopped") as kept:
        stopped.setattr(LocalStore, "sign", fail)
        with pytest.raises(KeyboardInterrupt):
            kept.ingest([path])
    assert len(stories(tmp_path / "stopped")) == 7
    with Keeper.open(tmp_path / "stopped") as kept:
        kept.ingest([path])
    assert stories(tmp_path / "stopped") == stories(tmp_path / "whole")
    assert tables(tmp_path / "stopped") == tables(tmp_path / "whole")


def test_an_article_whose_text_changes_leaves_its_story(tmp_path, write):
    with Keeper.open(tmp_path / "data") as kept:
        kept.ingest([write(*told(FAMILY))])
        kept.ingest([write(*told({"B": "Something else entirely is told here now. " * 8}))])
        assert groups(tmp_path / "data") == {frozenset("AC"), frozenset("B")}
        kept.ingest([write(*told({"B": WIRE}))])
    assert groups(tmp_path / "data") == {frozenset("ABC")}


def test_a_story_stays_whole_when_the_article_leaves_that_it_is_numbered_by(tmp_path, write):
    with Keeper.open(tmp_path / "data") as kept:
        kept.ingest([write(*told(FAMILY))])
        before = stories(tmp_path / "data")
        kept.ingest([write(*told({"A": "Something else entirely is told here now. " * 8}))])
        after = stories(tmp_path / "data")
        assert groups(tmp_path / "data") == {frozenset("A"), frozenset("BC")}
        assert after["B"] == before["B"]
        kept.ingest([write(*told({"D": WIRE.replace("\n", " ")}))])
    assert groups(tmp_path / "data") == {frozenset("A"), frozenset("BCD")}


def test_a_later_version_of_a_report_stays_in_its_story(tmp_path, write):
    with Keeper.open(tmp_path / "data") as kept:
        kept.ingest([write(*told(FAMILY))])
        before = stories(tmp_path / "data")
        report = kept.ingest([write(*told({"A": WIRE.replace("412 dockers", "415 dockers")}))])
    assert report.updated == 1
    assert stories(tmp_path / "data") == before


def test_another_headline_changes_no_story(tmp_path, write):
    with Keeper.open(tmp_path / "data") as kept:
        kept.ingest([write(*told(FAMILY))])
        before = tables(tmp_path / "data")
        kept.ingest([write({"id": "A", "title": "Another", "text": WIRE})])
    assert groups(tmp_path / "data") == {frozenset({"Another", "B", "C"})}
    assert tables(tmp_path / "data") == before


def test_a_reindex_keeps_the_stories(tmp_path, write):
    with Keeper.open(tmp_path / "data") as kept:
        kept.ingest([write(*told(FAMILY))])
        before = stories(tmp_path / "data")
        kept.reindex([], index_only=True)
    assert stories(tmp_path / "data") == before
    with Corpus.open(tmp_path / "data") as corpus:
        assert len(corpus.search(Query.parse("dockers")).hits) == 1


def test_a_form_does_not_fill_the_bands(tmp_path, write):
    chance = random.Random(2)
    texts = {
        str(day): MARKET.format(
            how="higher", day=chance.choice(DAYS), moved="up", points=day, level=3000 + day, one=day, two=-day,
            rate=day / 7, turnover=day * 3,
        )
        for day in range(60)
    }  # fmt: skip
    with Keeper.open(tmp_path / "data") as kept:
        assert kept.ingest([write(*told(texts))]).copies == 0
    signed, banded = tables(tmp_path / "data")
    assert len(signed) == 60
    assert max(Counter(band for band, _ in banded).values()) == 8


def test_an_archive_of_an_older_version_is_compared_when_a_keeper_opens_it(tmp_path, write, monkeypatch):
    with Keeper.open(tmp_path / "new") as kept:
        kept.ingest([write(*told(FAMILY), *told(steps()), *told({"E": shortened(1).upper(), "F": SHORT}))])
    shutil.copytree(tmp_path / "new", tmp_path / "old")
    database = sqlite3.connect(tmp_path / "old" / "archive.db")
    with database:
        for table in ("signatures", "bands", "late_bands", "unsigned"):
            database.execute(f"DROP TABLE {table}")
        database.execute("DROP TABLE documents")
        database.execute("ALTER TABLE articles DROP COLUMN updated")
        database.execute(
            "DELETE FROM _sqlite_migrations WHERE name IN ('copies', 'updates_and_documents', 'late_bands')"
        )
        database.execute("PRAGMA user_version = 2")
        database.execute("UPDATE articles SET story = key WHERE headline NOT IN ('B', 'E', 'F')")
        database.execute("UPDATE articles SET story = 99 WHERE headline IN ('B', 'E')")
    database.close()
    shutil.rmtree(tmp_path / "old" / "index")
    with Corpus.open(tmp_path / "old") as corpus:
        assert len(corpus.search(Query.parse("dockers")).hits) > 1
    monkeypatch.setattr(keeper, "_BATCH", 3)
    with Keeper.open(tmp_path / "old"):
        assert stories(tmp_path / "old") == stories(tmp_path / "new")
        assert tables(tmp_path / "old") == tables(tmp_path / "new")
    with Corpus.open(tmp_path / "old") as one, Corpus.open(tmp_path / "new") as other:
        assert len(one.search(Query.parse("dockers")).hits) == len(other.search(Query.parse("dockers")).hits)


# Newswire of 1987: evaluation only, where the collection is at hand

FORMS = re.compile(
    "FED ADDS RESERVES|MONEY MARKET|TREASURY BALANCES|BILL AUCTION|JOBLESS|GUESSTIMATES|LARD|AVERAGE PRICES"
)


@pytest.fixture(scope="module")
def newswire() -> list[dict[str, str]]:
    if REUTERS is None:
        pytest.skip("the collection reuters21578 is not here")
    with gzip.open(REUTERS, "rt") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def newswire_stories(newswire, tmp_path_factory) -> list[tuple[str, str, str, int]]:
    """Headline, text, day and story of the articles that try precision most, and of a thousand others."""
    known = Counter(each["text"] for each in newswire)
    trying = [each for each in newswire if known[each["text"]] > 1 or FORMS.search(each["title"])]
    placeholders = [each for each in trying if len(each["text"].split()) < 30][:600]
    others = random.Random(1).sample(newswire, 1_000)
    chosen = {each["id"]: each for each in [*(each for each in trying if len(each["text"].split()) >= 30), *others]}
    chosen.update({each["id"]: each for each in placeholders})
    folder = tmp_path_factory.mktemp("newswire")
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, chosen.values())))
    with Keeper.open(folder / "data") as kept:
        kept.ingest([folder / "articles.jsonl"])
    with closing(sqlite3.connect(folder / "data" / "archive.db")) as database:
        return database.execute("SELECT headline, text, day, story FROM articles").fetchall()


def test_placeholder_briefs_of_the_newswire_never_fold(newswire_stories):
    short = [story for _, text, _, story in newswire_stories if len(text.split()) < 30]
    assert len(short) > 400
    assert len(set(short)) == len(short)


def test_repeated_reports_of_the_newswire_all_fold(newswire_stories):
    told = defaultdict(set)
    for _, text, _, story in newswire_stories:
        if len(text.split()) >= 30:
            told[text].add(story)
    assert len(newswire_stories) - len(told) > 200
    assert all(len(found) == 1 for found in told.values())


def test_daily_reports_of_the_newswire_do_not_fold_over_days(newswire_stories):
    texts = defaultdict(set)
    forms = [each for each in newswire_stories if FORMS.search(each[0]) and len(each[1].split()) >= 30]
    for _, text, day, story in forms:
        texts[story].add((text, day))
    assert len(forms) > 200
    assert all(len(set(dict(found))) == 1 or len({day for _, day in found}) == 1 for found in texts.values())


@pytest.mark.parametrize("kind", REWRITES)
def test_a_rewritten_report_of_the_newswire_is_found_again(newswire, kind):
    rewrite, least, _ = REWRITES[kind]
    texts = [each["text"].replace("\n", " ") for each in newswire if len(each["text"].split()) >= 60]
    assert found_again(random.Random(4).sample(texts, 200), rewrite) >= least

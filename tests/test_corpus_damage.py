"""What an archive promises whose files are damaged: it heals, or says in a sentence what to do; no answer is wrong.

Here at any place of any file, by whoever opens it; what `verify` does about a damaged database stands beside it.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from corpus import Corpus, CorpusDamaged, CorpusError, Keeper, Trouble, verify
from invented import lines
from recount import Counted, found, recounted, stored

ARTICLES = 60


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A sound archive: read it, never change it."""
    folder = tmp_path_factory.mktemp("sound")
    with Keeper.open(folder / "data") as keeper:
        keeper.ingest([lines(folder / "a.jsonl", range(ARTICLES))])
        keeper.ingest([lines(folder / "b.jsonl", range(5), "second")])  # so that the index has deleted some
    return folder / "data"


@pytest.fixture(scope="module")
def logged(sound, tmp_path_factory):
    """The same archive while somebody had it open: what came last lies in its write-ahead log."""
    folder, copy = tmp_path_factory.mktemp("logged"), tmp_path_factory.mktemp("copy") / "data"
    shutil.copytree(sound, folder / "data")
    with Keeper.open(folder / "data") as keeper:
        keeper.ingest([lines(folder / "c.jsonl", range(200, 220))])
        shutil.copytree(folder / "data", copy)
    return copy


def harmed(path: Path, chosen: random.Random) -> None:
    """Flip some bits, put other bytes in, or cut the file off; as a new file, since the old one may be mapped."""
    content = bytearray(path.read_bytes())
    place = chosen.randrange(len(content))
    match chosen.choice(["flip", "overwrite", "cut", "empty"]):
        case "flip":
            for at in [place, *(chosen.randrange(len(content)) for _ in range(3))]:
                content[at] ^= 1 << chosen.randrange(8)
        case "overwrite":
            content[place : place + 512] = chosen.randbytes(len(content[place : place + 512]))
        case "cut":
            del content[place:]
        case "empty":
            content.clear()
    path.unlink()
    path.write_bytes(content)


@pytest.mark.parametrize(
    "name", ["current", "built.json", "whole.json", "meta.json", ".managed.json", "*.term", "*.del"]
)
@pytest.mark.parametrize("seed", range(4))
def test_whatever_becomes_of_a_file_of_the_index_who_opens_it_finds_everything(sound, tmp_path, name, seed):
    archive = shutil.copytree(sound, tmp_path / "data")
    before = stored(sound)
    for path in sorted(archive.glob(f"index/**/{name}")):
        harmed(path, random.Random(f"{seed} {name}"))
    assert recounted(archive) == before
    with Keeper.open(archive) as keeper:
        assert keeper.ingest([lines(tmp_path / "c.jsonl", range(300, 310))]).read == 10
    assert len(recounted(archive)) == len(before) + 10


@pytest.mark.parametrize("seed", range(12))
def test_whatever_becomes_of_the_database_is_a_sentence_or_found_by_looking_through(logged, tmp_path, seed):
    archive, chosen = shutil.copytree(logged, tmp_path / "data"), random.Random(seed)
    before = stored(shutil.copytree(logged, tmp_path / "whole"))
    harmed(archive / chosen.choice(["archive.db", "archive.db-wal"]), chosen)
    try:
        answered = read(archive)
    except CorpusError as error:
        sentence = str(error)
        assert sentence.endswith(".")  # it may be damaged where nobody looks
    else:
        told = verify(archive)
        # A log that is cut off ends the archive at an earlier change, whole: SQLite has no other witness of it.
        earlier = told.sound and answered and answered.items() <= before.items() and len(answered) == told.articles
        found_out = {each.kind for each in told.problems} & {Trouble.DATABASE, Trouble.ARTICLE}
        assert answered == before or earlier or found_out


def test_a_database_that_lost_everything_is_not_taken_for_a_new_one(sound, tmp_path):
    archive = shutil.copytree(sound, tmp_path / "data")
    (archive / "archive.db").write_bytes(b"")
    for opened in (Corpus.open, Keeper.open):
        with pytest.raises(CorpusDamaged, match="its database is empty"):
            opened(archive, create=True)
    assert not (archive / "archive.db").stat().st_size


def read(archive: Path) -> Counted:
    """What a reader is given."""
    with Corpus.open(archive) as corpus:
        articles = filter(None, map(corpus.article, found(corpus)))
        return {article.id: (article.headline, article.text) for article in articles}

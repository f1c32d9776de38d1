"""The archive that is asked: invented articles, kept in a folder, since building them takes minutes. Knows no bot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.ask import Ask
from benchmarks.engines.protocol import read_articles
from benchmarks.generate import articles
from benchmarks.queries import QuestionMaker
from corpus import Keeper, parse_inputs

_SHOWN = 10_000  # articles that the questions are made of
_ASKED = 10_000  # different questions; of a small archive five an article


@dataclass(frozen=True, slots=True)
class Archive:
    """Where an archive lies, and the input that it was made of, as ``CORPUS_INPUTS`` names it."""

    folder: Path
    inputs: str
    asks: tuple[Ask, ...]


def kept(cache: Path, count: int, *, seed: int) -> Archive:
    """The archive of so many articles; built where the folder does not have it yet."""
    place = (cache / f"{count}-{seed}").resolve()
    file, folder = place / "articles.jsonl", place / "archive"
    if not folder.exists():
        place.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(
                json.dumps(each.fields(), ensure_ascii=False) + "\n" for each in articles(count, seed=seed)
            )
        draft = place / "draft"
        with Keeper.open(draft) as keeper:
            keeper.ingest(parse_inputs(f"news={file}"))
        draft.rename(folder)
    asks = QuestionMaker(list(islice(read_articles(file), _SHOWN)), seed=seed).asks(min(_ASKED, 5 * count))
    return Archive(folder, f"news={file}", tuple(asks))

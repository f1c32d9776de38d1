"""Articles in other languages, asked for by their headlines: a test that needs no judge. Knows no engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.quality.baseline import told
from corpus.evaluation import Collection, read_documents


def known_items(folder: Path) -> Iterator[Collection]:
    """A collection of every file of documents: each headline that one article alone bears asks for that article."""
    for file in sorted(folder.glob("*.jsonl*")):
        documents = read_documents(file)
        headlines = {document.id: " ".join(told(document, "title").split()) for document in documents}
        times = Counter(headlines.values())
        queries = {each: headline for each, headline in headlines.items() if headline and times[headline] == 1}
        judgements = {each: {each: 1} for each in queries}
        yield Collection(file.name.partition(".")[0], documents, queries, judgements, ())

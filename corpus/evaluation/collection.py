"""A judged collection as it lies in a folder: documents, queries, judgements, facts. Knows no archive and no measure.

corpus.jsonl[.gz]   id, title, text, source, date, url, whatever else ingest understands
queries.jsonl       id, text
qrels.tsv           query id, document id, relevance; no header
facts.jsonl         query_id, doc_id, fact; need not be there
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UnusableCollection

Judgements = Mapping[str, Mapping[str, int]]
"""Query id -> document id -> relevance (0: judged, and not relevant)."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its id, and all its fields as they were written."""

    id: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence of a document that answers a query, or a part of it."""

    query: str
    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """What can be asked, of which documents, and what the answers should be. ``queries`` are ids and texts."""

    name: str
    documents: tuple[Document, ...]
    queries: Mapping[str, str]
    judgements: Judgements
    facts: tuple[Fact, ...]


def read_collection(folder: Path) -> Collection:
    """Read the collection in a folder.

    Raises:
        UnusableCollection: a file is not there, a line of one cannot be read, or no query is judged.
    """
    if not folder.is_dir():
        raise UnusableCollection(str(folder), "there is no such folder")
    queries = {each: _text(fields, "text", at) for each, fields, at in _identified(folder / "queries.jsonl")}
    documents = read_documents(_corpus_file(folder))
    judgements = _judgements(folder / "qrels.tsv")
    if not any(relevance > 0 for query in queries for relevance in judgements.get(query, {}).values()):
        raise UnusableCollection(str(folder / "qrels.tsv"), "no query of queries.jsonl has a relevant document")
    return Collection(folder.resolve().name, documents, queries, judgements, _facts(folder / "facts.jsonl"))


def read_documents(file: Path) -> tuple[Document, ...]:
    """Read a file of documents, packed or not.

    Raises:
        UnusableCollection: it is not there, or a line of it cannot be read.
    """
    return tuple(Document(each, fields) for each, fields, _ in _identified(file))


def _corpus_file(folder: Path) -> Path:
    packed = folder / "corpus.jsonl.gz"
    return packed if packed.exists() else folder / "corpus.jsonl"


def _judgements(path: Path) -> Judgements:
    judged: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for line, at in _lines(path):
        try:
            query, document, relevance = (part.strip() for part in line.split("\t"))
            judged[query][document] = int(relevance)
        except ValueError as error:
            reason = "not a query id, a document id and a whole number, separated by tabs"
            raise UnusableCollection(at, reason) from error
    return dict(judged)


def _facts(path: Path) -> tuple[Fact, ...]:
    if not path.exists():
        return ()
    return tuple(
        Fact(_id(fields, "query_id", at), _id(fields, "doc_id", at), _text(fields, "fact", at))
        for fields, at in _objects(path)
    )


def _identified(path: Path) -> Iterator[tuple[str, Mapping[str, object], str]]:
    """Every object of a file with its id, which no other has, and its place."""
    seen: set[str] = set()
    for fields, at in _objects(path):
        found = _id(fields, "id", at)
        if found in seen:
            raise UnusableCollection(at, f"the id “{found}” stands here for the second time")
        seen.add(found)
        yield found, fields, at


def _objects(path: Path) -> Iterator[tuple[Mapping[str, object], str]]:
    for line, at in _lines(path):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnusableCollection(at, f"broken JSON ({error})") from error
        if not isinstance(value, dict):
            raise UnusableCollection(at, "not a JSON object")
        yield value, at


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Every line that is not blank, with its place as ``FILE:NUMBER``."""
    number = 0
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as lines
        ):
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield line.removesuffix("\n"), f"{path}:{number}"
    except FileNotFoundError as error:
        raise UnusableCollection(str(path), "there is no such file") from error
    except UnicodeDecodeError as error:
        raise UnusableCollection(f"{path}:{number + 1}", "not UTF-8 from about here") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnusableCollection(str(path), f"it cannot be read ({reason})") from error


def _id(fields: Mapping[str, object], name: str, at: str) -> str:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise UnusableCollection(at, f"“{name}” is missing, or neither a text nor a whole number")
    return str(value).strip()


def _text(fields: Mapping[str, object], name: str, at: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise UnusableCollection(at, f"“{name}” is missing, or no text")
    return value

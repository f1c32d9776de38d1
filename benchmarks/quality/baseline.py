"""tantivy with stop words and stems over one field of headline and text: what a ranking has to be better than."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy
from tantivy import Occur, Query

from corpus.evaluation import Document

_ANALYSER = "english"
_HEAP = 500_000_000  # bytes of the writer: it begins a new segment when they are full, and a collection needs none
_LONGEST_TERM = 40  # bytes, as in tantivy's own tokenizers


class Baseline:
    """An index of a collection's documents, in one segment: scores depend on segments."""

    def __init__(self, index: tantivy.Index, analyser: tantivy.TextAnalyzer) -> None:
        self._schema = index.schema
        self._analyser = analyser
        self._searcher = index.searcher()

    def search(self, text: str, limit: int) -> list[str]:
        """The ids of the first documents that have any of the query's terms, best first."""
        query = any_of(self._analyser.analyze(text), self._schema, "all")
        if query is None:
            return []
        found = self._searcher.search(query, limit, count=False)
        return [str(self._searcher.doc(address)["id"][0]) for _, address in found.hits]


@contextmanager
def baseline(documents: Sequence[Document], *, folds_accents: bool = True) -> Iterator[Baseline]:
    """Build the index, and remove it with the end of the block."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("all", tokenizer_name=_ANALYSER)
    analyser = english(folds_accents=folds_accents)
    with TemporaryDirectory(prefix="dateline-quality-") as place:
        records = ({"id": each.id, "all": whole(each)} for each in documents)
        yield Baseline(filled(builder.build(), Path(place), analyser, records), analyser)


def english(*, folds_accents: bool = True) -> tantivy.TextAnalyzer:
    """Words in lower case without accents, tantivy's own English stop words left out, the rest Snowball's stems."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(_LONGEST_TERM)).filter(tantivy.Filter.lowercase())
    if folds_accents:
        builder = builder.filter(tantivy.Filter.ascii_fold())
    return builder.filter(tantivy.Filter.stopword("english")).filter(tantivy.Filter.stemmer("english")).build()


def any_of(terms: Sequence[str], schema: tantivy.Schema, field: str) -> Query | None:
    """Any of these terms, one that is asked twice counting twice; nothing where there is no term."""
    if not terms:
        return None
    return Query.boolean_query([(Occur.Should, Query.term_query(schema, field, term)) for term in terms])


def filled(
    schema: tantivy.Schema, place: Path, analyser: tantivy.TextAnalyzer, records: Iterator[dict[str, str]]
) -> tantivy.Index:
    """An index of these records in an empty folder, in one segment."""
    index = tantivy.Index(schema, path=str(place))
    index.register_tokenizer(_ANALYSER, analyser)
    writer = index.writer(_HEAP, 1)
    for record in records:
        document = tantivy.Document()
        for field, text in record.items():
            document.add_text(field, text)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    if index.searcher().num_segments > 1:
        raise RuntimeError("the index has more than one segment, so its scores are not the baseline's")
    return index


def whole(document: Document) -> str:
    """Headline and text in one."""
    return f"{told(document, 'title')}\n{told(document, 'text')}"


def told(document: Document, field: str) -> str:
    """A field as text; nothing where there is none."""
    value = document.fields.get(field)
    return value if isinstance(value, str) else ""

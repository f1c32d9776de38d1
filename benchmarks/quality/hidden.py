"""Long articles: the few sentences of short ones, hidden among those of others on the same topic.

The sentences that answer a query are known, and a reader of the beginning would miss most of them. Knows no engine but
the baseline, which says what is near.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from benchmarks.quality.baseline import baseline, told, whole
from corpus.evaluation import Collection, Document

_WORDS = (600, 900)  # of a long article, at least and about at most
_NEAR = (
    60  # sentences of the nearest articles that are drawn from: twice what is needed, so that no two are nearly alike
)
_PARAGRAPH = (1, 3)  # sentences


def hidden(collection: Collection, *, seed: int) -> Collection:
    """The same collection with long articles; headline, source and date stay.

    An article gets no sentence of an article that is relevant to any query to which it is relevant itself, so it tells
    no other fact of these queries.
    """
    together = _together(collection)
    by_id = {document.id: document for document in collection.documents}
    with baseline(collection.documents) as index:

        def donors(document: Document) -> Iterator[Document]:
            near = [by_id[each] for each in index.search(whole(document), len(by_id))]
            strangers = [each for each in near if each.id not in together[document.id] and each is not document]
            topic = document.fields.get("category")
            yield from sorted(strangers, key=lambda each: each.fields.get("category") != topic)  # stable: nearest first

        documents = tuple(
            _long(document, [sentence for each in donors(document) for sentence in _sentences(each)][:_NEAR], seed)
            for document in collection.documents
        )
    return replace(collection, name=f"{collection.name}, hidden", documents=documents)


def _together(collection: Collection) -> Mapping[str, set[str]]:
    """For every document those that share a query with it."""
    together: defaultdict[str, set[str]] = defaultdict(set)
    for judged in collection.judgements.values():
        for each in judged:
            together[each].update(judged)
    return together


def _long(document: Document, near: Sequence[str], seed: int) -> Document:
    """A document with its sentences, in their order, each at a place of its own among sentences drawn from ``near``."""
    chance = random.Random(f"{seed} {document.id}")
    own = _sentences(document)
    enough, most = chance.randint(*_WORDS), _WORDS[1]
    words = sum(len(sentence.split()) for sentence in own)
    others: list[str] = []
    for sentence in chance.sample(near, len(near)):
        if words >= enough:
            break
        if words + len(sentence.split()) <= most:
            others.append(sentence)
            words += len(sentence.split())
    places = sorted(chance.sample(range(len(others) + len(own)), len(own)))
    mixed = iter(others)
    hiding = dict(zip(places, own, strict=True))
    sentences = [hiding[place] if place in hiding else next(mixed) for place in range(len(others) + len(own))]
    return replace(document, fields={**document.fields, "text": _paragraphs(sentences, chance)})


def _sentences(document: Document) -> list[str]:
    """The pieces of a short article: each is a sentence that answers something, on paragraphs of its own."""
    return [piece for line in told(document, "text").split("\n") if (piece := line.strip())]


def _paragraphs(sentences: Sequence[str], chance: random.Random) -> str:
    paragraphs: list[str] = []
    place = 0
    while place < len(sentences):
        length = chance.randint(*_PARAGRAPH)
        paragraphs.append(" ".join(sentences[place : place + length]))
        place += length
    return "\n\n".join(paragraphs)

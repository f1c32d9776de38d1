"""Which story each article of a batch tells: its own, or that of an earlier article whose text it nearly equals.

One article stands for each story, its head: the first that told it. Others are compared with heads alone, so a story
never drifts: everything in it nearly equals one text, and what only equals a copy of a copy is a story of its own. Each
article is placed as if it had come alone, so batches of any size give the same stories.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from corpus.engine import Signed
from corpus.ingest import Marked, Wording, bands, seem_alike, signatures

_MOST_HEADS = 8  # under one band; a band that more stories share is a form that is filled in daily, and tells nothing


class Kept(Protocol):
    """What an archive tells of the articles it has."""

    def stories(self, stories: Sequence[int], *, before: int | None = None) -> set[int]:
        """Those of these stories that it has, among the articles with keys before this one."""

    def members(self, story: int) -> list[int]:
        """The keys of the articles of a story, in their order."""

    def texts(self, keys: Sequence[int]) -> dict[int, tuple[int, str]]:
        """The stories and the texts of those of these articles that there are."""

    def banded(self, bands: Sequence[int]) -> list[tuple[int, int]]:
        """Every head under one of these bands, with the band."""

    def signatures(self, keys: Sequence[int]) -> dict[int, bytes]:
        """The signatures of those of these articles that are heads."""


class Stories:
    """Places the articles of one batch, and remembers what that changes in the tables of the archive."""

    def __init__(
        self, kept: Kept, articles: Sequence[Marked], *, known: Sequence[int] = (), before: int | None = None
    ) -> None:
        """Look up at once what these articles will need, and the ``known`` keys of those that the archive has.

        With ``before``, stories are not looked for among articles from this key on.
        """
        self._kept = kept
        self._told = kept.stories([each.story for each in articles], before=before)
        self._placed: dict[int, tuple[int, str]] = {}
        self._read: dict[int, tuple[int, str] | None] = {}
        self._compared: dict[int, tuple[int, Wording]] = {}
        self._heads: dict[int, bytes] = {}
        self._under: dict[int, list[int]] = {}
        self._signed: dict[int, bytes] = {}
        self._into: set[tuple[int, int]] = set()
        self._left: set[int] = set()
        self._out_of: set[tuple[int, int]] = set()
        self._gone: set[int] = set()
        self._signatures = {each.article.text: each.signature for each in articles}
        self._look_up(signature for signature in self._signatures.values() if signature)
        self._fetch({*known, *self._alike()})

    def place(self, key: int, marked: Marked, *, known: bool) -> tuple[int, bool]:
        """The story of an article, and whether others told it before; ``known`` says that the archive has the article.

        An article whose text changed leaves its story first. The others stay together: the earliest becomes the head.
        """
        article, own = marked.article, marked.story
        earlier = self._earlier(key) if known else None
        if earlier and earlier[1] == article.text:
            return earlier[0], True
        if earlier:
            self._leave(key, earlier[0])
        signature = self._signature(article.text)
        told = own if own in self._told else self._like(article.text, signature) if signature else None
        if told is None:
            self._told.add(own)
            if signature:
                self._stand(key, signature)
        self._placed[key] = (own if told is None else told, article.text)
        self._compared.pop(key, None)
        return self._placed[key][0], told is not None

    def remove(self, key: int) -> None:
        """Take an article out of its story for good."""
        earlier = self._earlier(key)
        self._gone.add(key)
        if earlier:
            self._leave(key, earlier[0])

    def signed(self) -> Signed:
        """What changed in the tables by which copies are found."""
        return Signed(self._signed, self._into, self._left, self._out_of)

    def _like(self, text: str, signature: bytes) -> int | None:
        """The story of the earliest head that this text nearly equals."""
        wording: Wording | None = None
        for key in sorted({key for band in bands(signature) for key in self._under[band]}):
            own = self._heads.get(key)  # of a head whose signature was lost with a damaged page there is none
            if own is None or not seem_alike(own, signature) or (head := self._wording(key)) is None:
                continue
            wording = wording or Wording(text)
            if wording.nearly_equals(head[1]):
                return head[0]
        return None

    def _wording(self, key: int) -> tuple[int, Wording] | None:
        """The story and the wording of a head."""
        if key not in self._compared and (found := self._earlier(key)):
            self._compared[key] = (found[0], Wording(found[1]))
        return self._compared.get(key)

    def _earlier(self, key: int) -> tuple[int, str] | None:
        """The story and the text of an article as they are by now."""
        if key in self._placed:
            return self._placed[key]
        self._fetch([key])
        return self._read[key]

    def _fetch(self, keys: Iterable[int]) -> None:
        """Read these articles, unless they were read: all at once, since an archive may lie far away."""
        wanted = [key for key in keys if key not in self._read]
        found = self._kept.texts(wanted) if wanted else {}
        self._read.update((key, found.get(key)) for key in wanted)

    def _alike(self) -> Iterator[int]:
        """The heads that one of these articles will be compared with."""
        for signature in filter(None, self._signatures.values()):
            for key in {key for band in bands(signature) for key in self._under[band]}:
                if key in self._heads and seem_alike(self._heads[key], signature):
                    yield key

    def _stand(self, key: int, signature: bytes) -> None:
        """Make an article the head of its story."""
        self._heads[key] = self._signed[key] = signature
        for band in bands(signature):
            heads = self._under[band]
            if len(heads) < _MOST_HEADS and key not in heads:
                heads.append(key)
                self._into.add((band, key))

    def _leave(self, key: int, story: int) -> None:
        """Take an article out of its story; the earliest of the others follows a head."""
        signature = self._heads.get(key) or self._kept.signatures([key]).get(key)
        if signature is None or (key in self._left and key not in self._heads):
            return
        self._left.add(key)
        self._heads.pop(key, None)
        self._signed.pop(key, None)
        for band in bands(signature):
            self._into.discard((band, key))
            self._out_of.add((band, key))
            if key in self._under.get(band, ()):
                self._under[band].remove(key)
        others = [each for each in self._kept.members(story) if each not in self._placed]
        others += [each for each, (told, _) in self._placed.items() if told == story]
        heir = min((each for each in others if each != key and each not in self._gone), default=None)
        found = None if heir is None else self._earlier(heir)
        if heir is None or found is None:
            self._told.discard(story)
        elif signature := self._signature(found[1]):
            self._stand(heir, signature)

    def _signature(self, text: str) -> bytes | None:
        if text not in self._signatures:
            (signature,) = signatures([text])
            self._signatures[text] = signature
            self._look_up([signature] if signature else [])
        return self._signatures[text]

    def _look_up(self, signatures: Iterable[bytes]) -> None:
        """Fetch the heads under the bands of these signatures."""
        new = {band for signature in signatures for band in bands(signature)} - self._under.keys()
        self._under.update({band: [] for band in new})
        for band, key in self._kept.banded(list(new)):
            if (band, key) not in self._out_of:
                self._under[band].append(key)
        unread = {key for band in new for key in self._under[band]} - self._heads.keys()
        self._heads.update(self._kept.signatures(list(unread)))

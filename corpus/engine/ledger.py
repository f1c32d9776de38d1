"""What every engine keeps beside the articles: the keeper's books, and what people set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from corpus.engine.values import Barred, Book
from corpus.model import Act, InputStatus, Limit, Rejection, Withheld

_MOST_REFUSED = 1_000  # rejections of one file that are remembered; a file with more of them is read again each time


class Ledger(Protocol):
    """The books of one archive. Each verb is durable when it returns, or when the transaction around it ends."""

    # What was read.

    def book(self, place: str) -> Book | None:
        """What is known of the file at this place, if it was ever read."""

    def open_book(self, place: str, root: str) -> int:
        """Begin to read the file at this place, which is or lies in ``root``; gives its key.

        Until ``close_book`` it counts as not read.
        """

    def saw(self, sightings: Iterable[tuple[int, int, int]]) -> None:
        """These files hold these articles, as was seen in this run: file, key, run."""

    def close_book(
        self,
        file: int,
        checksum: bytes | None,
        way: str,
        *,
        articles: int,
        refused: Sequence[Rejection],
        run: int | None,
        validators: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """A file was read; with a ``run`` to its end, so that what was not seen in it is in it no longer.

        Where something of it was refused for a reason that passes, it counts as not read.
        """

    def refused(self, file: int) -> list[Rejection]:
        """What was rejected of a file when it was read."""

    def places(self, root: str) -> Iterator[tuple[int, str]]:
        """The key and the place of each file that was read from this root and not missed since."""

    def missed(self, files: Iterable[int]) -> None:
        """These files are there no longer."""

    def vanished(self, roots: Sequence[str]) -> list[int]:
        """The keys of the articles that these roots held and that no file holds any more, in order."""

    def unsee(self, keys: Sequence[int]) -> None:
        """No file holds these articles any more; files that are gone are forgotten with the last of theirs."""

    def read_again(self, keys: Sequence[int]) -> None:
        """Whatever files held these articles are to be read again, changed or not."""

    def holding(self, key: int) -> list[str]:
        """The places of the files that held this article and are not gone."""

    def roots(self) -> dict[str, InputStatus]:
        """What was read from each root."""

    # What must not be shown.

    def withhold(self, withheld: Iterable[Withheld]) -> None:
        """Take these down."""

    def release(self, ids: Sequence[str]) -> None:
        """Let these come again."""

    def withheld(self, ids: Sequence[str] | None = None) -> dict[str, Withheld]:
        """What was taken down, of these ids or all, by id; the last one first."""

    def barred(self, ids: Sequence[str], stories: Sequence[int]) -> list[Barred]:
        """What was taken down under one of these ids, or with such a text."""

    # What was corrected.

    def correct(self, article_id: str, fields: dict[str, object], was: dict[str, object]) -> None:
        """Keep these fields of an article as its keeper wants them, whatever its file says, and what stood there."""

    def corrections(self, ids: Sequence[str]) -> dict[str, tuple[dict[str, object], dict[str, object]]]:
        """The corrected fields of those of these articles that have any, and what stood there instead."""

    # How much of a source may be shown.

    def limit(self, source: str, characters: int | None) -> None:
        """Show at most so many characters of an article of this source; None: as of any other."""

    def limits(self) -> tuple[Limit, ...]:
        """Every source of which only so much may be shown."""

    # Who did what.

    def acting(self) -> AbstractContextManager[None]:
        """Say, as long as the block lasts, that this process is at an act: so nobody takes that for cut off."""

    def begin_act(self, who: str, what: str, about: str) -> int:
        """Write down that an act has begun; gives its number, which only grows."""

    def end_act(self, act: int, outcome: str) -> None:
        """Write down how an act ended."""

    def cut_off(self) -> None:
        """Write down of all acts without an outcome that they were cut off, unless somebody is at one."""

    def acts(self, limit: int, before: int | None = None, by: str = "") -> list[Act]:
        """The last acts, the newest first; ``before`` this one, ``by`` those whose name begins so."""

    # Which feeds are looked at.

    def follow(self, url: str, name: str) -> None:
        """Look at this feed from now on, under this name."""

    def unfollow(self, url: str) -> bool:
        """Look at this feed no more, and forget its entries; whether it was looked at."""

    def feeds(self) -> list[tuple[int, str, str, dict[str, Any]]]:
        """Every feed that is looked at: its key, its address, its name, and how it was left, as ``leave`` was told."""

    def entries(self, feed: int) -> dict[bytes, tuple[bytes, int]]:
        """What is remembered of the entries of this feed: a checksum and a count for each."""

    def put_off(self, feeds: Iterable[tuple[int, Mapping[str, object]]]) -> None:
        """Remember how each of these feeds is, by its key; its entries stay as they were left."""

    def leave(self, feed: int, state: Mapping[str, object], entries: Mapping[bytes, tuple[bytes, int]]) -> None:
        """Remember how this feed was left, and its entries in the place of those before."""

    # What people set.

    def documents(self, keys: Sequence[str]) -> dict[str, str]:
        """Those of the documents under these keys that there are, as they were written."""

    def keep(self, key: str, document: str) -> None:
        """Keep a document under this key, in the place of the one that was there."""

    def drop(self, key: str) -> None:
        """Let go of the document under this key, if there is one."""

    def drop_all(self, prefix: str) -> int:
        """Let go of every document whose key begins like this; say how many there were."""


def remembered(refused: Sequence[Rejection]) -> bool:
    """Whether a file of which this was rejected need not be read again as long as it is as it was."""
    return len(refused) <= _MOST_REFUSED and not any(each.passing for each in refused)


def storable(text: str) -> str:
    """A text as any engine keeps it: what comes from a command line or a file's name may have halves of characters."""
    return text.encode("utf-8", "replace").decode()

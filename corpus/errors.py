"""What can go wrong, as one tree. Every leaf says in one sentence what happened and what to do next.

CorpusError
├── QueryError        EmptyQuery
├── IngestError       UnreadableInput
├── StoreError        CorpusMissing · CorpusLocked · CorpusTooNew · CorpusUnwritable · CorpusDamaged · DocumentTooLarge
├── SearchIndexError  NotIndexed · ReindexInProgress · SearchTimeout
└── EvaluationError   UnusableCollection · RunUnwritable · MeasuresMissing

``str(error)`` is the sentence for people. Knows nothing of Discord, the shell or exit codes.
"""

from collections.abc import Sequence

from corpus.told import Told


class CorpusError(Exception):
    """Anything that the archive has to tell instead of an answer; ``told`` is the sentence for people."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


class QueryError(CorpusError):
    """The question cannot be asked."""


class EmptyQuery(QueryError):
    """Nothing was asked: no word, no phrase, no filter."""

    def __init__(self, notes: Sequence[str] = ()) -> None:
        asked = Told('The query is empty: type a word, a "phrase" or a filter such as source:NAME or after:2023.')
        super().__init__(" ".join([*notes, asked]) if notes else asked)


class IngestError(CorpusError):
    """Something could not be taken in."""


class UnreadableInput(IngestError):
    """A file or folder that cannot be read as articles at all."""

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(f"{origin}: {reason}")
        self.origin = origin
        self.reason = reason


class StoreError(CorpusError):
    """The archive's database cannot be used."""


class CorpusMissing(StoreError):
    """There is no archive where one was expected."""

    def __init__(self, place: str) -> None:
        super().__init__(Told("There is no archive in {place}: fill one with `dateline ingest PATH`.", place=place))


class CorpusLocked(StoreError):
    """Another process is changing the archive."""

    def __init__(self, place: str) -> None:
        super().__init__(f"The archive in {place} is being changed by another process: try again when it has ended.")


class CorpusTooNew(StoreError):
    """The archive was written by a newer version of Dateline."""

    def __init__(self, place: str, found: int, known: int) -> None:
        super().__init__(
            f"The archive in {place} has format {found}, this version knows up to {known}: upgrade Dateline."
        )


class CorpusUnwritable(StoreError):
    """The disk does not take what has to be written: it is full, read-only or gone."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"The archive in {place} cannot be written ({reason}): check its disk and permissions.")


class CorpusDamaged(StoreError):
    """The archive's database cannot be read."""

    def __init__(self, place: str, reason: str) -> None:
        mend = "restore archive.db from a backup, or move it away and ingest again"
        super().__init__(f"The archive in {place} is damaged ({reason}): {mend}.")


class DocumentTooLarge(StoreError):
    """More was to be remembered under one key than an archive keeps there."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(
            Told(
                "This cannot be remembered: it takes {size} bytes, and {most} are the most. Make it shorter.",
                size=size,
                most=most,
            )
        )


class SearchIndexError(CorpusError):
    """The search index cannot answer."""


class NotIndexed(SearchIndexError):
    """There is no usable index and none can be built right now."""

    def __init__(self) -> None:
        super().__init__("The archive has no usable index yet: build it with `dateline reindex --index-only`.")


class ReindexInProgress(SearchIndexError):
    """A reindex is running already."""

    def __init__(self) -> None:
        super().__init__("A reindex is running already: wait for it to end.")


class SearchTimeout(SearchIndexError):
    """The answer did not come in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The search took longer than {seconds:g} seconds: ask with fewer words, or try again.")


class EvaluationError(CorpusError):
    """The archive's answers cannot be measured."""


class UnusableCollection(EvaluationError):
    """A collection that cannot be read, or has nothing to measure by."""

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(f"{origin}: {reason}.")


class RunUnwritable(EvaluationError):
    """The file that a ranking should be written to cannot be."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place} cannot be written ({reason}): name another file with --run.")


class MeasuresMissing(EvaluationError):
    """The library that measures is not installed."""

    def __init__(self) -> None:
        super().__init__("ir_measures is not installed, which measures the answers: `pip install ir-measures`.")

"""What can go wrong, as one tree. Every leaf says in one sentence what happened and what to do next.

CorpusError
├── QueryError        EmptyQuery · QuoteTooShort
├── IngestError       UnreadableInput · UnusableCorrection · UnknownInput · UnusableFetching · FetchFailed
├── StoreError        CorpusMissing · CorpusLocked · CorpusTooNew · CorpusUnwritable · CorpusDamaged ·
│   │                 CorpusUnfinished · CorpusThere · EngineMissing · DocumentTooLarge · BackupFailed · CorpusInUse
│   └── ClusterError  CorpusUnreachable · CorpusSlow · CorpusIncomplete
├── SearchIndexError  NotIndexed · SearchTimeout
└── EvaluationError   UnusableCollection · RunUnwritable · MeasuresMissing

``str(error)`` is what people read, in English; its parts can be said in other languages. Knows nothing of Discord, the
shell or exit codes.
"""

from collections.abc import Sequence

from corpus.told import Told


class CorpusError(Exception):
    """Anything that the archive has to tell instead of an answer.

    ``told`` is the sentence for people, which knows what it was made of, unless a child process said it. The ``notes``
    go before it, and say how the question was read.
    """

    def __init__(self, told: str, notes: Sequence[Told] = ()) -> None:
        super().__init__(" ".join([*notes, told]))
        self.told = told
        self.notes = tuple(notes)

    def __reduce__(self) -> tuple[object, ...]:
        """How it passes from one process to another: each kind is made in its own way, and so not made anew."""
        return type(self).__new__, (type(self), *self.args), self.__dict__


class QueryError(CorpusError):
    """The question cannot be asked."""


class EmptyQuery(QueryError):
    """Nothing was asked: no word, no phrase, no filter."""

    def __init__(self, notes: Sequence[Told] = ()) -> None:
        super().__init__(
            Told('The query is empty: type a word, a "phrase" or a filter such as source:NAME or after:2023.'), notes
        )


class QuoteTooShort(QueryError):
    """What was given as a quote is said in too many articles to be one."""

    def __init__(self, least: int) -> None:
        super().__init__(Told("A quote has at least {least} words: give more of what was said.", least=least))


class IngestError(CorpusError):
    """Something could not be taken in."""


class UnreadableInput(IngestError):
    """A file or folder that cannot be read as articles at all."""

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(Told("{origin}: {reason}", origin=origin, reason=reason))
        self.origin = origin
        self.reason = reason


class UnusableCorrection(IngestError):
    """What a keeper typed to correct an article cannot stand in its place."""


class UnknownInput(IngestError):
    """An input was named that there is not."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        if names:
            told = Told("No input is called “{name}”: there are {known}.", name=name, known=tuple(names))
        else:
            told = Told("No input is called “{name}”, and none is configured: set CORPUS_INPUTS.", name=name)
        super().__init__(told)


class UnusableFetching(IngestError):
    """What may be fetched was said in a way that cannot be read."""


class FetchFailed(IngestError):
    """What stands at an address could not be had; ``retry_after`` is how many seconds its host asks us to wait."""

    def __init__(self, url: str, reason: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(Told("{url}: {reason}.", url=url, reason=reason))
        self.url = url
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


class StoreError(CorpusError):
    """The archive's database cannot be used."""


class CorpusMissing(StoreError):
    """There is no archive where one was expected."""

    def __init__(self, place: str) -> None:
        super().__init__(Told("There is no archive in {place}: fill one with `dateline ingest PATH`.", place=place))


class CorpusLocked(StoreError):
    """Another process is changing the archive."""

    def __init__(self, place: str) -> None:
        super().__init__(
            Told(
                "The archive in {place} is being changed by another process: try again when it has ended.", place=place
            )
        )


class CorpusTooNew(StoreError):
    """The archive was written by a newer version of Dateline."""

    def __init__(self, place: str, found: int, known: int) -> None:
        super().__init__(
            Told(
                "The archive in {place} has format {found}, this version knows up to {known}: upgrade Dateline.",
                place=place,
                found=found,
                known=known,
            )
        )


class CorpusUnwritable(StoreError):
    """The disk does not take what has to be written: it is full, read-only or gone."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            Told(
                "The archive in {place} cannot be written ({reason}): check its disk and permissions.",
                place=place,
                reason=reason,
            )
        )


class CorpusDamaged(StoreError):
    """The archive's database cannot be read."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            Told(
                "The archive in {place} is damaged ({reason}): "
                "restore archive.db from a backup, or move it away and ingest again.",
                place=place,
                reason=reason,
            )
        )


class ClusterError(StoreError):
    """The cluster that has the archive does not answer, or not as it should; it may in a moment."""


class CorpusUnreachable(ClusterError):
    """The cluster that has the archive does not answer, or not us. Where it lies is nothing for everybody to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            Told(
                "The archive's cluster cannot be reached ({reason}): try again in a minute. If that does not help, "
                "whoever keeps the archive should look whether the cluster runs.",
                reason=reason,
            )
        )


class CorpusSlow(ClusterError):
    """The cluster that has the archive did not answer in time: it stands still, or was asked for too much."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            Told(
                "The archive's cluster did not answer within {seconds} seconds: ask again in a moment, or for less. If "
                "that does not help, whoever keeps the archive should look whether the cluster runs.",
                seconds=f"{seconds:g}",
            )
        )


class CorpusIncomplete(ClusterError):
    """The cluster that has the archive could only answer in part, which is no answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            Told(
                "The archive's cluster could not answer in whole just now ({reason}): try again in a moment.",
                reason=reason,
            )
        )


class CorpusUnfinished(StoreError):
    """An archive was to be filled from another one, and was not filled to the end."""

    def __init__(self, place: str) -> None:
        super().__init__(
            Told("The archive {place} has only a part of another one: run `dateline copy` once more.", place=place)
        )


class CorpusThere(StoreError):
    """An archive was to be copied to where there is one already."""

    def __init__(self, place: str) -> None:
        super().__init__(
            Told("There is an archive in {place} already: nothing is copied over it. Name another place.", place=place)
        )


class EngineMissing(StoreError):
    """The library that speaks to a cluster is not installed."""

    def __init__(self) -> None:
        super().__init__(
            Told("opensearch-py is not installed, which speaks to the cluster: `pip install 'opensearch-py>=3,<4'`.")
        )


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


class BackupFailed(StoreError):
    """A backup cannot be written to where it was wanted."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            Told("The backup {file} was not made: {reason}. Name another place for it.", file=file, reason=reason)
        )


class CorpusInUse(StoreError):
    """The archive's database would have to be replaced, while another process has it open."""

    def __init__(self, place: str) -> None:
        super().__init__(
            Told(
                "The archive in {place} is open in another process, and its database cannot be replaced under it: stop "
                "Dateline, then run `dateline verify --repair`.",
                place=place,
            )
        )


class SearchIndexError(CorpusError):
    """The search index cannot answer."""


class NotIndexed(SearchIndexError):
    """There is no usable index and none can be built right now."""

    def __init__(self) -> None:
        super().__init__(Told("The archive has no usable index yet: build it with `dateline reindex --index-only`."))


class SearchTimeout(SearchIndexError):
    """The answer did not come in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            Told(
                "The search took longer than {seconds} seconds: ask with fewer words, or try again.",
                seconds=f"{seconds:g}",
            )
        )


class EvaluationError(CorpusError):
    """The archive's answers cannot be measured."""


class UnusableCollection(EvaluationError):
    """A collection that cannot be read, or has nothing to measure by."""

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(Told("{origin}: {reason}.", origin=origin, reason=reason))


class RunUnwritable(EvaluationError):
    """The file that a ranking should be written to cannot be."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            Told("{place} cannot be written ({reason}): name another file with --run.", place=place, reason=reason)
        )


class MeasuresMissing(EvaluationError):
    """The library that measures is not installed."""

    def __init__(self) -> None:
        super().__init__(Told("ir_measures is not installed, which measures the answers: `pip install ir-measures`."))

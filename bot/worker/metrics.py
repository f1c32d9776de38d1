"""What the worker counts, in the form that Prometheus reads. No name, no id, no question is among it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from corpus import Corpus, CorpusError, CorpusStatus

if TYPE_CHECKING:
    from bot.client import Dateline

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LAG = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
_TICK = 0.05  # seconds between two measurements of the loop's lag


class Metrics:
    """The counters of one worker."""

    def __init__(self, client: Dateline) -> None:
        self._client = client
        self._registry = CollectorRegistry()
        self._ended = Counter(
            "dateline_interactions",
            "What people used, and how it ended.",
            ["command", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "dateline_interaction_seconds",
            "From the event to the end of the answer.",
            ["command"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._lag = Histogram(
            "dateline_loop_lag_seconds", "How late the event loop wakes.", buckets=_LAG, registry=self._registry
        )
        self._now = _Now(client)
        self._registry.register(self._now)
        ProcessCollector(registry=self._registry)
        client.journal.watchers.append(self._count)

    async def page(self) -> bytes:
        """All of it, as a monitor reads it."""
        try:
            self._now.status = await self._client.archive.ask(Corpus.status)
        except CorpusError:
            self._now.status = None
        return generate_latest(self._registry)

    async def watch(self) -> None:
        """Measure the loop's lag, for as long as it runs."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _TICK
            await asyncio.sleep(_TICK)
            self._lag.observe(max(loop.time() - due, 0.0))

    def _count(self, command: str, outcome: str, seconds: float) -> None:
        self._ended.labels(command, outcome.partition(":")[0]).inc()
        self._seconds.labels(command).observe(seconds)


class _Now(Collector):
    """What is so at this moment; ``status`` is what the archive held when it was last asked."""

    def __init__(self, client: Dateline) -> None:
        self._client = client
        self.status: CorpusStatus | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        client, pulse = self._client, self._client.pulse
        yield _gauge("dateline_open_interactions", "Interactions that are being answered.", len(client.journal))
        yield _gauge("dateline_shards_alive", "Shards that are connected and live.", len(pulse.alive))
        yield _gauge("dateline_shards", "Shards that this worker has.", len(client.own_shards))
        yield _gauge("dateline_silence_seconds", "Since the quietest shard gave a sign of life.", pulse.silence)
        yield _gauge("dateline_servers", "Servers that the bot is in.", len(client.guilds))
        keeping = client.upkeep.running is not None
        yield _gauge("dateline_keeping", "1 while the archive is being reindexed or filled.", int(keeping))
        yield _gauge(
            "dateline_archive_sound",
            "0 where damage was found that nobody has mended.",
            int(client.checkup.damage is None),
        )
        if self.status is not None:
            yield _gauge("dateline_articles", "Articles in the archive.", self.status.articles)
            yield _gauge("dateline_sources", "Outlets in the archive.", self.status.sources)
            if self.status.indexed_at is not None:
                indexed = self.status.indexed_at.timestamp()
                yield _gauge("dateline_indexed_timestamp_seconds", "When the index last changed.", indexed)


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, value=value)

"""The measurement under load is one: it asks the real worker, counts what goes wrong, and tells growth from a bump."""

import pytest

from benchmarks.load import lag
from benchmarks.load.archive import kept
from benchmarks.load.outcome import judged
from benchmarks.load.soak import growth
from benchmarks.load.stage import Audience, stage

EPHEMERAL = 1 << 6
CALM = "Many people are asking right now: try again in a few seconds."


def notice(text: str, flags: int = EPHEMERAL) -> dict[str, object]:
    return {"flags": flags, "components": [{"type": 17, "components": [{"type": 10, "content": text}]}]}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("load")


@pytest.fixture(scope="module")
def archive(cache):
    return kept(cache, 200, seed=1)


def test_five_hundred_interactions_have_their_answer_and_the_worker_is_alive(archive):
    with stage(archive, Audience(people=500, servers=20)) as worker:
        turn = worker.turn("short", 30, 17)  # what a machine with other work still answers
        assert worker.exit_code is None
    assert turn.sent == sum(turn.outcomes.values()) > 400
    assert turn.errors == 0, turn.notices
    assert {kind.partition(",")[0] for kind in turn.kinds} == {"search", "turn a page", "read", "suggest"}
    assert 0 < turn.first.p50 <= turn.answered.p50
    assert turn.lag.most > 0
    assert turn.memory.together >= turn.memory.most > 10
    assert turn.processors.bot > 0


def test_an_archive_is_built_once(cache, archive):
    built = (archive.folder / "archive.db").stat().st_ino
    assert kept(cache, 200, seed=1) == archive
    assert (archive.folder / "archive.db").stat().st_ino == built


def test_a_reindex_goes_on_while_people_ask(archive):
    with stage(archive, Audience(people=50, servers=5)) as worker:
        worker.reindex()
        turn = worker.turn("during reindex", 10, 5)
    assert turn.errors == 0, turn.notices
    assert turn.reindexed
    assert turn.processors.children > 0


def test_a_worker_that_is_killed_leaves_errors_and_no_answers(archive):
    with stage(archive, Audience(people=50, servers=5)) as worker:
        worker._bot.kill()
        worker._bot.wait()
        turn = worker.turn("dead", 20, 0.5)
        assert worker.exit_code is not None
    assert turn.errors == turn.sent > 0


@pytest.mark.parametrize(
    ("body", "at_once", "outcome"),
    [
        (notice(CALM), True, "refused"),
        (notice(CALM), False, "trouble"),
        (notice(CALM, flags=0), True, "trouble"),
        (notice("Something went wrong. The log of the bot tells more under `0a1b2c3d`."), True, "trouble"),
        (notice("This message can no longer do that: ask again with </search:1>."), True, "trouble"),
        (notice("The search took longer than 2.5 seconds: ask with fewer words, or try again."), True, "trouble"),
        ({"components": [{"type": 1, "components": [{"type": 2, "custom_id": "read:a"}]}]}, False, "answered"),
        ({"components": [{"type": 1, "components": [{"type": 2, "url": "https://a.example"}]}]}, False, "trouble"),
    ],
)
def test_an_answer_can_be_acted_on_and_a_refusal_comes_at_once_and_privately(body, at_once, outcome):
    assert judged(body, at_once=at_once) == outcome


def test_growth_is_a_slope_after_the_warm_up_and_no_bump():
    warm = [(float(second), 60.0 + second) for second in range(10)]
    level = [(float(second), 100.0 + second % 2) for second in range(10, 101)]
    rising = [(float(second), 100.0 + second / 10) for second in range(10, 101)]
    assert abs(growth(warm + level)) < 0.2
    assert growth(warm + rising) == pytest.approx(9.0, abs=0.1)


def test_the_worker_s_own_histogram_gives_the_bound_of_a_percentile():
    before = lag.Counter({0.005: 100, 0.02: 110, float("inf"): 110})
    after = lag.Counter({0.005: 190, 0.02: 209, float("inf"): 210})
    assert lag.bound(before, after, 50) == pytest.approx(5)
    assert lag.bound(before, after, 99) == pytest.approx(20)
    assert lag.bound(before, before, 99) is None

"""Whatever is read or rendered, nothing but an answer comes of it: some of what `make fuzz` throws by the million."""

import fuzz_readers


def test_a_few_hundred_broken_inputs_of_every_kind_are_answers_within_their_bounds():
    counted, _, _ = fuzz_readers.run(seed=7, number=1_500, slowest=5 * fuzz_readers.SLOWEST)  # others use the machine
    assert counted.total() == 1_500
    assert len(counted) >= 14, "a kind was never drawn"


def test_every_kind_of_message_is_among_the_renderings():
    modules = {name.partition("::")[0] for name in fuzz_readers.renderings()}
    assert {f"test_bot_{name}" for name in fuzz_readers.RENDERING} == modules

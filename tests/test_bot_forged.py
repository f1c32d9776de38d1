"""Whatever a press says it is, of an old message or of none that the bot ever sent, it is answered."""

from __future__ import annotations

import random

import pytest
from bot_process import started

from bot.screens import ACTS, KEEPING
from corpus import Corpus
from discord_double import ADMINISTRATOR, DiscordDouble
from discord_double.limits import BUTTON

ODD = [
    "", "0", "-1", "99", "1_0", "٣", "²", "9" * 90, "-" + "9" * 90, "1e9", "nan", "..", "../../etc", "kv6hr54xyx",
    "--erase", "2024-01-01..2023-01-01", "9999-12-31..", "all", "\0", "`", "@everyone", "a b", "\ud800", "👩\u200d👧",
]  # fmt: skip


def forged(source: random.Random, act: str) -> str:
    """A custom_id of this act with any arguments, as long as one may be."""
    return ":".join([act, *(source.choice(ODD) for _ in range(source.randint(0, 4)))])[:100]


@pytest.mark.asyncio
@pytest.mark.parametrize("person", ["reader", "owner"])
async def test_any_custom_id_of_any_act_is_an_answer_and_no_incident(own_archive, person):
    source = random.Random(7)
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive, LIMIT_PER_USER="0", LIMIT_PER_SERVER="0")
        by = discord.owner if person == "owner" else discord.user("reader", permissions=ADMINISTRATOR)
        shown = None
        for act in [*ACTS, "unheard-of", ""]:
            for _ in range(5):
                if shown is None or shown.message is None:  # somebody may delete it
                    shown = await discord.user("reader").slash("search", query="flood", public=True)
                data = {"component_type": BUTTON, "custom_id": forged(source, act) or ":", "id": 1}
                await shown._use(disabled=False, data=data, by=by, timeout=20, first_response=True)
        await discord.caught_up()
        assert "incident" not in bot.output
        bot.terminate()
        assert await bot.wait() == 0
    with Corpus.open(own_archive) as corpus:
        assert corpus.status().articles >= 40
        if person == "reader":
            assert not [act for act in corpus.acts(9) if act.who.startswith("discord:")], (
                "who keeps nothing did something"
            )
            assert bot.output.count("outcome=refused") == 5 * len(KEEPING)

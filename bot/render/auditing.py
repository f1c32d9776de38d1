"""Who did what to the archive, ten acts a page, the last one first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from discord import ui
from discord.utils import format_dt

from bot.language import Language
from bot.markdown import Markdown, code, prose, short
from bot.render.layout import button, clip, panel, row, view
from corpus import Act

PAGE = 10
"""Acts on a page."""

_WHO, _WHAT, _ABOUT, _OUTCOME = 40, 30, 120, 120  # UTF-16 units: ten acts are within a message
_BY_DISCORD = re.compile(r"discord:(\d{15,20})(?: .*)?", re.DOTALL)


def audit(acts: Sequence[Act], language: Language, *, more: bool) -> ui.LayoutView:
    """A page of acts; ``more`` says that there are older ones."""
    if not acts:
        return view(panel(language.say("Nothing older is written down.")))
    lines = [line for each in acts for line in _entry(each, language)]
    older = button(language.label("Older"), "audit", acts[-1].key)
    return view(panel(clip("\n".join([f"### {language.say('Audit')}", *lines]))), row(older) if more else None)


def _entry(act: Act, language: Language) -> list[str]:
    about = f" {code(short(act.about, _ABOUT))}" if act.about else ""
    outcome = language.say("has not ended, or was killed") if act.outcome is None else _outcome(act.outcome)
    when = format_dt(act.at, "f")
    return [f"{when} · {_who(act.who)} · **{prose(short(act.what, _WHAT))}**{about}", f"-# {act.key} · {outcome}"]


def _who(who: str) -> Markdown:
    """Whoever acted, as a mention where that is somebody on Discord."""
    found = _BY_DISCORD.fullmatch(who)
    return Markdown(f"<@{found[1]}>") if found else code(short(who, _WHO))


def _outcome(outcome: str) -> Markdown:
    return prose(short(outcome, _OUTCOME))

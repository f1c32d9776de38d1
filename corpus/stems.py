"""From a word as it is written to the term it is found by: folded, then stemmed by the language of its text.

A word in another script than that language's is stemmed by the language which the script mostly stands for: a Russian
name in an English article is the same term as in a Russian one, and one analysis does for both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import tantivy

# English words that say how a sentence is built and not what it is about.
_ENGLISH = """
    a an the this that these those such same own each every either neither some any all both few more most other
    another much many no nor not none only very too so than
    i me my mine myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
    it its itself they them their theirs themselves one's
    what which who whom whose when where why how whether
    am is are was were be been being have has had having do does did doing done can could may might must shall should
    will would ought
    and or but if because as until while although though unless since
    of at by for with about against between into through during before after above below to from up down in out on off
    over under again further then once here there upon within without among toward towards via per
    just also however thus hence therefore yet still
    i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd i'll you'll
    he'll she'll we'll they'll isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't
    shan't shouldn't can't cannot couldn't mustn't let's that's who's what's here's there's when's where's why's how's
"""

# The same in Arabic, folded; each can have "and" before it.
_ARABIC = """
    في من علي الي عن مع ان انه انها انهم هذا هذه ذلك تلك هناك التي الذي الذين ما ماذا من متي اين كيف لماذا هل لم لن لا
    ليس قد كان كانت يكون تكون هو هي هم نحن انا بعد قبل بين او ثم كما كل حتي اذا عند منذ خلال حول دون ضد امام به بها فيه
    فيها منه منها عليه عليها له لها لهم لكن اي ايضا حيث عبر بعض غير
"""
STOP_WORDS = frozenset(_ENGLISH.split())
"""English words that say how a sentence is built and not what it is about."""

_OWN_STOP_WORDS = {
    "english": sorted(STOP_WORDS),
    "arabic": [f"{joined}{word}" for word in _ARABIC.split() for joined in ("", "و")],
}


class Kind(NamedTuple):
    """How the words of a text are stemmed: those in this script by this stemmer (None: not), others by the usual."""

    script: str
    stemmer: str | None


DEFAULT = Kind("latin", "english")
"""For texts whose language is not known."""

_USUAL = {"latin": "english", "cyrillic": "russian", "arabic": "arabic", "greek": "greek", "tamil": "tamil"}
_LETTERS = {
    "latin": range(0x250),
    "greek": range(0x370, 0x400),
    "cyrillic": range(0x400, 0x530),
    "arabic": range(0x600, 0x780),
    "tamil": range(0xB80, 0xC00),
}

_STEMMERS = {
    "danish": "da dan",
    "dutch": "nl nld dut",
    "finnish": "fi fin",
    "french": "fr fra fre",
    "german": "de deu ger",
    "hungarian": "hu hun",
    "italian": "it ita",
    "norwegian": "no nor nb nob nn nno",
    "portuguese": "pt por",
    "romanian": "ro ron rum",
    "spanish": "es spa",
    "swedish": "sv swe",
    "turkish": "tr tur",
}
# Languages that need no other stemmers than the usual, or none at all: their words are in other scripts.
_AS_USUAL = """
    en eng und mul zxx mis ru rus ar ara el ell gre ta tam zh zho chi yue ja jpn ko kor th tha lo lao km khm my mya bur
    he iw heb hi hin bn ben mr mar ne nep gu guj pa pan te tel kn kan ml mal si sin ka kat geo hy hye arm am amh yi yid
"""
_CYRILLIC_LETTERS = "uk ukr bg bul sr srp mk mkd mac be bel kk kaz ky kir mn mon tg tgk tt tat"
_ARABIC_LETTERS = "fa fas per prs ur urd ps pus ckb ku kur ug uig sd snd ks kas"
_KINDS = {
    **{code: Kind("latin", stemmer) for stemmer, codes in _STEMMERS.items() for code in codes.split()},
    **dict.fromkeys(_AS_USUAL.split(), DEFAULT),
    **dict.fromkeys(_CYRILLIC_LETTERS.split(), Kind("cyrillic", None)),
    **dict.fromkeys(_ARABIC_LETTERS.split(), Kind("arabic", None)),
}

_MARKS = re.compile(
    "[\u0300-\u0305\u0307\u0309-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff]"
    "|(?<![иу])\u0306|(?<!і)\u0308"  # й, ў and ї are letters of their own
)
_VARIANTS = str.maketrans(
    {**dict.fromkeys("’ʼ", "'"), **dict.fromkeys("ىیېے", "ي"), "ک": "ك", **dict.fromkeys("ةہھەۃ", "ه"), "ٱ": "ا"}
)
_STRAY = re.compile(r"[^\w'&+#.,\u0900-\u109f\u1780-\u17ff]|_")  # what some composed characters hold beside letters

_ENDING = 6  # letters
_ACCENTS = {
    "french": {"e": "éè", "a": "â"},
    "hungarian": {"e": "é"},
    "italian": {"a": "à", "e": "è", "i": "ì", "o": "ò", "u": "ù"},
    "portuguese": {"a": "ãá", "e": "ê", "i": "í", "o": "õ"},
    "spanish": {"i": "í", "o": "ó"},
    "turkish": {"i": "ı"},
}
"""Accents by which a stemmer knows endings."""

_ELISIONS = {
    "french": re.compile(r"(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)'(?=\w)"),
    "italian": re.compile(r"(?:[cdlmnstv]|un|gl|(?:a|da|de|ne|su|co)ll|que(?:st|ll)|sant|tutt)'(?=\w)"),
}
_SPELT = {
    "arabic": ((re.compile("^[وف](?=ال...)"), ""), (re.compile("ه$"), "ة")),
    "portuguese": ((re.compile("c(?:ao|oes)$"), "ção"), (re.compile("oes$"), "ão")),
}
"""What a stemmer wants to see: Arabic's keeps "and" before the article and needs the feminine ending that folding makes
a common letter; Portuguese's makes two stems of nação and nações."""


def kind_of(language: str | None) -> Kind:
    """How texts in a language (a code of two or three letters) are stemmed; unknown languages are not."""
    return _KINDS.get(language, Kind("latin", None)) if language else DEFAULT


def fold(word: str) -> str:
    """The word without case, accents, vowel points and variants of letters, its digits in ASCII.

    The same for every language; what is folded stays as it is.
    """
    if word.isascii():
        return word.lower()
    parted = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    folded = unicodedata.normalize("NFC", _MARKS.sub("", parted)).translate(_VARIANTS)
    if not folded.isascii():
        folded = "".join(map(_digit, _in_ascii(_STRAY.sub("", folded))))
    return folded.lower()


def spelling(word: str) -> str:
    """The folded word as a vocabulary lists it: without what joins its parts, and without a possessive ending."""
    return _joined(fold(word)).removesuffix("'s")


def stem(word: str, kind: Kind) -> str:
    """The term of a word; '' for one that says nothing by itself."""
    folded = _joined(fold(word))
    if not folded:
        return ""
    script = _script(folded)
    name = kind.stemmer if script == kind.script else _USUAL.get(script)
    return _stemmer(name)(word.lower(), folded) if name else folded.removesuffix("'s")


def _script(word: str) -> str:
    if word.isascii():
        return "latin"
    letter = ord(word[0])
    return next((name for name, letters in _LETTERS.items() if letter in letters), "")


class _Stemmer:
    """One of the Snowball stemmers, made to give a word the same stem with and without its accents.

    Some stemmers know endings by their accents (nação, naciones, refugié). Stemmed first and folded then, a word that
    is typed without them is another term: of the accented words in Debian's word lists 15 % in Spanish, 31 % in
    French, 51 % in Portuguese, 64 % in Italian. Folded first, words that belong together come apart: 6, 14, 14 and 5 %
    of the neighbours with one stem. So the folded word gets back whichever accent in its ending makes the stem
    shortest, which depends on the folded word alone: none is lost, and 3, 2, 4 and 1 % come apart.
    """

    def __init__(self, name: str) -> None:
        self._accents = _ACCENTS.get(name, {})
        self._elision = _ELISIONS.get(name)
        self._spelt = _SPELT.get(name, ())
        self._stem = _chain(tantivy.Filter.stemmer(name))
        stop_words = _stop_words(name)
        self._kept = _chain(*stop_words)
        self._kept_stem = _chain(*stop_words, tantivy.Filter.stemmer(name))

    def __call__(self, written: str, folded: str) -> str:
        """The stem of a word, given as it is written in lower case and as it is folded."""
        if self._elision:
            written, folded = self._elision.sub("", written, 1), self._elision.sub("", folded, 1)
        if written != folded and not self._kept(written):
            return ""
        if not self._accents and not self._spelt:
            return fold(self._kept_stem(folded))
        if not self._kept(folded):
            return ""
        for pattern, instead in self._spelt:
            folded = pattern.sub(instead, folded)
        return min((fold(self._stem(each)) for each in self._accented(folded)), key=len)

    def _accented(self, word: str) -> list[str]:
        """The word, and the word with each of the accents that its ending could have."""
        return [word] + [
            f"{word[:place]}{accented}{word[place + 1 :]}"
            for place in range(max(len(word) - _ENDING, 0), len(word))
            for accented in self._accents.get(word[place], "")
        ]


def _chain(*filters: tantivy.Filter) -> Callable[[str], str]:
    """Tantivy's filters over one word; they give '' where nothing of it is left."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    for each in filters:
        builder = builder.filter(each)
    analyzer = builder.build()
    return lambda word: "".join(analyzer.analyze(word))


def _stop_words(language: str) -> list[tantivy.Filter]:
    """What drops stop words: our own lists for English and Arabic, tantivy's where it has one."""
    if own := _OWN_STOP_WORDS.get(language):
        return [tantivy.Filter.custom_stopword(own)]
    listed = tantivy.Filter.stopword(language)
    try:
        _chain(listed)
    except ValueError:
        return []
    return [listed]


def _joined(word: str) -> str:
    """The word without separators of thousands (76,000), dots of acronyms (U.S.) and their like (צה״ל)."""
    if word.isalnum():  # nearly all are, and this look is cheap
        return word
    return word.translate(_IN_NUMBERS if word[:1].isdecimal() else _IN_WORDS)


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


_IN_NUMBERS = str.maketrans({",": None, "٬": None, "٫": ".", "׳": None, "״": None})
_IN_WORDS = str.maketrans({".": None, "׳": None, "״": None})
_stemmer = cache(_Stemmer)
_in_ascii = _chain(tantivy.Filter.ascii_fold())

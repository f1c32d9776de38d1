"""From a word as it is written to the term it is found by: folded, then stemmed by the language of its text.

A word in another script than that language's is stemmed by the language which the script mostly stands for: a Russian
name in an English article is the same term as in a Russian one, and one analysis does for both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import tantivy

# English words that say how a sentence is built and not what it is about.
STOP_WORDS = frozenset(
    """
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
    """.split()
)


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
_CYRILLIC = "uk ukr bg bul sr srp mk mkd mac be bel kk kaz ky kir mn mon tg tgk tt tat"
_ARABIC = "fa fas per prs ur urd ps pus ckb ku kur ug uig sd snd ks kas"
_KINDS = {
    **{code: Kind("latin", stemmer) for stemmer, codes in _STEMMERS.items() for code in codes.split()},
    **dict.fromkeys(_AS_USUAL.split(), DEFAULT),
    **dict.fromkeys(_CYRILLIC.split(), Kind("cyrillic", None)),
    **dict.fromkeys(_ARABIC.split(), Kind("arabic", None)),
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
_AND_THE = re.compile("[وف](?=ال...)")  # Arabic "and", which its stemmer keeps before the article


_NASAL = re.compile("(c?)(?:ao|oes)$")  # Portuguese nação, nações: its stemmer makes two stems of them


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
    letter = ord(folded[0])
    script = next((name for name, letters in _LETTERS.items() if letter in letters), "")
    name = kind.stemmer if script == kind.script else _USUAL.get(script)
    if name is None:
        return folded.removesuffix("'s")
    if name not in _stemmers:
        _stemmers[name] = _Stemmer(name)
    return _stemmers[name](word.lower(), folded)


class _Stemmer:
    """One of the Snowball stemmers, made to give a word the same stem with and without its accents.

    Some stemmers know endings by their accents (nação, naciones, refugié). Stemmed first and folded then, a word that
    is typed without them is another term: of the accented words in Debian's word lists 15 % in Spanish, 34 % in
    French, 53 % in Portuguese, 64 % in Italian. Folded first, words that belong together come apart: 6, 14, 14 and 5 %
    of the neighbours with one stem. So the folded word gets back whichever accent in its ending makes the stem
    shortest, which depends on the folded word alone: 0 % are lost, and 3, 2, 4 and 1 % come apart.
    """

    def __init__(self, name: str) -> None:
        self._accents = _ACCENTS.get(name, {})
        self._elision = _ELISIONS.get(name)
        self._is_arabic, self._is_portuguese = name == "arabic", name == "portuguese"
        self._stem = _chain(tantivy.Filter.stemmer(name))
        self._kept = _kept(name)

    def __call__(self, written: str, folded: str) -> str:
        """The stem of a word, given as it is written in lower case and as it is folded."""
        if self._elision:
            written, folded = self._elision.sub("", written, 1), self._elision.sub("", folded, 1)
        if self._is_arabic:
            folded = _AND_THE.sub("", folded, 1)
            folded = f"{folded[:-1]}ة" if folded.endswith("ه") else folded
        if not (self._kept(folded) and self._kept(written)):
            return ""
        if not self._accents:
            return fold(self._stem(folded))
        whole = _NASAL.sub(_with_tilde, folded) if self._is_portuguese else folded
        return min((fold(self._stem(each)) for each in self._accented(whole)), key=len)

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


def _kept(language: str) -> Callable[[str], str]:
    """Gives '' for a stop word: our own for English, tantivy's lists where it has one."""
    if language == "english":
        return _chain(tantivy.Filter.custom_stopword(sorted(STOP_WORDS)))
    try:
        return _chain(tantivy.Filter.stopword(language))
    except ValueError:
        return _chain()


def _joined(word: str) -> str:
    """The word without separators of thousands (76,000), dots of acronyms (U.S.) and their like (צה״ל)."""
    return word.translate(_IN_NUMBERS if word[:1].isdecimal() else _IN_WORDS)


def _with_tilde(ending: re.Match[str]) -> str:
    return "ção" if ending[1] else "ão"


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


_IN_NUMBERS = str.maketrans({",": None, "٬": None, "٫": ".", "׳": None, "״": None})
_IN_WORDS = str.maketrans({".": None, "׳": None, "״": None})
_in_ascii = _chain(tantivy.Filter.ascii_fold())
_stemmers: dict[str, _Stemmer] = {}

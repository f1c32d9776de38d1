"""An English-looking vocabulary: real words in front, words made of syllables behind. Knows nothing of articles.

The most frequent words are real, so that questions read like questions; the long tail is made of syllables with English
endings and inflected by English rules, so that stemming joins what it would join in real text.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_NOUNS = """
year government country people president company minister city state time day week market police court party group
election report law war bank plan official company deal price member school talk leader case border worker force
power team attack trade oil tax vote agency decision month million home system hospital health family child student
water island port harbour river road bridge train airport factory farm crop wheat harvest ship vessel fleet soldier
army rebel protest strike union wage job budget debt loan bond share investor fund currency rate inflation export
import tariff sanction treaty embassy ambassador envoy parliament senate lawmaker governor mayor council judge
lawyer prosecutor trial verdict prison suspect victim witness bomb blast weapon missile drone recruit network
trafficker migrant refugee visa passport storm flood earthquake drought fire rescue disease virus vaccine doctor
nurse patient drug study scientist researcher university teacher library museum church festival film actor singer
album book author prize match goal coach player season champion league stadium race athlete record satellite rocket
phone software computer energy gas pipeline mine reactor coal forest whale bird climate emission pollution land
house building tenant landlord village region
""".split()

_VERBS = """
say announce report accuse agree allow approve arrest ask attack attend ban block call cancel charge claim close
collect condemn confirm consider continue create criticise cut declare defend delay demand deny deploy describe
detain discuss dismiss earn employ end enter evacuate expand expect expel explain fear file finish follow force
gather halt help hire hope impose improve increase inspect invest investigate join kill launch lead limit list mark
move name need negotiate note offer open oppose order order pass plan play postpone praise present press prevent
promise protect protest publish question raise reach receive recruit reduce reject release remain remove repair
repeat replace report request rescue resign restore return reveal sail score search sentence serve settle share sign
start stop strengthen study support suspend test threaten trade train travel urge visit vote vow walk want warn
welcome work
""".split()

_ADJECTIVES = """
new former last foreign local national public political military economic international early recent major large
small high low senior young old private federal regional northern southern eastern western central central financial
global free strong weak legal illegal human medical nuclear social natural late heavy possible likely serious clear
final annual daily domestic independent joint key main official open poor rich rural urban coastal special tough
violent peaceful deadly costly rare popular secret severe steady sudden temporary urgent vital
""".split()

_GIVEN_NAMES = """
Ana Boris Carla Daniel Elena Felix Grace Hugo Irene Jonas Karin Leon Marta Nadia Oscar Paula Rita Samuel Tara Viktor
Wanda Adam Bianca Cyril Dora Emil Flora Gustav Helen Ivan Julia Kofi Lina Milan Nora Omar Petra Rosa Stefan Thea
Ulla Vera Yusuf Zoe Alma Bruno Clara Dario Esther Frida Georg Hana Isaac Jana Lucas Mona Niels Olga Pablo Rahel
Simon Tomas José Zoë Álvaro Íñigo François Søren
""".split()

_SHORTEST = 4  # letters of a made word
_ONSETS = (
    "b c d f g h j k l m n p r s t v w b c d f l m n p r s t bl br ch cl cr dr fl fr gr pl pr sh st th tr"
).split()
_VOWELS = "a a a e e e e i i i o o o u u ai ea ee oa ou".split()
_CODAS = [*[""] * 14, *"l m n n r r s t nd nt rd rn st".split()]
_NOUN_ENDINGS = ["", "", "", "er", "ion", "ment", "ness", "ity", "ance", "or", "ist", "age", "ism", "ing"]
_VERB_ENDINGS = ["", "", "ate", "ise", "ify", "en"]
_ADJECTIVE_ENDINGS = ["al", "ive", "ous", "ic", "ful", "able", "less", "ian", "y"]
_PLACE_ENDINGS = ["a", "ia", "burg", "ton", "ville", "stan", "ford", "port", "grad", "o", "ina", "land", "mouth"]
_SURNAME_ENDINGS = ["", "", "son", "ov", "ova", "ez", "ski", "man", "er", "ini", "berg", "ic", "é", "ñez", "ström"]
_BODIES = (
    "Ministry of {}|{} Bank|University of {}|{} Union|{} Steel|Port of {}|{} Airlines|{} Council|Radio {}|{} Energy|"
    "{} Institute|{} Police|{} Holdings|{} Rail"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of word: for each of its forms one tuple of spellings, ``forms[form][word]``, most frequent word first."""

    name: str
    forms: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        """How many words, each counted once whatever its forms."""
        return len(self.forms[0])


def vocabulary(seed: int) -> dict[str, Kind]:
    """Every kind of word by name: noun, verb, adjective, person, place, body, number and day.

    About 60,000 words in 150,000 spellings, the same for the same seed.
    """
    chance = random.Random(seed)
    stems = _Stems(chance)
    nouns = stems.words(_NOUNS, _NOUN_ENDINGS, 26_000)
    verbs = stems.words(_VERBS, _VERB_ENDINGS, 8_000)
    adjectives = stems.words(_ADJECTIVES, _ADJECTIVE_ENDINGS, 12_000)
    places = [word.capitalize() for word in stems.words([], _PLACE_ENDINGS, 3_000)]
    surnames = [word.capitalize() for word in stems.words([], _SURNAME_ENDINGS, 9_000)]
    kinds = (
        _inflected("noun", nouns, str, plural),
        _inflected("verb", verbs, str, past, present_participle, plural),
        _inflected("adjective", adjectives, str, adverb),
        Kind("person", (tuple(f"{chance.choice(_GIVEN_NAMES)} {name}" for name in surnames), tuple(surnames))),
        Kind("place", (tuple(places),)),
        Kind("body", (tuple(pattern.format(place) for place in places[:120] for pattern in _BODIES.split("|")),)),
        Kind("number", (tuple(_numbers(chance, 20_000)),)),
        Kind("day", (("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),)),
    )
    return {kind.name: kind for kind in kinds}


class _Stems:
    """Makes words that were not made before."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._made: set[str] = set()

    def words(self, real: list[str], endings: list[str], count: int) -> list[str]:
        """The real words, then made ones up to ``count``; what stands further back tends to be longer."""
        found = list(dict.fromkeys(real))
        self._made.update(found)
        while len(found) < count:
            word = self._syllables(1 if self._chance.random() < 900 / (len(found) + 900) else 2)
            word += self._chance.choice(endings)
            if len(word) >= _SHORTEST and word not in self._made:
                self._made.add(word)
                found.append(word)
        return found

    def _syllables(self, count: int) -> str:
        pick = self._chance.choice
        return "".join(pick(_ONSETS) + pick(_VOWELS) + pick(_CODAS) for _ in range(count))


def _inflected(name: str, words: list[str], *forms: Callable[[str], str]) -> Kind:
    return Kind(name, tuple(tuple(form(word) for word in words) for form in forms))


def _numbers(chance: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        size = int(10 ** (chance.random() * 4.5 + 0.4))
        yield chance.choice([f"{size:,}"] * 4 + [f"{size / 10:.1f} per cent", f"${size:,} million"])


def plural(word: str) -> str:
    """The plural of a noun, which is also the third person of a verb."""
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word[:-1] + "ies" if _consonant_before_y(word) else word + "s"


def past(word: str) -> str:
    """The past of a regular verb; ``said`` for the one that every article has."""
    if word == "say":
        return "said"
    if word.endswith("e"):
        return word + "d"
    return word[:-1] + "ied" if _consonant_before_y(word) else word + "ed"


def present_participle(word: str) -> str:
    """The verb with -ing."""
    return word[:-1] + "ing" if word.endswith("e") and not word.endswith("ee") else word + "ing"


def adverb(word: str) -> str:
    """The adjective with -ly."""
    if word.endswith("ic"):
        return word + "ally"
    if word.endswith("le"):
        return word[:-1] + "y"
    return word[:-1] + "ily" if _consonant_before_y(word) else word + "ly"


def _consonant_before_y(word: str) -> bool:
    return word.endswith("y") and word[-2:-1] not in "aeiou"

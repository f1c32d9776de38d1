"""Raw fields made an article, or the reason why they are none. Knows no form and no file.

An article without text, date or source cannot be attributed: it is refused, never completed by a guess. Its language
is the one thing that is found out where it is not said: nobody is credited with it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from corpus.ingest.clean import clean_line, clean_text
from corpus.ingest.dates import DateOrder, NotYet, Undated, read_date
from corpus.ingest.dedupe import article_id, identity
from corpus.ingest.fields import Field, in_words, picked
from corpus.ingest.headline import derived_headline
from corpus.ingest.language import detect
from corpus.ingest.places import canonical_url, source_of
from corpus.model import Article, PubDate, RawArticle, Rejection

_LONGEST_TEXT = 2_000_000
"""Characters of an article: the longest books have three million, the longest articles a tenth of this."""

_PROSE = ("rendered", "value", "#text")
"""What holds the text where that is an object (WordPress gives ``{"rendered": "<p>..."}``)."""

_HOST_NAMES = ("domain", "url", "href", "host", "uri")
_LONGEST_HEADLINE = 500
_LONGEST_NAME = 200
_LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "dutch": "nl", "english": "en", "french": "fr", "german": "de", "italian": "it",
    "japanese": "ja", "portuguese": "pt", "russian": "ru", "spanish": "es", "turkish": "tr",
    "eng": "en", "spa": "es", "fra": "fr", "deu": "de", "por": "pt", "ita": "it", "rus": "ru", "ara": "ar", "zho": "zh",
}  # fmt: skip
_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx"})  # undetermined, several, uncoded, none (ISO 639-2)

Values = Mapping[Field, list[object]]


class _Refused(Exception):
    """The text is the reason."""


def parse(raw: RawArticle, *, source: str | None = None, dates: DateOrder | None = None) -> Article | Rejection:
    """The article that raw fields describe, cleaned.

    ``source`` stands in where the fields name none, ``dates`` says how 05/09/2023 is to be read: both are the keeper's
    word.
    """
    try:
        return _article(picked(raw.fields), source, dates)
    except (_Refused, Undated) as refusal:
        return Rejection(raw.origin, str(refusal), passing=isinstance(refusal, NotYet))


def is_to_come(raw: RawArticle) -> bool:
    """Whether raw fields are refused for nothing but that their day has not come."""
    try:
        _published(picked(raw.fields), None, None)
    except NotYet:
        return True
    except (_Refused, Undated):
        pass
    return False


def _article(values: Values, default_source: str | None, dates: DateOrder | None) -> Article:
    headline = _line(values, Field.HEADLINE, _LONGEST_HEADLINE)
    text = _text(values, headline)
    language = _language(values)
    published = _published(values, dates, language)
    url = _url(values)
    source, source_name = _source(values, url, default_source)
    given = _line(values, Field.GIVEN_ID, _LONGEST_TEXT)
    return Article(
        id=article_id(identity(source, published, text, url=url, given=given)),
        headline=headline or derived_headline(text),
        text=text,
        source=source,
        source_name=source_name,
        published=published,
        url=url,
        byline=_byline(values),
        section=_line(values, Field.SECTION, _LONGEST_NAME),
        language=language or detect(text),
        headline_derived=not headline,
    )


def _text(values: Values, headline: str | None) -> str:
    """The fullest of the texts an article has (some give a teaser beside it), without its headline repeated on top."""
    text = max((clean_text(in_words(value, "\n", _PROSE)) for value in values.get(Field.TEXT, ())), key=len, default="")
    if not any(map(str.isalnum, text)):
        raise _Refused("no text")
    if len(text) > _LONGEST_TEXT:
        raise _Refused(f"text of more than {_LONGEST_TEXT:,} characters")
    first, _, rest = text.partition("\n")
    return rest if rest and first == headline else text


def _published(values: Values, order: DateOrder | None, language: str | None) -> PubDate:
    """The first date that can be read; if none can, the reason of the first."""
    refusal: Exception | None = None
    for value in values.get(Field.PUBLISHED, ()):
        try:
            return read_date(value, order, language)
        except Undated as error:
            refusal = refusal or error
    raise refusal or _Refused("no date")


def _url(values: Values) -> str | None:
    return next(filter(None, (canonical_url(in_words(value)) for value in values.get(Field.URL, ()))), None)


def _source(values: Values, url: str | None, default: str | None) -> tuple[str, str]:
    name, host = "", ""
    for value in values.get(Field.SOURCE, ()):
        name = name or clean_line(in_words(value), _LONGEST_NAME)
        if isinstance(value, Mapping):
            host = host or in_words(value, naming=_HOST_NAMES)
    for value in values.get(Field.HOST, ()):
        host = host or in_words(value)
    if not name and not host and default:
        name = clean_line(default, _LONGEST_NAME)
    found = source_of(name, clean_line(host, _LONGEST_NAME), url)
    if found is None:
        raise _Refused("no source")
    return found


def _line(values: Values, field: Field, longest: int) -> str | None:
    for value in values.get(field, ()):
        line = clean_line(in_words(_unlisted(value)), longest)
        if line:
            return line
    return None


def _byline(values: Values) -> str | None:
    line = _line(values, Field.BYLINE, _LONGEST_NAME)
    if line is None or re.match(r"https?://\S+$", line):
        return None
    return re.sub(r"^by:?\s+", "", line, flags=re.IGNORECASE) or None


def _unlisted(value: object) -> object:
    """A list that was written into a table as Python shows it: ``['Jane Doe', 'John Roe']``."""
    if isinstance(value, str) and len(value) <= _LONGEST_HEADLINE and re.match(r"\[['\"].*\]$", value):
        try:
            return ast.literal_eval(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return value
    return value


def _language(values: Values) -> str | None:
    """The first part of a language tag (``en`` of ``en-US``), or what a language's English name stands for."""
    word = (_line(values, Field.LANGUAGE, _LONGEST_NAME) or "").lower()
    tag = re.split(r"[-_]", word)[0]
    if word in _LANGUAGES or tag in _LANGUAGES:
        return _LANGUAGES.get(word) or _LANGUAGES[tag]
    return tag if re.fullmatch(r"[a-z]{2,3}", tag) and tag not in _NO_LANGUAGE else None

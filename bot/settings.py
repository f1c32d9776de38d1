"""What the operator sets: the only reader of the environment. Knows nothing of Discord, and opens no archive."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from dotenv import dotenv_values

from corpus import Cluster, Where, addresses, zone

_T = TypeVar("_T")
_PASSWORD = re.compile(r"//[^/\s]*@")  # in an address, where none should be
_SEPARATORS = re.compile(r"[\s,]+")
_PATIENCE = 1.3  # seconds that a question waits for a cluster: with what it is at by then, less than two


class SettingsError(Exception):
    """A setting that cannot be used: one sentence that names it and says what it may be."""


def _token(text: str) -> str | None:
    if not re.fullmatch(r"[!-~]*", text):  # anything else does not pass through the header of a request
        raise ValueError(text)
    return text or None


def _snowflake(text: str) -> int:
    if not re.fullmatch(r"[0-9]{15,20}", text):  # Discord's ids; every one since 2015 has at least 15 digits
        raise ValueError(text)
    return int(text)


def _id(text: str) -> int | None:
    return _snowflake(text) if text else None


def _ids(text: str) -> frozenset[int]:
    return frozenset(_snowflake(word) for word in _SEPARATORS.split(text) if word)


def _number(least: int, most: int) -> Callable[[str], int | None]:
    """Reads a number within these bounds; None where there is no text."""

    def read(text: str) -> int | None:
        if text and not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise ValueError(text)
        return int(text) if text else None

    return read


def _shards(text: str) -> tuple[int, ...]:
    """Numbers and runs of them, such as 0-3,8, in order."""
    found = set[int]()
    for word in filter(None, _SEPARATORS.split(text)):
        if not (run := re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", word)):
            raise ValueError(text)
        first, last = int(run[1]), int(run[2] or run[1])
        if first > last:
            raise ValueError(text)
        found |= set(range(first, last + 1))
    return tuple(sorted(found))


def _switch(text: str) -> bool:
    return {"1": True, "0": False}[text]


def _folder(text: str) -> Path:
    if "\0" in text:
        raise ValueError(text)
    return Path(text).expanduser()


def _index(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,99}", text):  # what OpenSearch takes as the beginning of a name
        raise ValueError(text)
    return text


def _word(*words: str) -> Callable[[str], str]:
    return lambda text: words[words.index(text.lower())]


def _told(why: str, read: Callable[[str], Any], may_be: str, default: str = "") -> dict[str, Any]:
    """What is known of a setting: why it is there, how its text is read, what it may be, its default as text."""
    return {"why": why, "read": read, "may_be": may_be, "default": default}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, under its name in lower case."""

    discord_token: str | None = field(
        default=None,
        repr=False,
        metadata=_told(
            "The bot's token, from the Developer Portal under Bot; without one only the demo runs.",
            _token,
            "the token by itself: one word, without Bot before it",
        ),
    )
    data_dir: Path = field(
        default=Path("data"),
        metadata=_told("The folder of the archive; on a host give it a disk that lasts.", _folder, "a folder", "data"),
    )
    corpus_engine: str = field(
        default="local",
        metadata=_told(
            "What keeps the archive: local, a folder of this machine; opensearch, a cluster that many workers can ask.",
            _word("local", "opensearch"),
            "local or opensearch",
            "local",
        ),
    )
    opensearch_url: tuple[str, ...] = field(
        default=(),
        metadata=_told(
            "Where the cluster's nodes answer, separated by spaces, such as https://search.example:9200.",
            addresses,
            "addresses that begin with https:// or http://, separated by spaces, and without a password",
        ),
    )
    opensearch_index: str = field(
        default="dateline",
        metadata=_told(
            "How the names of the archive's indices begin in the cluster, which may have others.",
            _index,
            "a word of small letters, digits, - and _",
            "dateline",
        ),
    )
    opensearch_shards: int = field(
        default=1,
        metadata=_told(
            "Into how many parts articles and index are divided once made: one for each 30 GB (docs/scale.md).",
            _number(1, 1_000),
            "a number from 1 to 1000",
            "1",
        ),
    )
    opensearch_user: str = field(
        default="", metadata=_told("Who asks the cluster; empty: nobody in particular.", str, "a name")
    )
    opensearch_password: str = field(
        default="", repr=False, metadata=_told("The password of OPENSEARCH_USER.", str, "a password")
    )
    opensearch_ca: Path | None = field(
        default=None,
        metadata=_told(
            "A file with the certificates that the cluster is trusted by; empty: those that this machine trusts.",
            lambda text: _folder(text) if text else None,
            "the name of a file",
        ),
    )
    opensearch_verify: bool = field(
        default=True,
        metadata=_told(
            "1: the cluster must prove who it is; 0: whoever answers is trusted, for a try on one machine alone.",
            _switch,
            "1 or 0",
            "1",
        ),
    )
    corpus_inputs: str = field(
        default="",
        metadata=_told(
            "Where articles come from, as name=location separated by spaces: files, folders, https://… files and "
            "feed:https://… feeds; read when the archive is empty, and by reindex.",
            str,
            "name=location pairs, separated by spaces",
        ),
    )
    fetch_hosts: str = field(
        default="",
        metadata=_told(
            "Hosts that may be fetched from beside those in CORPUS_INPUTS, such as *.news.example: the pages of feeds.",
            str,
            "hosts, separated by spaces",
        ),
    )
    fetch_networks: str = field(
        default="",
        metadata=_told(
            "Networks that may be fetched from although they are not public, such as 10.1.0.0/16.",
            str,
            "networks in CIDR notation, separated by spaces",
        ),
    )
    admin_ids: frozenset[int] = field(
        default=frozenset(),
        metadata=_told(
            "Ids of people who may use /admin besides the application's owner and team.",
            _ids,
            "ids of people: numbers of 15 to 20 digits, separated by spaces",
        ),
    )
    admin_guild: int | None = field(
        default=None,
        metadata=_told(
            "Id of the one server in which /admin works; empty: wherever an admin is.",
            _id,
            "the id of a server: a number of 15 to 20 digits",
        ),
    )
    allowed_guilds: frozenset[int] = field(
        default=frozenset(),
        metadata=_told(
            "Ids of the servers that may ask the archive, with USER_INSTALL=0 no one else; empty: every server.",
            _ids,
            "ids of servers: numbers of 15 to 20 digits, separated by spaces",
        ),
    )
    user_install: bool = field(
        default=True,
        metadata=_told(
            "1: people may add the bot to their own account and ask anywhere; 0: only servers may add it.",
            _switch,
            "1 or 0",
            "1",
        ),
    )
    limit_per_user: int = field(
        default=60,
        metadata=_told(
            "How often one person may ask in a minute; 0: as often as they like.",
            _number(0, 100_000),
            "a number",
            "60",
        ),
    )
    limit_per_server: int = field(
        default=300,
        metadata=_told(
            "How often all people of one server together may ask in a minute; 0: as often as they like.",
            _number(0, 100_000),
            "a number",
            "300",
        ),
    )
    timezone: tzinfo = field(
        default=UTC,
        metadata=_told(
            "The time zone in which a day begins, for those who ask for today, yesterday or the last seven days.",
            zone,
            "the name of a time zone, such as UTC or Europe/Madrid",
            "UTC",
        ),
    )
    shard_count: int | None = field(
        default=None,
        metadata=_told(
            "Into how many shards the servers are divided, where several workers share them; empty: as Discord says.",
            _number(1, 16_384),
            "a number from 1 to 16384",
        ),
    )
    shard_ids: tuple[int, ...] = field(
        default=(),
        metadata=_told(
            "Which of SHARD_COUNT shards this worker has, such as 0-3 or 4,5; empty: all.",
            _shards,
            "numbers from 0 on and runs of them, such as 0-3,8",
        ),
    )
    port: int | None = field(
        default=None,
        metadata=_told(
            "The port on which /healthz, /readyz and /metrics are served over HTTP; empty: nothing listens.",
            _number(1, 65_535),
            "a number from 1 to 65535",
        ),
    )
    heartbeat_file: Path | None = field(
        default=None,
        metadata=_told(
            "A file that is touched every ten seconds while the connection to Discord lives; empty: none.",
            lambda text: _folder(text) if text else None,
            "the name of a file",
        ),
    )
    log_level: str = field(
        default="info",
        metadata=_told(
            "How much is logged: debug, info, warning or error.",
            _word("debug", "info", "warning", "error"),
            "debug, info, warning or error",
            "info",
        ),
    )
    log_format: str = field(
        default="text",
        metadata=_told(
            "How a line of the log looks: text, or json for machines.", _word("text", "json"), "text or json", "text"
        ),
    )
    log_queries: bool = field(
        default=False,
        metadata=_told("1: the log holds what people ask; 0: it never does.", _switch, "1 or 0", "0"),
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str], dotenv_path: Path) -> Settings:
        """Read the settings; what the environment holds goes before the file, and empty is the default.

        Raises:
            SettingsError: a value cannot be used, or the file cannot be read.
        """
        settings, faults = cls.as_far_as_usable(environ, dotenv_path)
        if faults:
            raise SettingsError(faults[0])
        return settings

    @classmethod
    def as_far_as_usable(cls, environ: Mapping[str, str], dotenv_path: Path) -> tuple[Settings, tuple[str, ...]]:
        """The settings, with the default for each that cannot be used, and a sentence about each of these."""
        faults: list[str] = []

        def usable(read: Callable[[], _T], otherwise: Callable[[], _T]) -> _T:
            try:
                return read()
            except SettingsError as error:
                faults.append(str(error))
                return otherwise()

        given = {**usable(partial(_file, dotenv_path), dict), **environ}
        values = {
            each.name: usable(partial(_read, each, given.get(each.name.upper(), "")), partial(_read, each, ""))
            for each in fields(cls)
        }
        settings = cls(**values)
        fallback = partial(replace, settings, shard_ids=(), corpus_engine="local")
        return usable(settings._fitting, fallback), tuple(faults)

    @property
    def archive(self) -> Where:
        """Where the archive lies."""
        if self.corpus_engine == "local":
            return self.data_dir
        return Cluster(
            self.opensearch_url,
            self.opensearch_index,
            self.opensearch_user,
            self.opensearch_password,
            self.opensearch_ca,
            verified=self.opensearch_verify,
            patience=_PATIENCE,
            shards=self.opensearch_shards,
            workplace=self.data_dir,
        )

    def _fitting(self) -> Settings:
        """These settings, if what is good only together is together.

        Raises:
            SettingsError: the shards are none of those that there are, or the cluster has no address.
        """
        if self.corpus_engine == "opensearch" and not self.opensearch_url:
            raise SettingsError("CORPUS_ENGINE=opensearch needs OPENSEARCH_URL: the address of one node at least.")
        if self.shard_ids and self.shard_count is None:
            raise SettingsError("SHARD_IDS needs SHARD_COUNT: set into how many shards the servers are divided in all.")
        if self.shard_count is not None and any(each >= self.shard_count for each in self.shard_ids):
            raise SettingsError(
                f"SHARD_IDS names shard {max(self.shard_ids)}, but with SHARD_COUNT={self.shard_count} the last one is "
                f"{self.shard_count - 1}."
            )
        return self

    @classmethod
    def example(cls) -> str:
        """The text of ``.env.example``: every setting with its reason and its default."""
        head = "# Copy this file to .env and fill in what you need. What the environment holds goes before it."
        parts = (f"# {each.metadata['why']}\n{each.name.upper()}={each.metadata['default']}" for each in fields(cls))
        return "\n\n".join([head, *parts]) + "\n"


def names(given: frozenset[str], dotenv_path: Path) -> frozenset[str]:
    """The names under which anything is set at all, be they ours or not: in the environment or in the file."""
    try:
        return given | _file(dotenv_path).keys()
    except SettingsError:
        return given


def _file(path: Path) -> dict[str, str]:
    """The values of a ``.env`` file; none where there is no file."""
    try:
        values = dotenv_values(path, interpolate=False) if path.exists() else {}
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{path} cannot be read: {reason}.") from error
    return {name: value for name, value in values.items() if value}


def _read(setting: Field[Any], text: str) -> Any:
    told, text = setting.metadata, text.strip()
    try:
        return told["read"](text or told["default"])
    except (ValueError, KeyError, OSError, RuntimeError):  # the last from a home that nobody has
        # A secret may reach no log: it is not shown, and neither is the error behind it, which holds it.
        shown = f"is {_PASSWORD.sub('//…@', text)[:80]!r}" if setting.repr else "cannot be used"
        raise SettingsError(f"{setting.name.upper()} {shown}; it may be {told['may_be']}.") from None

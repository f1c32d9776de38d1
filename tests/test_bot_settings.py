"""Settings are read from one place, in one way, and complain in one sentence."""

import traceback
from dataclasses import fields
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings, SettingsError

ROOT = Path(__file__).parents[1]
NOWHERE = Path("there-is-no-such-file")


def read(**environ: str) -> Settings:
    return Settings.from_env(environ, NOWHERE)


def test_an_empty_environment_gives_every_default():
    assert read() == Settings()


def test_a_setting_left_blank_is_the_default():
    assert read(**{field.name.upper(): "" for field in fields(Settings)}) == Settings()


def test_every_setting_is_read():
    settings = read(
        DISCORD_TOKEN="abc.def",
        DATA_DIR="/var/news",
        CORPUS_INPUTS="wire=wire.jsonl",
        ADMIN_IDS="123456789012345678, 223456789012345678",
        ADMIN_GUILD="323456789012345678",
        ALLOWED_GUILDS="423456789012345678",
        USER_INSTALL="0",
        LIMIT_PER_USER="0",
        LIMIT_PER_SERVER="1200",
        TIMEZONE="Europe/Madrid",
        SHARD_COUNT="16",
        SHARD_IDS="0-3, 8",
        PORT="8080",
        HEARTBEAT_FILE="/tmp/alive",
        LOG_LEVEL="DEBUG",
        LOG_FORMAT="json",
        LOG_QUERIES="1",
    )
    assert settings == Settings(
        discord_token="abc.def",
        data_dir=Path("/var/news"),
        corpus_inputs="wire=wire.jsonl",
        admin_ids=frozenset({123456789012345678, 223456789012345678}),
        admin_guild=323456789012345678,
        allowed_guilds=frozenset({423456789012345678}),
        user_install=False,
        limit_per_user=0,
        limit_per_server=1200,
        shard_count=16,
        shard_ids=(0, 1, 2, 3, 8),
        port=8080,
        heartbeat_file=Path("/tmp/alive"),
        timezone=ZoneInfo("Europe/Madrid"),
        log_level="debug",
        log_format="json",
        log_queries=True,
    )


def test_the_environment_goes_before_the_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKEN=from-the-file\nLOG_LEVEL='debug' # why not\nDATA_DIR=a${b}c\n", encoding="utf-8")
    settings = Settings.from_env({"DISCORD_TOKEN": "from-outside"}, file)
    assert (settings.discord_token, settings.log_level) == ("from-outside", "debug")
    assert settings.data_dir == Path("a${b}c"), "nothing is filled in"


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    file = tmp_path / ".env"
    file.write_bytes(b"LOG_LEVEL=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env cannot be read: it is not UTF-8 text"):
        Settings.from_env({}, file)


@pytest.mark.parametrize(
    ("name", "value", "may_be"),
    [
        ("USER_INSTALL", "yes", "1 or 0"),
        ("LOG_QUERIES", "true", "1 or 0"),
        ("TIMEZONE", "Madrid", "the name of a time zone, such as UTC or Europe/Madrid"),
        ("TIMEZONE", "../etc", "such as UTC"),
        ("TIMEZONE", "Europe", "such as UTC"),
        ("LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("LOG_FORMAT", "xml", "text or json"),
        ("ADMIN_IDS", "me", "15 to 20 digits"),
        ("ADMIN_GUILD", "1", "15 to 20 digits"),
        ("ALLOWED_GUILDS", "123456789012345678 x", "15 to 20 digits"),
        ("PORT", "http", "a number from 1 to 65535"),
        ("PORT", "65536", "a number from 1 to 65535"),
        ("LIMIT_PER_USER", "-1", "a number"),
        ("SHARD_COUNT", "0", "a number from 1 to 16384"),
        ("SHARD_IDS", "3-1", "numbers from 0 on"),
        ("SHARD_IDS", "a", "numbers from 0 on"),
        ("DATA_DIR", "~nobody-has-this-name/news", "a folder"),
        ("HEARTBEAT_FILE", "~nobody-has-this-name/alive", "a file"),
    ],
)
def test_an_unknown_value_is_one_sentence_that_names_the_setting_and_what_it_may_be(name, value, may_be):
    with pytest.raises(SettingsError) as raised:
        read(**{name: value})
    sentence = str(raised.value)
    assert sentence.startswith(f"{name} is {value!r}")
    assert may_be in sentence
    assert "\n" not in sentence


def test_shards_that_there_are_not_are_told():
    with pytest.raises(SettingsError, match=r"^SHARD_IDS needs SHARD_COUNT: "):
        read(SHARD_IDS="0")
    with pytest.raises(SettingsError, match=r"^SHARD_IDS names shard 4, but with SHARD_COUNT=4 the last one is 3\.$"):
        read(SHARD_IDS="0-4", SHARD_COUNT="4")


@given(st.text(min_size=4).filter(lambda text: text.strip() and not text.strip().isascii()))
def test_a_token_is_shown_nowhere_when_it_cannot_be_one(text):
    with pytest.raises(SettingsError) as raised:
        read(DISCORD_TOKEN=text)
    shown = "".join(traceback.format_exception(raised.value))
    assert shown.count("DISCORD_TOKEN cannot be used") == 1
    assert text.strip() not in str(raised.value)
    assert raised.value.__cause__ is None


def test_the_token_is_not_in_the_repr():
    assert "sesame" not in repr(read(DISCORD_TOKEN="open-sesame"))


def test_the_example_file_lists_every_setting_with_its_default():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert example == Settings.example(), "write it anew with Settings.example()"
    assert Settings.from_env({}, ROOT / ".env.example") == Settings()

"""A cluster must prove who it is before it learns who asks it: TLS as the settings have it, before a real node."""

from __future__ import annotations

import asyncio
import base64
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from corpus import AsyncCorpus, Cluster, Corpus, CorpusUnreachable

ENGINES = ("opensearch",)
pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")


def certified(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate that vouches for itself, for this name, and its key."""
    folder.mkdir(exist_ok=True)
    certificate, key = folder / "cluster.pem", folder / "cluster.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=cluster"]
    extra = ["-addext", f"subjectAltName={name}", "-out", str(certificate), "-keyout", str(key)]
    subprocess.run([*command, *extra], check=True, capture_output=True)
    return certificate, key


@contextmanager
def in_front(url: str, certificate: Path, key: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Speak TLS before a node that does not; gives the address, and what was said there."""
    host, port = url.removeprefix("http://").split(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    said: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def pass_on(one: socket.socket, other: socket.socket, heard: list[bytes] | None) -> None:
        try:
            while piece := one.recv(65_536):
                if heard is not None:
                    heard.append(piece)
                other.sendall(piece)
        except OSError:
            pass
        finally:
            other.close()

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            try:
                safe = context.wrap_socket(client, server_side=True)
            except OSError:
                continue
            node = socket.create_connection((host, int(port)))
            threading.Thread(target=pass_on, args=(safe, node, said), daemon=True).start()
            threading.Thread(target=pass_on, args=(node, safe, None), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{listening.getsockname()[1]}", said
    finally:
        listening.close()


@pytest.fixture
def trusted(tmp_path, own_archive, nodes) -> Iterator[tuple[Cluster, list[bytes]]]:
    """An archive behind TLS, with the certificate by which it is trusted, and what was said to it."""
    certificate, key = certified(tmp_path / "tls", "IP:127.0.0.1")
    with in_front(nodes.urls[0], certificate, key) as (url, said):
        yield replace(own_archive, urls=(url,), ca=certificate, user="reader", password="open sesame"), said


def test_a_certificate_that_is_trusted_opens_the_archive_by_name_and_password(trusted):
    where, said = trusted
    with Corpus.open(where) as corpus:
        assert corpus.status().articles >= 40
    assert base64.b64encode(b"reader:open sesame") in b"".join(said)
    assert "open sesame" not in repr(where)


def test_one_that_is_not_is_told_and_learns_no_password(trusted):
    where, said = trusted
    with pytest.raises(CorpusUnreachable, match="certificate is not trusted"):
        Corpus.open(replace(where, ca=None))
    assert not said


def test_one_for_another_name_is_not_trusted_either(tmp_path, own_archive, nodes):
    certificate, key = certified(tmp_path / "tls", "DNS:elsewhere.example")
    with in_front(nodes.urls[0], certificate, key) as (url, said):
        with pytest.raises(CorpusUnreachable, match="certificate is not trusted"):
            Corpus.open(replace(own_archive, urls=(url,), ca=certificate, user="reader", password="open sesame"))
        assert not said


def test_whoever_says_so_trusts_whoever_answers(trusted):
    where, _ = trusted
    with Corpus.open(replace(where, ca=None, verified=False)) as corpus:
        assert corpus.status().articles >= 40


@pytest.mark.asyncio
async def test_a_child_gets_the_password_where_no_other_user_reads_it(trusted):
    where, said = trusted
    archive = AsyncCorpus(Corpus.open(where), timeout=30)
    said.clear()
    try:
        keeping = asyncio.create_task(archive.keep("reindex", "--index-only", inputs="", by="ann"))
        seen = set()
        while not keeping.done():
            seen |= {command for command in commands() if where.name in command}
            await asyncio.sleep(0.02)
        await keeping
    finally:
        await archive.close()
    assert seen
    assert not any("sesame" in command for command in seen)
    assert base64.b64encode(b"reader:open sesame") in b"".join(said)


def commands() -> Iterator[str]:
    """The command line of every process, as every user can read it."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield (process / "cmdline").read_text(errors="replace")

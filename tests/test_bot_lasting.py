"""Whoever keeps an archive on a disk that will not last is told so; whoever does not is left alone."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.worker.lasting import told

ROOT = Path(__file__).parents[1]
DISK = "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n22 27 0:21 / /proc rw - proc proc rw\n"
MOUNTING = """
mount -t tmpfs tmpfs memory
mkdir memory/low memory/up memory/work
mount -t overlay overlay -o lowerdir=memory/low,upperdir=memory/up,workdir=memory/work layer
"""
CONTAINER = "27 1 0:45 / / rw,relatime master:9 - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w\n"


def table(folder: Path, *lines: str) -> Path:
    """A mountinfo of its own, in the form of proc(5)."""
    path = folder / "mountinfo"
    path.write_text("".join(lines))
    return path


def mount(place: str, kind: str) -> str:
    return f"98 27 0:60 / {place} rw,relatime - {kind} source rw\n"


def test_a_disk_of_ones_own_is_nothing_to_speak_of(tmp_path):
    assert told(Path("/srv/dateline"), {}, table(tmp_path, DISK)) is None


def test_memory_is_told(tmp_path):
    said = told(Path("/srv/dateline/data"), {}, table(tmp_path, DISK, mount("/srv/dateline", "tmpfs")))
    assert said is not None
    assert "/srv/dateline/data lies in memory (tmpfs)" in said
    assert "CORPUS_INPUTS" in said


def test_the_inside_of_a_container_is_told_and_a_volume_of_it_is_not(tmp_path):
    mounts = table(tmp_path, CONTAINER, mount("/data", "ext4"))
    assert "in the container itself (overlay)" in (told(Path("/app/data"), {}, mounts) or "")
    assert told(Path("/data"), {}, mounts) is None
    assert told(Path("/data/archive"), {}, mounts) is None
    assert told(Path("/database"), {}, mounts) is not None  # begins alike, but lies beside it


@pytest.mark.parametrize(
    ("mark", "host"),
    [
        ("DYNO", "Heroku"),
        ("RAILWAY_ENVIRONMENT_ID", "Railway"),
        ("RENDER", "Render"),
        ("FLY_MACHINE_ID", "Fly"),
    ],
)
def test_a_host_is_known_by_its_mark_and_a_volume_there_lasts(tmp_path, mark, host):
    mounts = table(tmp_path, DISK, mount("/data", "ext4"))
    assert f"and {host} lays both anew" in (told(Path("/app/data"), {mark: "1"}, mounts) or "")
    assert told(Path("/data"), {mark: "1"}, mounts) is None
    assert told(Path("/app/data"), {mark: ""}, mounts) is None


def test_a_disk_that_holds_the_program_too_goes_with_it(tmp_path):
    mounts = table(tmp_path, DISK, mount(str(ROOT).replace(" ", "\\040"), "ext4"))
    assert told(ROOT / "data", {"DYNO": "worker.1"}, mounts) is not None
    assert told(ROOT / "data", {}, mounts) is None


def test_of_two_mounts_at_one_place_the_later_counts(tmp_path):
    assert told(Path("/data"), {}, table(tmp_path, DISK, mount("/data", "tmpfs"), mount("/data", "xfs"))) is None
    assert told(Path("/data"), {}, table(tmp_path, DISK, mount("/data", "xfs"), mount("/data", "tmpfs"))) is not None


def test_a_place_is_read_as_the_kernel_writes_it(tmp_path):
    mounts = table(tmp_path, DISK, mount("/old\\040news\\134x", "tmpfs"))
    assert told(Path("/old news\\x"), {}, mounts) is not None


def test_links_are_followed_to_where_the_archive_really_lies(tmp_path):
    (tmp_path / "link").symlink_to("/volume")
    assert told(tmp_path / "link" / "data", {}, table(tmp_path, DISK, mount("/volume", "tmpfs"))) is not None


def test_a_link_that_leads_nowhere_is_no_error(tmp_path):
    (tmp_path / "round").symlink_to("round")
    assert told(tmp_path / "round", {}, table(tmp_path, DISK)) is None


def test_where_there_is_no_table_only_a_mark_tells(tmp_path):
    assert told(Path("/data"), {}, tmp_path / "none") is None
    assert told(Path("/data"), {"DYNO": "worker.1"}, tmp_path / "none") is not None


@given(text=st.binary(max_size=300))
def test_whatever_a_table_holds_is_no_error(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "anything"
    path.write_bytes(text)
    told(Path("/data"), {}, path)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare, to mount")
def test_real_mounts_are_told_apart(tmp_path):
    for name in ("plain", "memory", "layer"):
        (tmp_path / name).mkdir()
    asked = "from bot.worker.lasting import told\nfor f in sys.argv[1:]: print(told(Path(f), {}))"
    script = f"cd {shlex.quote(str(tmp_path))}\n{MOUNTING}exec {sys.executable} -c"
    asking = shlex.quote(f"import sys; from pathlib import Path; {asked}")
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", f"{script} {asking} plain memory/data layer/data"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    plain, memory, layer = done.stdout.splitlines()
    assert plain == "None" or str(told(tmp_path / "plain", {})) == plain
    assert "(tmpfs)" in memory
    assert "(overlay)" in layer

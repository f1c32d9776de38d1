"""Runs a command under the system calls that a unit allows, as systemd would: `python under_filter.py COMMAND…`.

The names behind `@sets` are systemd's own, and libseccomp filters by them; what is not allowed is refused by EPERM.
"""

from __future__ import annotations

import ctypes
import errno
import os
import subprocess
import sys
from collections.abc import Iterable

from deploy_files import unit

ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM  # SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM)


def sets() -> dict[str, list[str]]:
    """The sets of system calls that systemd knows, each with its members, sets among them."""
    printed = subprocess.run(["systemd-analyze", "syscall-filter"], capture_output=True, text=True, check=True).stdout
    found: dict[str, list[str]] = {}
    name = ""
    for line in printed.splitlines():
        if line.startswith("@"):
            name = line.strip()
            found[name] = []
        elif line.startswith(" ") and not line.strip().startswith("#"):
            found[name].append(line.strip())
        elif line.startswith("#"):
            name = ""  # what follows is in no set
            found[name] = []
    return found


def members(words: Iterable[str], known: dict[str, list[str]]) -> set[str]:
    """System calls by their names, and all those of the sets that are named."""
    called = set[str]()
    for word in words:
        called |= members(known[word], known) if word.startswith("@") else {word}
    return called


def allowed() -> set[str]:
    """What the unit leaves: its sets, less those with a tilde, and what systemd always allows."""
    known, called = sets(), set[str]()
    for line in unit()["SystemCallFilter"]:
        words = line.removeprefix("~").split()
        called = called - members(words, known) if line.startswith("~") else called | members(words, known)
    return called | members(["@default"], known)


def restrict(names: Iterable[str]) -> None:
    """Let this process, and all that it becomes or starts, call nothing else."""
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(REFUSE)))
    for name in names:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number != -1:
            seccomp.seccomp_rule_add(rules, ctypes.c_uint32(ALLOW), number, 0)
    if code := seccomp.seccomp_load(rules):
        raise OSError(-code, os.strerror(-code))


if __name__ == "__main__":
    restrict(allowed())
    os.execvp(sys.argv[1], sys.argv[1:])

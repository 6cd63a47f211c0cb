"""Files of the cache on disk: with their digest, written in one step, ignored where others may have written them."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import warnings
from pathlib import Path


class CacheWarning(UserWarning):
    """An entry of the cache on disk is ignored; the message says why."""


def read(place: Path) -> bytes | None:
    """What was written; None where there is nothing that can be trusted, with a warning unless there is nothing."""
    try:
        data = _data(place)
    except FileNotFoundError:
        return None
    except OSError as error:
        ignore(place, error)
        return None
    digest, _, body = (data or b"").partition(b"\n")
    if data is None:
        ignore(place, "others may have written it, or it is a link")
    elif hashlib.sha256(body).hexdigest().encode() != digest:
        ignore(place, "its digest is another one")
    else:
        return body
    return None


def _data(place: Path) -> bytes | None:
    """What a file holds; None where others may have written it. It is looked at when it is open, so that nobody can put
    another one in its place; a pipe does not make us wait."""
    if not _is_ours(os.lstat(place)) or not _is_ours(os.lstat(place.parent)):
        return None
    with open(os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        status = os.fstat(file.fileno())
        return file.read() if _is_ours(status) and stat.S_ISREG(status.st_mode) else None


def ignore(place: Path, reason: object) -> None:
    """Say why an entry is not used."""
    warnings.warn(f"{place} is ignored: {reason}", CacheWarning, stacklevel=4)


def _is_ours(status: os.stat_result) -> bool:
    """Whether nobody but the user can have written a file or a folder, and it is no link to another one."""
    mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return mine and not stat.S_ISLNK(status.st_mode) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def write(place: Path, body: bytes) -> None:
    """Write an entry in one step, so that nobody reads half of it.

    Raises:
        OSError: it cannot be written.
    """
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent)
    try:
        with open(handle, "wb") as file:
            file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        os.replace(name, place)
    except BaseException:
        os.unlink(name)
        raise

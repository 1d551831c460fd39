"""System calls on open files and directories, completed: short reads, short writes, many buffers, no leftovers.

Knows descriptors, paths and bytes; no key and no store. File positions belong to the descriptor, so those that are
read by `read` and `fill` must not be shared between threads; `read_part` may be, except on Windows.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence

from zarr_core.abc.store import Buffer

__all__ = ["empty_directory", "fill", "make_directories", "read", "read_part", "stamp", "sync_directory", "write"]

_ONCE = 1 << 30
"""Bytes to ask of one call; the kernel gives at most 2 GiB."""
_PIECES = 1000
"""Buffers to give to one call; the kernel takes at most 1024."""


def _seek_and_read(fd: int, length: int, start: int) -> bytes:
    os.lseek(fd, start, os.SEEK_SET)
    return os.read(fd, length)


def _read_into_first(fd: int, views: Sequence[memoryview]) -> int:
    data = os.read(fd, len(views[0]))
    views[0][: len(data)] = data
    return len(data)


# Windows has the plain calls only
_pread: Callable[[int, int, int], bytes] = getattr(os, "pread", _seek_and_read)
_readv: Callable[[int, Sequence[memoryview]], int] = getattr(os, "readv", _read_into_first)
_writev: Callable[[int, Sequence[memoryview]], int] = getattr(os, "writev", lambda fd, views: os.write(fd, views[0]))


def read(fd: int, size: int) -> Buffer:
    """`size` bytes from the beginning of a file just opened; fewer if it ends before."""
    if size <= _ONCE:
        data = os.read(fd, size)
        while len(data) < size and (more := os.read(fd, size - len(data))):
            data += more
        return data
    value = bytearray(size)
    return memoryview(value)[: fill(fd, memoryview(value))]


def fill(fd: int, view: memoryview) -> int:
    """Read into all of `view`; how many bytes there were."""
    done = 0
    while done < len(view):
        count = _readv(fd, [view[done : done + _ONCE]])
        if count == 0:
            break
        done += count
    return done


def read_part(fd: int, start: int, length: int) -> bytes:
    """`length` bytes from `start` on; fewer if the file ends before."""
    data = _pread(fd, length, start)
    while len(data) < length and (more := _pread(fd, length - len(data), start + len(data))):
        data += more
    return data


def write(fd: int, pieces: Sequence[Buffer]) -> None:
    """All of the pieces, one after the other."""
    views: list[memoryview] = []
    for piece in pieces:
        view = memoryview(piece)
        if view.nbytes:  # an empty one need not be writable as bytes: its shape may hold a zero
            views.append(view.cast("B"))
    first = 0
    while first < len(views):
        done = _writev(fd, views[first : first + _PIECES])
        while first < len(views) and done >= len(views[first]):
            done -= len(views[first])
            first += 1
        if done:
            views[first] = views[first][done:]


def stamp(fd: int, now: int) -> None:
    """Make `now` (nanoseconds) the time of the last change.

    Of its own accord the file system may take the time of the last clock tick, some milliseconds ago, and so give
    two values one time, which together with a reused inode would be one version.
    """
    if os.utime in os.supports_fd:
        with contextlib.suppress(OSError):  # some network file systems refuse; their own time has to do
            os.utime(fd, ns=(now, now))


def sync_directory(path: str) -> None:
    """Wait until the disk has the names in the directory."""
    if os.name != "nt":
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def make_directories(path: str, *, durable: bool) -> None:
    """Make the directory and those above it, as far as there are none; `durable` waits until the disk has them."""
    if not durable:
        os.makedirs(path, exist_ok=True)
        return
    above = os.path.dirname(path)
    if not os.path.isdir(above):
        make_directories(above, durable=True)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path)
    sync_directory(above)


def empty_directory(path: str) -> None:
    """Remove all that is in the directory; what appears or vanishes meanwhile does not matter.

    Links are removed, not followed.
    """
    found = [path]
    for directory in found:  # grows
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        found.append(entry.path)
                    else:
                        with contextlib.suppress(FileNotFoundError):
                            os.unlink(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue
    for directory in reversed(found[1:]):
        with contextlib.suppress(OSError):  # not empty: somebody writes there
            os.rmdir(directory)

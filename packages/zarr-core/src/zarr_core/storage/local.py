"""Values as files under a directory: key `a/b` is the file `a/b` (v3 core 1.12).

A value is replaced whole: it is written to a file beside it, which is then renamed, so that a reader sees the old
value or the new one, whoever is killed when. Such a file is called `.__partial.` and sixteen hexadecimal digits.
Names that begin so are no keys of this store: every method refuses them and every listing skips them, so what a
killed writer left behind can neither collide with a key nor appear as one.

Knows nothing of Zarr. Two keys that differ only in case are one file where the file system says so.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from zarr_core.abc.store import AbilityName, Buffer, Buffers, Range, ReadWriteListStore, Suffix, Value, Version
from zarr_core.config import current_config
from zarr_core.errors import ReadOnlyError, StoreError, Truncated, ZarrError
from zarr_core.storage.files import (
    empty_directory,
    fill,
    make_directories,
    read,
    read_part,
    stamp,
    sync_directory,
    write,
)
from zarr_core.storage.keys import check_key, span

__all__ = ["LocalStore"]

_WINDOWS = os.name == "nt"
_BINARY = getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | _BINARY
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
_PARTIAL = ".__partial."
_ATTEMPTS = 20
"""How often a write starts anew because others removed the directory that it had made."""


class LocalStore(ReadWriteListStore):
    """The files under the directory `root`, which the first write makes.

    `fsync` waits until the disk has what was written, so that it outlives a power cut; None takes `write.fsync` of
    the configuration.
    """

    blocking = True

    def __init__(self, root: str | os.PathLike[str], *, read_only: bool = False, fsync: bool | None = None) -> None:
        self._root = os.path.abspath(os.fspath(root))
        self._prefix = os.path.join(self._root, "")
        self._real: str | None = None
        self.read_only = read_only
        self.fsync = current_config().write.fsync if fsync is None else fsync

    @property
    def root(self) -> Path:
        """The directory, absolute."""
        return Path(self._root)

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        fd = self._open(key)
        if fd is None:
            return None
        try:
            size = os.fstat(fd).st_size
            return read(fd, size) if byte_range is None else read_part(fd, *span(byte_range, size, key))
        except OSError as error:
            self._fail(error, "read", key)
        finally:
            os.close(fd)

    async def get_ranges(self, key: str, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        found = await self._get_versioned(key, ranges)
        return None if found is None else found[0]

    async def exists(self, key: str) -> bool:
        return await self.getsize(key) is not None

    async def getsize(self, key: str) -> int | None:
        self._check(key)
        try:
            status = os.stat(self._prefix + key)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._fail(error, "read", key)
        return status.st_size

    async def set(self, key: str, value: Value) -> None:
        self._check_write(key)
        path = self._prefix + key
        pieces = value if isinstance(value, list) else [value]
        try:
            self._in_directory_of(path, lambda: self._replace(path, pieces))
        except OSError as error:
            self._fail(error, "write", key)

    async def delete(self, key: str) -> None:
        self._check_write(key)
        path = self._prefix + key
        try:
            os.unlink(path)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self._fail(error, "delete", key)
        self._prune(path)

    async def delete_prefix(self, prefix: str) -> None:
        self._check_write(prefix + "any")
        path = self._prefix + prefix
        try:
            empty_directory(path)
        except OSError as error:
            self._fail(error, "delete", prefix)
        self._prune(path)

    async def rename(self, old: str, new: str) -> None:
        self._check_write(new)
        if await self.getsize(old) is None:
            raise FileNotFoundError(f"no value at key {old!r} of {self!r}")
        source, target = self._prefix + old, self._prefix + new
        try:
            self._in_directory_of(target, lambda: os.replace(source, target))
        except OSError as error:
            self._fail(error, f"rename {old!r} to", new)
        self._prune(source)

    async def list(self) -> AsyncIterator[str]:
        for entry in self._walk(""):
            yield self._key(entry)

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        for entry in self._walk(prefix):
            yield self._key(entry)

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        for entry in self._entries(prefix):
            if not entry.is_dir():
                yield self._key(entry)
            elif next(self._walk(self._key(entry) + "/"), None) is not None:  # an empty directory is no prefix
                yield self._key(entry) + "/"

    async def getsize_prefix(self, prefix: str) -> int:
        total = 0
        for entry in self._walk(prefix):
            try:
                total += entry.stat().st_size
            except FileNotFoundError:  # deleted meanwhile
                continue
        return total

    def ability(self, name: AbilityName) -> Callable[..., Awaitable[Any]] | None:
        match name:
            case "get_into":
                return self._get_into
            case "get_versioned":
                return self._get_versioned
            case "set_at" if not self.read_only:
                return self._set_at
        return None

    async def _get_into(self, key: str, buffer: Buffer) -> int | None:
        fd = self._open(key)
        if fd is None:
            return None
        try:
            size = os.fstat(fd).st_size
            view = memoryview(buffer)
            if size > view.nbytes:
                raise Truncated(f"key {key!r} has {size} bytes, more than the {view.nbytes} that are wanted")
            return fill(fd, view.cast("B")[:size]) if size else 0
        except OSError as error:
            self._fail(error, "read", key)
        finally:
            os.close(fd)

    async def _get_versioned(self, key: str, ranges: Sequence[Range | Suffix] | None) -> tuple[Buffers, Version] | None:
        fd = self._open(key)
        if fd is None:
            return None
        try:
            status = os.fstat(fd)
            size = status.st_size
            if ranges is None:
                values: Buffers = [read(fd, size)]
            else:
                values = [read_part(fd, *span(byte_range, size, key)) for byte_range in ranges]
            return values, (status.st_mtime_ns, size, status.st_ino)
        except OSError as error:
            self._fail(error, "read", key)
        finally:
            os.close(fd)

    async def _set_at(self, key: str, start: int, buffer: Buffer) -> None:
        self._check_write(key)
        try:
            fd = os.open(self._prefix + key, os.O_RDWR | _BINARY)
        except FileNotFoundError:
            if start:
                raise Truncated(f"cannot write at byte {start} of key {key!r}, which is not stored") from None
            return await self.set(key, buffer)
        except OSError as error:
            self._fail(error, "write", key)
        try:
            size = os.fstat(fd).st_size
            if start > size:
                raise Truncated(f"cannot write at byte {start} of key {key!r}, which has {size} bytes")
            os.lseek(fd, start, os.SEEK_SET)
            self._complete(fd, [buffer])
        except OSError as error:
            self._fail(error, "write", key)
        finally:
            os.close(fd)

    def _open(self, key: str) -> int | None:
        """The file, open for reading; None if there is none."""
        probe = f"/{key}/"  # most of `_check`, in 70 ns: whatever is not legal shows one of these or fails below
        if "/." in probe or "//" in probe or _WINDOWS:
            self._check(key)
        try:
            return os.open(self._prefix + key, _READ)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._fail(error, "read", key)
        except ValueError:  # a NUL, or no Unicode
            check_key(key, self)
            raise

    def _complete(self, fd: int, pieces: Sequence[Buffer]) -> None:
        write(fd, pieces)
        stamp(fd, time.time_ns())
        if self.fsync:
            os.fsync(fd)

    def _replace(self, path: str, pieces: Sequence[Buffer]) -> None:
        """Write a file beside `path`, then give it that name; nothing is left after an exception."""
        directory = os.path.dirname(path)
        partial = f"{directory}/{_PARTIAL}{os.urandom(8).hex()}"
        fd = os.open(partial, _CREATE, 0o666)
        try:
            try:
                self._complete(fd, pieces)
            finally:
                os.close(fd)
            os.replace(partial, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(partial)
            raise
        if self.fsync:
            sync_directory(directory)

    def _in_directory_of(self, path: str, write: Callable[[], None]) -> None:
        """`write()`, which makes `path`, after making its directory if there is none or was removed meanwhile."""
        for _ in range(_ATTEMPTS):
            try:
                return write()
            except FileNotFoundError:
                make_directories(os.path.dirname(path), durable=self.fsync)
        write()

    def _prune(self, path: str) -> None:
        """Remove the directories above `path` that are empty now: a prefix lasts as long as its keys."""
        directory = os.path.dirname(path)
        while len(directory) > len(self._root):
            try:
                os.rmdir(directory)
            except OSError:
                return
            directory = os.path.dirname(directory)

    def _walk(self, prefix: str) -> Iterator[os.DirEntry[str]]:
        """All files under the prefix, with one directory open at a time."""
        waiting = [prefix]
        while waiting:
            for entry in self._entries(waiting.pop()):
                if entry.is_dir():
                    waiting.append(self._key(entry) + "/")
                else:
                    yield entry

    def _entries(self, prefix: str) -> Iterator[os.DirEntry[str]]:
        """What is in one directory: without files being written, and without links that make a circle.

        Nothing if there is no such directory.
        """
        self._check(prefix + "any")
        try:
            with os.scandir(self._prefix + prefix) as entries:
                for entry in entries:
                    if entry.name.startswith(_PARTIAL) or (entry.is_symlink() and _leads_upwards(entry.path)):
                        continue
                    yield entry
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self._fail(error, "list", prefix)

    def _key(self, entry: os.DirEntry[str]) -> str:
        key = entry.path[len(self._prefix) :]
        return key.replace(os.sep, "/") if _WINDOWS else key

    def _check(self, key: str) -> None:
        check_key(key, self)
        if f"/{_PARTIAL}" in f"/{key}":
            raise StoreError(f"{key!r} is no key of {self!r}: names with {_PARTIAL!r} are files being written")
        if _WINDOWS and ("\\" in key or ":" in key):
            raise StoreError(f"{key!r} is no key of {self!r}: to Windows it is a path with a drive or more directories")

    def _check_write(self, key: str) -> None:
        if self.read_only:
            raise ReadOnlyError(f"{self!r} is open for reading only: key {key!r} was not changed")
        self._check(key)

    def _fail(self, error: OSError, verb: str, key: str) -> NoReturn:
        """Raise the same kind of error with key and path in it."""
        if isinstance(error, ZarrError):
            raise error
        message = f"cannot {verb} key {key!r} of {self!r}: {error.strerror}"
        raise OSError(error.errno, message, self._prefix + key) from error

    def address(self, key: str) -> Hashable:
        # one path, not root and key: so stores that are opened at different depths meet, too
        if self._real is None:
            self._real = os.path.join(os.path.realpath(self._root), "")
        return ("file", self._real + key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalStore) and self._root == other._root

    def __hash__(self) -> int:
        return hash(self._root)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._root!r})"


def _leads_upwards(link: str) -> bool:
    """Whether following the link comes back to where it lies."""
    target = os.path.join(os.path.realpath(link), "")
    return os.path.join(os.path.realpath(os.path.dirname(link)), "").startswith(target)

"""Values as members of a zip file.

Members are read by position from the open file, without a shared handle, so that many threads read at once. Stored,
deflated and bzip2 members can be read; they are checked against their CRC when read whole.

A zip file is only ever appended to. Of several members of one name the last counts, as in any zip reader; setting a
key again writes a new member and drops the old one from the directory, deleting drops it: the bytes stay in the file
until all keys are deleted, or the store is copied. The directory is written by `close`: until then, and for good if
the process is killed before, the file that was there is no longer readable. Write to a file of your own, and close it.
"""

from __future__ import annotations

import bz2
import os
import struct
import threading
import time
import weakref
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from typing import Any, Literal, NamedTuple

from zarr_core.abc.store import (
    AbilityName,
    Buffer,
    Buffers,
    Range,
    ReadWriteListStore,
    Suffix,
    Value,
    Version,
    join_buffers,
)
from zarr_core.errors import ReadOnlyError, StoreError
from zarr_core.storage.files import read_part
from zarr_core.storage.keys import check_key, children, span, under

__all__ = ["ZipStore"]

_LOCAL_HEADER = struct.Struct("<4s22xHH")
"""Signature; lengths of name and extra field, after which the data begins."""
_ENCRYPTED = 1
_WRITERS: weakref.WeakValueDictionary[str, ZipStore] = weakref.WeakValueDictionary()
"""The stores that write, by the real path of their file."""
_DECOMPRESS: dict[int, Callable[[bytes, int], bytes]] = {
    zipfile.ZIP_DEFLATED: lambda data, limit: zlib.decompressobj(-15).decompress(data, limit or 1),
    zipfile.ZIP_BZIP2: lambda data, limit: bz2.BZ2Decompressor().decompress(data, limit),
}
"""From what is stored to at most `limit` bytes, whatever it would unfold to."""


class _Member(NamedTuple):
    """Where a value lies in the file."""

    header: int
    stored_size: int
    size: int
    crc: int
    method: int


class ZipStore(ReadWriteListStore):
    """The members of the zip file at `path`.

    `mode` is "r" (read), "w" (a new file, replacing what is there), "x" (a new file, an error if there is one) or
    "a" (read, and append to what is there). `compression` and `compresslevel` are those of `zipfile`, for writing;
    chunks are compressed by their codecs, so that "stored" is the choice. `read_only` may say the same as the mode.

    A file is open for writing by one store of the process: a second one would write its directory over the first's.
    Raises `StoreError` then, and for a file that is no zip.
    """

    blocking = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        mode: Literal["r", "w", "a", "x"] = "r",
        *,
        read_only: bool | None = None,
        compression: int = zipfile.ZIP_STORED,
        compresslevel: int | None = None,
    ) -> None:
        if mode not in ("r", "w", "a", "x"):
            raise ValueError(f"mode of {os.fspath(path)!r} must be 'r', 'w', 'a' or 'x', not {mode!r}")
        if read_only is not None and read_only != (mode == "r"):
            raise ValueError(f"read_only={read_only} does not go with mode {mode!r} of {os.fspath(path)!r}")
        if compression not in (zipfile.ZIP_STORED, *_DECOMPRESS):
            raise ValueError(
                f"compression must be ZIP_STORED, ZIP_DEFLATED or ZIP_BZIP2 of zipfile, not {compression!r}"
            )
        self.path = os.path.abspath(os.fspath(path))
        self.mode = mode
        self.compression, self.compresslevel = compression, compresslevel
        self.read_only = mode == "r"
        self._open()

    def _open(self) -> None:
        self._real = os.path.realpath(self.path)
        self._lock = threading.RLock()
        self._starts: dict[tuple[str, _Member], int] = {}
        # how often all keys were deleted: then members are written over others, which a thread may be reading
        self._emptied = 0
        self._sorted: list[str] | None = None
        writer = self.writer(self.path)
        if writer is not None:
            raise StoreError(f"{self.path!r} is open for writing by another store: use that one, or close it")
        holds = self.mode == "a" and os.path.exists(self.path) and os.path.getsize(self.path)
        if holds and not zipfile.is_zipfile(self.path):  # zipfile would begin a new archive behind what is there
            raise StoreError(f"{self.path!r} is no zip file, or was not closed after writing")
        try:
            archive = zipfile.ZipFile(self.path, self.mode)
        except zipfile.BadZipFile as error:
            raise StoreError(f"{self.path!r} is no zip file, or was not closed after writing: {error}") from None
        try:
            self._members = {info.filename: self._member(info) for info in archive.infolist() if not info.is_dir()}
            size = os.path.getsize(self.path)
            for name, member in self._members.items():
                if member.header + member.stored_size > size:
                    raise StoreError(f"member {name!r} of {self!r} is damaged: it ends behind the end of the file")
            self._fd = os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except BaseException:
            archive.close()
            raise
        self._archive = None if self.read_only else archive
        if self.read_only:
            archive.close()
        else:
            _WRITERS[self._real] = self
        # also when the store is forgotten; `close` calls it, and it works once only
        self._close_file = weakref.finalize(self, os.close, self._fd)

    @classmethod
    def writer(cls, path: str) -> ZipStore | None:
        """The store of this process that has the file open for writing, if there is one."""
        found = _WRITERS.get(os.path.realpath(path))
        return found if found is not None and found._archive is not None else None

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        found = self._read(key, None if byte_range is None else [byte_range])
        return None if found is None else found[0][0]

    async def get_ranges(self, key: str, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        found = self._read(key, ranges)
        return None if found is None else found[0]

    async def exists(self, key: str) -> bool:
        return self._find(key) is not None

    async def getsize(self, key: str) -> int | None:
        member = self._find(key)
        return None if member is None else member.size

    async def set(self, key: str, value: Value) -> None:
        check_key(key, self)
        info = zipfile.ZipInfo(key, time.localtime()[:6])
        info.external_attr = 0o644 << 16
        with self._lock:
            archive = self._writable(key)
            begin, listed = archive.start_dir, archive.infolist()[:]
            kept = [old for old in listed if old.filename != key]
            self._set_directory(archive, kept, begin)
            try:
                archive.writestr(info, join_buffers(value), self.compression, self.compresslevel)
                archive.fp.flush()  # type: ignore[union-attr]
            except BaseException:
                self._set_directory(archive, listed, begin)  # the next member is written over what there is of this
                raise
            self._members[key] = self._member(info)
            self._sorted = None

    async def delete(self, key: str) -> None:
        check_key(key, self)
        self._drop(key, lambda name: name == key)

    async def delete_prefix(self, prefix: str) -> None:
        check_key(prefix + "any", self)
        self._drop(prefix, lambda name: name.startswith(prefix))

    async def rename(self, old: str, new: str) -> None:
        if old == new and self._find(old) is not None:
            return
        await super().rename(old, new)

    async def list(self) -> AsyncIterator[str]:
        for key in self._keys():
            yield key

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        for key in under(self._keys(), prefix):
            yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        for key in children(self._keys(), prefix):
            yield key

    def ability(self, name: AbilityName) -> Callable[..., Awaitable[Any]] | None:
        return self._get_versioned if name == "get_versioned" else None

    async def _get_versioned(self, key: str, ranges: Sequence[Range | Suffix] | None) -> tuple[Buffers, Version] | None:
        return self._read(key, ranges)

    # reading

    def _read(self, key: str, ranges: Sequence[Range | Suffix] | None) -> tuple[Buffers, _Member] | None:
        while True:
            emptied = self._emptied
            member = self._find(key)
            if member is None:
                return None
            try:
                if ranges is None:
                    values: Buffers = [self._whole(key, member)]
                else:
                    values = [self._part(key, member, *span(wanted, member.size, key)) for wanted in ranges]
            except StoreError:
                if emptied == self._emptied:
                    raise
            if emptied == self._emptied:
                return values, member

    def _find(self, key: str) -> _Member | None:
        if not self._close_file.alive:
            raise StoreError(f"{self!r} is closed: key {key!r} was not read")
        return self._members.get(key)

    def _whole(self, key: str, member: _Member) -> Buffer:
        value = read_part(self._fd, self._start(key, member), member.stored_size)
        if member.method != zipfile.ZIP_STORED:
            value = self._decompressed(key, member, value)
        if len(value) != member.size or zlib.crc32(value) != member.crc:
            raise StoreError(f"member {key!r} of {self!r} is damaged: it is cut off, or its CRC does not hold")
        return value

    def _part(self, key: str, member: _Member, start: int, length: int) -> Buffer:
        if member.method != zipfile.ZIP_STORED:
            return memoryview(self._whole(key, member))[start : start + length]
        value = read_part(self._fd, self._start(key, member) + start, length)
        if len(value) != length:
            raise StoreError(f"member {key!r} of {self!r} is damaged: it is cut off")
        return value

    def _start(self, key: str, member: _Member) -> int:
        """Where the data begins: behind the member's own header, whose length the directory does not tell."""
        start = self._starts.get((key, member))
        if start is None:
            header = read_part(self._fd, member.header, _LOCAL_HEADER.size)
            if len(header) != _LOCAL_HEADER.size or not header.startswith(b"PK\3\4"):
                raise StoreError(f"member {key!r} of {self!r} is damaged: it has no header at byte {member.header}")
            _, name, extra = _LOCAL_HEADER.unpack(header)
            start = self._starts[key, member] = member.header + _LOCAL_HEADER.size + name + extra
        return start

    def _decompressed(self, key: str, member: _Member, stored: bytes) -> bytes:
        try:
            return _DECOMPRESS[member.method](stored, member.size)
        except KeyError:
            known = "stored, deflated and bzip2 members can be read"
            raise StoreError(f"member {key!r} of {self!r} is compressed by method {member.method}: {known}") from None
        except (OSError, zlib.error) as error:
            raise StoreError(f"member {key!r} of {self!r} is damaged: {error}") from error

    def _keys(self) -> Sequence[str]:
        with self._lock:
            self._find("")
            if self._sorted is None:
                self._sorted = sorted(self._members)
            return self._sorted

    # writing

    def _writable(self, key: str) -> zipfile.ZipFile:
        if self.read_only:
            raise ReadOnlyError(f"{self!r} is open for reading only: key {key!r} was not changed")
        if self._archive is None:
            raise StoreError(f"{self!r} is closed: key {key!r} was not changed")
        return self._archive

    def _drop(self, key: str, dropped: Callable[[str], bool]) -> None:
        with self._lock:
            archive = self._writable(key)
            gone = [name for name in self._members if dropped(name)]
            for name in gone:
                del self._members[name]
            if gone:
                self._sorted = None
                kept = [info for info in archive.infolist() if info.filename in self._members]
                if not kept:
                    self._emptied += 1
                    self._starts.clear()
                self._set_directory(archive, kept, archive.start_dir if kept else 0)

    def _set_directory(self, archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo], start: int) -> None:
        """What `close` will write into the directory, and where; the next member is written there, too."""
        archive.filelist[:] = infos
        archive.NameToInfo.clear()
        archive.NameToInfo.update((info.filename, info) for info in infos)
        archive.start_dir = start
        archive.comment = archive.comment  # the public way to say that the directory has changed

    def _member(self, info: zipfile.ZipInfo) -> _Member:
        check_key(info.filename, self)
        if info.flag_bits & _ENCRYPTED:
            raise StoreError(f"member {info.filename!r} of {self!r} is encrypted, and there is no password to give")
        if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
            raise StoreError(f"member {info.filename!r} of {self!r} is damaged: it is stored, but has two sizes")
        return _Member(info.header_offset, info.compress_size, info.file_size, info.CRC, info.compress_type)

    # the rest

    def close(self) -> None:
        with self._lock:
            if self._archive is not None:
                self._archive.close()
                self._archive = None
            self._close_file()

    def address(self, key: str) -> Hashable:
        return ("zip", self._real, key)

    def __getstate__(self) -> dict[str, Any]:
        if self.mode != "r":
            raise StoreError(f"{self!r} cannot be pickled: close it and pickle one that is opened with mode 'r'")
        return {"path": self.path, "mode": "r", "read_only": True, "compression": 0, "compresslevel": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ZipStore) and (self.path, self.mode) == (other.path, other.mode)

    def __hash__(self) -> int:
        return hash((self.path, self.mode))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r}, {self.mode!r})"

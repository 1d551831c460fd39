"""Zarr hierarchies in tar files: a store that reads the members of an uncompressed tar file where they lie."""

from __future__ import annotations

import os
import tarfile
import weakref
from collections.abc import AsyncIterator, Hashable, Mapping
from typing import Any

from zarr_core.abc.store import Buffer, Range, ReadListStore, Suffix
from zarr_core.errors import StoreError, Truncated
from zarr_core.storage.keys import check_key, children, span, under

__all__ = ["TarStore", "open_tar"]


class TarStore(ReadListStore):
    """The files in the tar file at `path`; of several of one name the last counts.

    Raises `StoreError` for a file that is no uncompressed tar file, and for one with members that are no keys.
    """

    blocking = True  # reads on the calling thread and never suspends, so that it is used without an event loop

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.abspath(path)
        self._members: dict[str, tuple[int, int]] = {}
        """Offset and size by key."""
        try:
            with tarfile.open(self.path, "r:") as archive:
                for member in archive:
                    if member.isreg() and not member.issparse():
                        key = member.name.removeprefix("./")
                        check_key(key, self)
                        self._members[key] = (member.offset_data, member.size)
        except tarfile.TarError as error:
            raise StoreError(f"{self.path!r} is no uncompressed tar file: {error}") from error
        self._keys = sorted(self._members)
        self._fd = os.open(self.path, os.O_RDONLY)
        self._close = weakref.finalize(self, os.close, self._fd)

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        member = self._members.get(key)
        if member is None:
            return None
        offset, size = member
        start, length = span(byte_range or Range(0), size, key)
        value = os.pread(self._fd, length, offset + start)  # no shared position: any number of threads may read
        if len(value) != length:
            raise Truncated(f"member {key!r} of {self!r} is cut off")
        return value

    async def getsize(self, key: str) -> int | None:
        member = self._members.get(key)
        return None if member is None else member[1]

    async def list(self) -> AsyncIterator[str]:
        for key in self._keys:
            yield key

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        for key in under(self._keys, prefix):
            yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        for key in children(self._keys, prefix):
            yield key

    def address(self, key: str) -> Hashable:
        return ("tar", os.path.realpath(self.path), key)

    def close(self) -> None:
        self._close()

    def __reduce__(self) -> tuple[Any, ...]:
        return TarStore, (self.path,)

    def __repr__(self) -> str:
        return f"TarStore({self.path!r})"


def open_tar(path: str, *, read_only: bool = False, storage_options: Mapping[str, Any] | None = None) -> TarStore:
    """What `zarr_core` calls for paths that end in `.tar`. A tar store is read only, whatever is asked for."""
    return TarStore(path, **(storage_options or {}))

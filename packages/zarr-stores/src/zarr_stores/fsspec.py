"""Everything that fsspec reaches: object stores, HTTP, archives, its file system in memory.

An asynchronous file system (S3, GCS, HTTP) is awaited on whatever event loop the store is used from, with a client of
its own for each; no thread is involved. A synchronous one is called on the calling thread, and the store blocks.

A value is absent when the file system raises `FileNotFoundError`; any other failure is a `StoreError` that names key
and cause. Whether a write is all or nothing is up to the file system: object stores keep that promise, fsspec's local
one does not, for which there is `LocalStore`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Hashable, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, NoReturn, Self
from urllib.parse import quote, unquote

import fsspec
from fsspec.asyn import AsyncFileSystem
from fsspec.utils import get_protocol, tokenize

from zarr_core.abc.store import Buffer, Buffers, Range, ReadWriteListStore, Suffix, Value, join_buffers
from zarr_core.errors import ReadOnlyError, StoreError, Truncated, UnsupportedByStoreError, ZarrError
from zarr_core.storage.keys import check_key, span
from zarr_stores.clients import LoopClients

__all__ = ["FsspecStore"]

_ABSENT = (FileNotFoundError, NotADirectoryError)
_AT_ONCE = 64
"""Requests in flight when a prefix is deleted."""
_MEMORY_LOCK = threading.RLock()
"""fsspec's memory file system hands out one file object, with one position, to all who read a value."""
_NOT_THE_CONTAINER = frozenset({"asynchronous", "loop", "skip_instance_cache", "use_listings_cache"})
"""Options of a file system that do not say where it is."""


class FsspecStore(ReadWriteListStore):
    """What the file system `fs` has under `path`, which may be given as a URL of it.

    A store over HTTP is read only; it lists if the server shows directories as pages of links.
    """

    def __init__(self, fs: Any, path: str = "", *, read_only: bool = False) -> None:
        protocols = {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)
        self.fs = fs
        self.path: str = fs._strip_protocol(path).rstrip("/")
        self._http = "http" in protocols
        self.read_only = read_only or self._http
        self.blocking = not fs.async_impl
        self.waits = "memory" not in protocols
        self.gap = 0 if not self.waits else 512 if "file" in protocols else 1 << 20
        self._guard: contextlib.AbstractContextManager[Any] = contextlib.nullcontext() if self.waits else _MEMORY_LOCK
        self._clients: LoopClients[Any] = LoopClients(self._client, _end)
        # a file system that does not find by itself walks, and takes directories that it may not read for empty ones
        base, name = (fsspec.AbstractFileSystem, "find") if self.blocking else (AsyncFileSystem, "_find")
        self._finds = getattr(type(fs), name) is not getattr(base, name)
        if "file" in protocols:
            self._container: tuple[Hashable, ...] = ("file", os.path.realpath(self.path))
        elif not self.waits:
            self._container = ("fsspec", id(fs.store), self.path)
        else:
            where = sorted((k, v) for k, v in fs.storage_options.items() if k not in _NOT_THE_CONTAINER)
            self._container = ("fsspec", tokenize(type(fs).__name__, fs.storage_args, where), self.path)

    @classmethod
    def from_url(cls, url: str, storage_options: Mapping[str, Any] | None = None, *, read_only: bool = False) -> Self:
        """The store at a URL that fsspec knows, chained ones included. Makes no request."""
        scheme = get_protocol(url)
        try:
            options = dict(storage_options or {})
            if fsspec.get_filesystem_class(scheme).async_impl:
                options["asynchronous"] = True  # else it would start a thread with an event loop
            fs, path = fsspec.url_to_fs(url, **options)
        except ImportError as error:
            raise StoreError(f"urls that begin with {scheme + '://'!r} need another package: {error}") from error
        except ValueError as error:
            raise StoreError(f"no store opens urls that begin with {scheme + '://'!r}: {error}") from error
        return cls(fs, path, read_only=read_only)

    # reading

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        if byte_range is not None and _is_empty(byte_range):
            return await self._nothing_of(key, byte_range)
        try:
            value = await self._call("cat_file", self._path(key), *_limits(byte_range))
        except Exception as error:
            value = error
        return await self._checked(key, byte_range, value)

    async def get_ranges(self, key: str, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        if not ranges or any(map(_is_empty, ranges)):
            return await super().get_ranges(key, ranges) if await self.exists(key) else None
        starts, ends = zip(*map(_limits, ranges), strict=True)
        paths = [self._path(key)] * len(ranges)
        values = await self._call("cat_ranges", paths, list(starts), list(ends), on_error="return")
        parts: list[Buffer] = []
        for byte_range, value in zip(ranges, values, strict=True):
            part = await self._checked(key, byte_range, value)
            if part is None:
                return None
            parts.append(part)
        return parts

    async def exists(self, key: str) -> bool:
        return await self.getsize(key) is not None

    async def getsize(self, key: str) -> int | None:
        try:
            info = await self._call("info", self._path(key))
        except _ABSENT:
            return None
        except Exception as error:
            self._fail("find", key, error)
        size: int | None = info.get("size")
        if size is None or info.get("type") == "directory":  # some take a prefix for a thing; `get` knows
            return await super().getsize(key)
        return size

    async def _checked(self, key: str, byte_range: Range | Suffix | None, value: Any) -> Buffer | None:
        """What the file system gave, or raised, as the contract has it."""
        if isinstance(value, _ABSENT):
            return None
        if byte_range is None:
            if isinstance(value, Exception):
                self._fail("read", key, value)
            return value  # type: ignore[no-any-return]
        open_end = isinstance(byte_range, Range) and byte_range.stop is None
        if isinstance(value, Exception) or (open_end and not value):
            # servers have an error of their own for a range that begins at the end, or behind it
            size = await self.getsize(key)
            if size is not None and span(byte_range, size, key)[1] == 0:
                return b""
            if isinstance(value, Exception):
                self._fail("read", key, value)
        elif not open_end:
            wanted = byte_range.n if isinstance(byte_range, Suffix) else (byte_range.stop or 0) - byte_range.start
            if len(value) != wanted:
                raise Truncated(f"asked for {byte_range} of key {key!r} of {self!r}, got {len(value)} bytes")
        return value  # type: ignore[no-any-return]

    async def _nothing_of(self, key: str, byte_range: Range | Suffix) -> Buffer | None:
        """An empty range: file systems answer it without looking, or with everything."""
        size = await self.getsize(key)
        if size is None:
            return None
        span(byte_range, size, key)
        return b""

    # writing

    async def set(self, key: str, value: Value) -> None:
        self._check_write(key)
        path, content = self._path(key), bytes(join_buffers(value))
        try:
            try:
                await self._call("pipe_file", path, content)
            except FileNotFoundError:  # a file system with directories
                await self._call("makedirs", path.rpartition("/")[0], exist_ok=True)
                await self._call("pipe_file", path, content)
        except Exception as error:
            self._fail("write", key, error)

    async def delete(self, key: str) -> None:
        self._check_write(key)
        try:
            await self._call("rm_file", self._path(key))
        except _ABSENT:
            return
        except Exception as error:
            self._fail("delete", key, error)

    async def delete_prefix(self, prefix: str) -> None:
        self._check_write(prefix + "any")
        if self.blocking:
            return await super().delete_prefix(prefix)
        keys = [key async for key in self.list_prefix(prefix)]
        for first in range(0, len(keys), _AT_ONCE):
            await asyncio.gather(*map(self.delete, keys[first : first + _AT_ONCE]))

    # listing

    def list(self) -> AsyncIterator[str]:
        return self.list_prefix("")

    async def list_prefix(self, prefix: str) -> AsyncGenerator[str, None]:
        if self._finds:
            try:
                names = await self._call("find", self._directory(prefix))
            except _ABSENT:
                return
            except Exception as error:
                self._fail("list", prefix, error)
            for key in self._keys(names):
                if key.startswith(prefix):
                    yield key
            return
        waiting = [prefix]
        while waiting:
            async with aclosing(self.list_dir(waiting.pop())) as items:
                async for item in items:
                    if item.endswith("/"):
                        waiting.append(item)
                    else:
                        yield item

    async def list_dir(self, prefix: str) -> AsyncGenerator[str, None]:
        found = await self._listed(prefix)
        if not found and self._http and not (prefix and await self._listed("")):
            raise UnsupportedByStoreError(
                f"{self!r} cannot list: the server shows no page of links for its directories"
            )
        for item in found:
            # only file systems with directories can have one without files, and those block
            if item.endswith("/") and self.blocking and not await self._holds_files(item):
                continue
            yield item

    async def _listed(self, prefix: str) -> Sequence[str]:
        """Keys and prefixes directly under `prefix`, maybe some that are empty."""
        try:
            entries = await self._call("ls", self._directory(prefix), detail=True)
        except _ABSENT:
            return []
        except Exception as error:
            self._fail("list", prefix, error)
        found: set[str] = set()
        for key, entry in zip(self._keys(entry["name"] for entry in entries), entries, strict=True):
            head, slash, _ = key.removeprefix(prefix).partition("/")
            if key.startswith(prefix) and head:
                found.add(prefix + head + ("/" if slash or entry["type"] == "directory" else ""))
        return sorted(found)

    async def _holds_files(self, prefix: str) -> bool:
        async with aclosing(self.list_prefix(prefix)) as keys:
            async for _ in keys:
                return True
        return False

    def _keys(self, names: Any) -> Iterator[str]:
        """The keys of paths; "" for what is not below this store."""
        base = self.path + "/" if self.path else ""
        root = self.fs.root_marker
        for name in names:
            path: str = self.fs._strip_protocol(name)
            if not base:
                path = path.removeprefix(root)
            key = path[len(base) :] if path.startswith(base) else ""
            if self._http:
                key = "" if "?" in key or "#" in key else unquote(key)  # links that sort the page
            yield key

    # the rest

    async def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """The method of the file system: called here if it is synchronous, else awaited with this loop's client."""
        if self.blocking:
            with self._guard:
                return getattr(self.fs, name)(*args, **kwargs)
        client = await self._clients.current()
        return await getattr(client, "_" + name)(*args, **kwargs)

    def _client(self) -> Any:
        cls = type(self.fs)
        if self._http:
            from fsspec.implementations.http import HTTPFileSystem

            from zarr_stores.http import ExactHTTPFileSystem

            cls = ExactHTTPFileSystem if cls is HTTPFileSystem else cls
        options = {**self.fs.storage_options, "asynchronous": True, "use_listings_cache": False}
        options.pop("loop", None)
        return cls(*self.fs.storage_args, **options, skip_instance_cache=True)

    def _path(self, key: str) -> str:
        check_key(key, self)
        if self._http:
            key = quote(key)
        return f"{self.path}/{key}" if self.path else self.fs.root_marker + key

    def _directory(self, prefix: str) -> str:
        return self._path(prefix.removesuffix("/")) if prefix else self.path

    def _check_write(self, key: str) -> None:
        if self.read_only:
            raise ReadOnlyError(f"{self!r} is open for reading only: key {key!r} was not changed")
        check_key(key, self)

    def _fail(self, verb: str, key: str, error: Exception) -> NoReturn:
        if isinstance(error, ZarrError):
            raise error
        what = str(error) or "no more is known"
        raise StoreError(f"cannot {verb} key {key!r} of {self!r}: {type(error).__name__}: {what}") from error

    def address(self, key: str) -> Hashable:
        *container, path = self._container
        return (*container, f"{path}/{key}")

    def close(self) -> None:
        self._clients.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.fs, self.path, self.read_only)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FsspecStore) and (self._container, self.read_only) == (
            other._container,
            other.read_only,
        )

    def __hash__(self) -> int:
        return hash(self._container)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.fs.unstrip_protocol(self.path)!r})"


def _restored(cls: type[FsspecStore], fs: Any, path: str, read_only: bool) -> FsspecStore:
    return cls(fs, path, read_only=read_only)


def _limits(byte_range: Range | Suffix | None) -> tuple[int | None, int | None]:
    """Start and end as fsspec has them: like a slice."""
    if byte_range is None:
        return None, None
    return (-byte_range.n, None) if isinstance(byte_range, Suffix) else byte_range


def _is_empty(byte_range: Range | Suffix) -> bool:
    return byte_range.n == 0 if isinstance(byte_range, Suffix) else byte_range.start == byte_range.stop


async def _end(client: Any) -> None:
    """Close what HTTP and GCS call `_session`, and S3 `_s3`; others look after themselves."""
    for name in ("_session", "_s3"):
        session = getattr(client, name, None)
        if session is not None:
            setattr(client, name, None)
            await session.close()

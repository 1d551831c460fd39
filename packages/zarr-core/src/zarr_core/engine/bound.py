"""A stored array or group as operations see it: what is asked of a store or prepared once, and nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Generic, Literal, Self, TypeVar

from zarr_core.abc.codec import Spec
from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.abc.store import ReadListStore, ReadStore, ReadWriteStore, Store
from zarr_core.config import current_config
from zarr_core.engine.chain import CodecChain
from zarr_core.engine.runtimes import Driver, runtime_for
from zarr_core.engine.sources import Reader
from zarr_core.errors import ReadOnlyError, StoreError, UnsupportedByStoreError
from zarr_core.plugins.hooks import ask_all

__all__ = ["Access", "ArrayOptions", "BoundArray", "BoundGroup", "BoundNode"]

M = TypeVar("M", bound=NodeMetadataABC, covariant=True)
BOX = 256 << 10
"""Bytes of whole chunks in a row that are read as one item of `map`."""


@dataclass(frozen=True, slots=True)
class ArrayOptions:
    """How an array is read and written; taken from the configuration when it is opened."""

    missing_chunk: Literal["fill", "error"] = "fill"
    """What a chunk that is not stored is: fill values, or a `MissingChunkError`."""
    write_empty_chunks: bool = False
    """Store chunks that equal the fill value too."""
    order: Literal["C", "F"] = "C"
    """Memory order of arrays that reading returns."""

    @classmethod
    def current(cls) -> Self:
        config = current_config()
        return cls(config.read.missing_chunk, config.write.empty_chunks, config.array.order)

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The same with changes. Raises `TypeError` for an unknown option, `ValueError` for a value it cannot have."""
        for name, value in changes.items():
            if name not in _OPTIONS:
                raise TypeError(f"config takes {', '.join(_OPTIONS)}, not {name!r}")
            if not any(value is one or (value == one and isinstance(value, str)) for one in _OPTIONS[name]):
                raise ValueError(f"{name} is one of {', '.join(map(repr, _OPTIONS[name]))}, not {value!r}")
        return replace(self, **changes)


_OPTIONS: dict[str, tuple[Any, ...]] = {
    "missing_chunk": ("fill", "error"),
    "write_empty_chunks": (False, True),
    "order": ("C", "F"),
}


def readable(store: Store) -> ReadStore:
    """The store, for reading. Raises `UnsupportedByStoreError`."""
    if isinstance(store, ReadStore):
        return store
    raise UnsupportedByStoreError(f"{store!r} cannot read values")


def writable(store: Store, what: str) -> ReadWriteStore:
    """The store, for writing. Raises `ReadOnlyError` before anything is touched."""
    if isinstance(store, ReadWriteStore) and not store.read_only:
        return store
    raise ReadOnlyError(f"cannot write {what}: {store!r} is read-only")


class Access:
    """A store with the runtime for operations on it; chunks may be in another store than metadata."""

    def __init__(self, store: Store, *, read_only: bool = False, chunk_store: Store | None = None) -> None:
        self.given, self.chunk_store = store, chunk_store
        """What the user opened."""
        self.read_only = read_only or store.read_only
        self.runtime: Driver = runtime_for(store, *([] if chunk_store is None else [chunk_store]))
        self.store: ReadStore = readable(self.runtime.adapt(store))
        """The same as the runtime uses it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _make_access, (self.given, self.read_only, self.chunk_store)

    def within(self, runtime: Driver) -> Access:
        """The same as a part of a larger operation, which runs in that runtime."""
        if self.runtime is runtime:
            return self
        access = Access(self.given, read_only=self.read_only, chunk_store=self.chunk_store)
        access.runtime, access.store = runtime, readable(runtime.adapt(self.given))
        return access

    def writable(self, what: str) -> ReadWriteStore:
        """The store, for writing. Raises `ReadOnlyError` before anything is touched."""
        if self.read_only and not self.given.read_only:
            raise ReadOnlyError(f"cannot write {what}: it was opened with mode='r'")
        return writable(self.store, what)

    def listable(self, what: str) -> ReadListStore:
        """The store, for listing. Raises `UnsupportedByStoreError`."""
        if isinstance(self.store, ReadListStore):
            return self.store
        raise UnsupportedByStoreError(f"cannot list {what}: {self.given!r} has no list of its keys")


def _make_access(store: Store, read_only: bool, chunk_store: Store | None) -> Access:
    return Access(store, read_only=read_only, chunk_store=chunk_store)


class BoundNode(Generic[M]):
    """A node of a hierarchy in a store."""

    def __init__(self, access: Access, path: str, metadata: M) -> None:
        self.access, self.path, self.metadata = access, path, metadata
        self.prefix = path + "/" if path else ""
        self.runtime = access.runtime

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.access, self.path, self.metadata)

    @property
    def label(self) -> str:
        """For messages: `array 'a/b'`."""
        return f"{self.metadata.node_type} {self.path or '/'!r}"


class BoundGroup(BoundNode[GroupMetadataABC]):
    """A group in a store."""

    def with_metadata(self, metadata: GroupMetadataABC) -> BoundGroup:
        """The same group after its metadata changed."""
        return BoundGroup(self.access, self.path, metadata)


class BoundArray(BoundNode[ArrayMetadataABC]):
    """An array in a store, its grid laid out and its codecs checked."""

    def __init__(
        self,
        access: Access,
        path: str,
        metadata: ArrayMetadataABC,
        *,
        options: ArrayOptions | None = None,
        chain: CodecChain | None = None,
    ) -> None:
        super().__init__(access, path, metadata)
        self.options = options or ArrayOptions.current()
        self.chunks = self._chunk_store()
        """The store of the chunks, as the runtime uses it, seen through the storage transformers."""
        self.compare_and_set = None if self.chunks.blocking else self.chunks.ability("set_if")
        self.reader = Reader(self.chunks, self.runtime, pin=self.compare_and_set is not None)
        self.grid = metadata.chunk_grid.dimensions(metadata.shape)
        self.dtype = metadata.data_type.dtype
        self.fill = metadata.fill_value
        spec = Spec(tuple([dimension.edges[0] for dimension in self.grid]), metadata.data_type, metadata.fill_value)
        self.chain = chain or CodecChain(metadata.codecs, spec)
        longest = prod([max(dimension.edges) for dimension in self.grid])
        item_size = metadata.data_type.item_size
        self.box = BOX // (longest * item_size) if longest and item_size else 1
        self._encode = metadata.chunk_key_encoding.encode
        self.observers: list[Any] = ask_all("observe", array_path=path, zarr_format=metadata.zarr_format)
        """Who is told of reads and writes."""

    def _chunk_store(self) -> ReadStore:
        chunks: Store = self.access.given if self.access.chunk_store is None else self.access.chunk_store
        for transformer in reversed(self.metadata.storage_transformers):
            chunks = transformer.view(chunks, self.prefix)
        return self.access.store if chunks is self.access.given else readable(self.runtime.adapt(chunks))

    def __reduce__(self) -> tuple[Any, ...]:  # what is bound and prepared is made anew
        return _make_array, (self.access, self.path, self.metadata, self.options)

    def key(self, chunk: tuple[int, ...]) -> str:
        """The key of a chunk."""
        return self.prefix + self._encode(chunk)

    def with_metadata(self, metadata: ArrayMetadataABC) -> BoundArray:
        """The same array after its metadata changed; the bound codecs are kept where they still fit."""
        same = metadata.codecs == self.metadata.codecs and metadata.chunk_grid == self.metadata.chunk_grid
        chain = self.chain if same else None
        return BoundArray(self.access, self.path, metadata, options=self.options, chain=chain)

    def with_options(self, **changes: Any) -> BoundArray:
        """The same array, read and written differently."""
        options = self.options.changed(changes)
        return BoundArray(self.access, self.path, self.metadata, options=options, chain=self.chain)

    def writable_chunks(self) -> ReadWriteStore:
        """The store of the chunks, for writing. Raises before anything is touched."""
        if self.metadata.ignored:
            raise StoreError(
                f"cannot write to {self.label}: its metadata names {', '.join(map(repr, self.metadata.ignored))}, "
                "which reading may pass over and writing may not"
            )
        self.access.writable(f"to {self.label}")
        return writable(self.chunks, f"to {self.label}")


def _make_array(access: Access, path: str, metadata: ArrayMetadataABC, options: ArrayOptions) -> BoundArray:
    return BoundArray(access, path, metadata, options=options)

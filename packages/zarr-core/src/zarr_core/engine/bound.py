"""A stored array or group as operations see it: what is asked of a store or prepared once, and nothing twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar

from typing_extensions import Self

from zarr_core.abc.codec import Spec
from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.abc.store import ReadStore, ReadWriteStore, Store
from zarr_core.config import current_config
from zarr_core.engine.chain import CodecChain
from zarr_core.engine.runtimes import Driver, runtime_for
from zarr_core.engine.sources import Reader
from zarr_core.errors import ReadOnlyError, StoreError, UnsupportedByStoreError

__all__ = ["ArrayOptions", "BoundArray", "BoundGroup", "BoundNode", "readable", "writable"]

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


class BoundNode(Generic[M]):
    """A node of a hierarchy in a store."""

    def __init__(self, store: Store, path: str, metadata: M, *, read_only: bool = False) -> None:
        self.given, self.path, self.metadata = store, path, metadata
        self.read_only = read_only or store.read_only
        self.prefix = path + "/" if path else ""
        self.runtime: Driver = runtime_for(store)
        self.store = readable(self.runtime.adapt(store))
        """The store as the runtime uses it; `given` is what the user opened."""

    @property
    def label(self) -> str:
        """For messages: `array 'a/b'`."""
        return f"{self.metadata.node_type} {self.path!r}"

    def check_writable(self) -> ReadWriteStore:
        """The store, for writing. Raises `ReadOnlyError` before anything is touched."""
        if self.read_only:
            reason = f"{self.given!r} is read-only" if self.given.read_only else "it was opened with mode='r'"
            raise ReadOnlyError(f"cannot write to {self.label}: {reason}")
        return writable(self.store, self.label)


class BoundGroup(BoundNode[GroupMetadataABC]):
    """A group in a store."""

    def with_metadata(self, metadata: GroupMetadataABC) -> BoundGroup:
        return BoundGroup(self.given, self.path, metadata, read_only=self.read_only)


class BoundArray(BoundNode[ArrayMetadataABC]):
    """An array in a store, its grid laid out and its codecs checked."""

    def __init__(
        self,
        store: Store,
        path: str,
        metadata: ArrayMetadataABC,
        *,
        options: ArrayOptions | None = None,
        read_only: bool = False,
        chunk_store: Store | None = None,
        chain: CodecChain | None = None,
    ) -> None:
        super().__init__(store, path, metadata, read_only=read_only)
        self.options = options or ArrayOptions.current()
        self.chunk_given = chunk_store
        chunks: Store = store if chunk_store is None else chunk_store
        for transformer in reversed(metadata.storage_transformers):
            chunks = transformer.view(chunks, self.prefix)
        if chunks is not store:
            self.runtime = runtime_for(store, chunks)
            self.store = readable(self.runtime.adapt(store))
        self.chunks = readable(self.runtime.adapt(chunks)) if chunks is not store else self.store
        """The store of the chunks, seen through the storage transformers."""
        self.compare_and_set = None if self.chunks.blocking else self.chunks.ability("set_if")
        self.reader = Reader(self.chunks, self.runtime, pin=self.compare_and_set is not None)
        self.grid = metadata.chunk_grid.dimensions(metadata.shape)
        self.dtype = metadata.data_type.dtype
        self.fill = metadata.fill_value
        spec = Spec(tuple(dimension.edges[0] for dimension in self.grid), metadata.data_type, metadata.fill_value)
        self.chain = chain or CodecChain(metadata.codecs, spec)
        self.box = BOX // max(spec.nbytes, 1) if spec.nbytes else 1
        self._encode = metadata.chunk_key_encoding.encode

    def key(self, chunk: tuple[int, ...]) -> str:
        """The key of a chunk."""
        return self.prefix + self._encode(chunk)

    def with_metadata(self, metadata: ArrayMetadataABC) -> BoundArray:
        """The same array after its metadata changed; the bound codecs are kept where they still fit."""
        same = metadata.codecs == self.metadata.codecs and metadata.data_type == self.metadata.data_type
        return BoundArray(
            self.given,
            self.path,
            metadata,
            options=self.options,
            read_only=self.read_only,
            chunk_store=self.chunk_given,
            chain=self.chain if same else None,
        )

    def with_options(self, **changes: object) -> BoundArray:
        """The same array, read and written differently."""
        options = replace(self.options, **changes)  # type: ignore[arg-type]
        return BoundArray(
            self.given,
            self.path,
            self.metadata,
            options=options,
            read_only=self.read_only,
            chunk_store=self.chunk_given,
            chain=self.chain,
        )

    def check_writable(self) -> ReadWriteStore:
        if self.metadata.ignored:
            raise StoreError(
                f"cannot write to {self.label}: its metadata names {', '.join(map(repr, self.metadata.ignored))}, "
                "which reading may ignore and writing may not"
            )
        super().check_writable()
        return writable(self.chunks, self.label)

"""Sharding bound to one shard shape: whole shards in one read, parts through the index, updates that re-encode
only what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.codec import BoundArrayBytes, Part, Points, Spec
from zarr_core.abc.source import Source
from zarr_core.abc.store import Buffer, Buffers, Range, Suffix
from zarr_core.errors import CodecError
from zarr_core.nested import BoundChain, Box, ChunkPart, Picked, RegularDimension, boxes, parts, pieces, point_groups
from zarr_sharding.held import Held
from zarr_sharding.index import IndexForm

__all__ = ["BoundSharding"]

BOX = 256 << 10
"""Bytes of inner chunks in a row that are decoded as one item of work."""
LARGE = 256 << 10
"""Bytes of an inner chunk from which it may be read in part; smaller ones come whole, in merged requests."""
WHOLE = 0.5
"""The share of a shard's bytes from which it is read whole."""


Wanted: TypeAlias = tuple[tuple[int, ...], Part, Any]
"""An inner chunk, which part of it, and where in the output."""
Present: TypeAlias = tuple[Wanted, int, int]
"""The same with offset and size in the shard."""


class _Absent(Exception):
    """There is no shard."""


class BoundSharding(BoundArrayBytes):
    """The codec for shards of one shape."""

    def __init__(self, spec: Spec, inner: BoundChain, index: BoundChain, location: str) -> None:
        self.spec, self._inner = spec, inner
        self._form = IndexForm(index, location)
        chunk = inner.spec.shape
        self._grid = tuple(RegularDimension(length, size) for length, size in zip(spec.shape, chunk, strict=True))
        self._counts = tuple(dimension.count for dimension in self._grid)
        self._strides = tuple(prod(self._counts[axis + 1 :]) for axis in range(len(self._counts)))
        self.gil_free = inner.gil_free
        self._most = BOX // inner.nbytes if inner.nbytes else 1

    @cached_property
    def _plan(self) -> list[Box | ChunkPart]:
        """The inner chunks of a whole shard, in C order, those in a row together; made when first a whole one comes."""
        whole = [pieces(Picked(slice(0, along.length, 1), along.length), along) for along in self._grid]
        return list(boxes(whole, self._most))

    def _number(self, chunk: tuple[int, ...]) -> int:
        return sum([at * stride for at, stride in zip(chunk, self._strides, strict=True)])

    # whole shards at hand, synchronous: what bytes-to-bytes codecs after this one need

    def encode(self, a: NDArray[Any]) -> Buffer:
        keep: list[list[Buffer] | None] = []
        for item in parts([pieces(Picked(slice(0, d.length, 1), d.length), d) for d in self._grid]):
            keep.append(self._encode_inner(a[item.where] if item.where else a, False))
        return b"".join(self._form.assemble(keep))

    def _encode_inner(self, values: NDArray[Any], keep_fill: bool) -> list[Buffer] | None:
        if not keep_fill and self._inner.is_fill(values):
            return None
        return [self._inner.encode(values)]

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        if out is None:
            out = np.empty(self.spec.shape, self.spec.data_type.dtype)
        index = self._form.decode(self._form.cut(buf), len(buf))
        entries, view = index.tolist(), memoryview(buf)
        for item in self._plan:
            self._place(item, entries, view, out)
        return out

    def _place(self, item: Box | ChunkPart, entries: list[list[int]], shard: memoryview, out: NDArray[Any]) -> None:
        """Decode the inner chunks of one item of the plan from the shard's bytes into `out`."""
        chain = self._inner
        if isinstance(item, ChunkPart):
            offset, size = entries[self._number(item.chunk)]
            target = out[item.where] if item.where else out
            if offset < 0:
                target[...] = self.spec.fill
            else:
                self._decode_one(item.chunk, shard[offset : offset + size], target)
            return
        first = self._number(item.chunks[0])
        found = entries[first : first + len(item.chunks)]
        rows = item.rows(out)
        if all([offset >= 0 for offset, _ in found]):
            try:
                rows[...] = chain.decode_stack([shard[offset : offset + size] for offset, size in found])
                return
            except CodecError:
                pass  # one of them is damaged: find out which
        for chunk, (offset, size), row in zip(item.chunks, found, rows, strict=True):
            if offset < 0:
                row[...] = self.spec.fill
            else:
                self._decode_one(chunk, shard[offset : offset + size], row)

    def _decode_one(self, chunk: tuple[int, ...], buf: Buffer, out: NDArray[Any]) -> None:
        try:
            self._inner.decode(buf, out)
        except CodecError as error:
            raise _inside(chunk, error) from error

    # parts, through a source

    async def decode_part(self, source: Source, part: Part, out: NDArray[Any]) -> bool:
        if part is None:
            value = await source.value()
            if value is None:
                return False
            await self._decode_whole(source, value, out)
            return True
        fresh = False

        async def read_index() -> tuple[NDArray[np.int64], int]:
            nonlocal fresh
            fresh = True
            wanted = Suffix(self._form.size) if self._form.at_end else Range(0, self._form.size)
            encoded = await source.read([wanted])
            if encoded is None:
                raise _Absent
            index = self._form.decode(encoded[0], None)
            return index, index.nbytes

        try:
            index = await source.memo("shard index", read_index)
        except _Absent:
            return False
        wanted = list(self._wanted(part))
        present = self._present(index, wanted, out)
        if not present:
            if not fresh and source.seen is not None:
                await source.read([])  # what was remembered says empty: is it still that version?
            return True
        return await self._decode_some(source, index, present, out)

    def _present(self, index: NDArray[np.int64], wanted: Iterable[Wanted], out: NDArray[Any]) -> list[Present]:
        """Those that are stored, with offset and size; the others are fill."""
        found = [(item, *index[self._number(item[0])].tolist()) for item in wanted]
        for (_, _, where), offset, _ in found:
            if offset < 0:
                out[where] = self.spec.fill
        return [entry for entry in found if entry[1] >= 0]

    async def _decode_whole(self, source: Source, value: Buffer, out: NDArray[Any]) -> None:
        index = self._form.decode(self._form.cut(value), len(value))
        entries, view = index.tolist(), memoryview(value)
        chain = self._inner

        async def one(item: Box | ChunkPart) -> None:
            count = len(item.chunks) if isinstance(item, Box) else 1
            await source.runtime.compute(
                self._place, item, entries, view, out, nbytes=chain.nbytes * count, gil_free=chain.gil_free
            )

        await source.runtime.map(one, self._plan)

    def _wanted(self, part: Part) -> Iterator[Wanted]:
        """Inner chunk, part of it, and where that goes in the output."""
        if isinstance(part, Points):
            for chunk, inside, which in point_groups(part.at, self._grid):
                yield chunk, Points(inside), which
            return
        assert part is not None
        cut = [pieces(_picked(take), dimension) for take, dimension in zip(part, self._grid, strict=True)]
        for item in parts(cut):
            yield item.chunk, item.inside, item.where

    async def _decode_some(
        self,
        source: Source,
        index: NDArray[np.int64],
        present: list[Present],
        out: NDArray[Any],
    ) -> bool:
        chain = self._inner
        if len(present) > 1 and self._is_most(index, present):
            value = await source.value()
            if value is None:  # deleted by another process: what was remembered of it is gone as well
                return False
            own = self._form.decode(self._form.cut(value), len(value))  # not the one that was remembered
            present = self._present(own, [item for item, _, _ in present], out)
            bufs: Iterable[Buffer | None] = [memoryview(value)[offset : offset + size] for _, offset, size in present]
        elif chain.reaches and chain.nbytes >= LARGE:
            bufs = [None] * len(present)  # each is read by its own codec, perhaps in part
        else:
            read = await source.read([Range(offset, offset + size) for _, offset, size in present])
            if read is None:
                return False
            bufs = read

        async def one(entry: tuple[Present, Buffer | None]) -> None:
            ((chunk, inside, where), offset, size), buf = entry
            inner = source.sub(Range(offset, offset + size)) if buf is None else Held(buf, source.runtime)
            direct = isinstance(where, tuple) and all(isinstance(along, slice) for along in where)
            target = (out[where] if where else out) if direct else np.empty(len(where), out.dtype)
            try:
                if not await chain.decode_part(inner, inside, target):
                    target[...] = self.spec.fill
            except CodecError as error:
                raise _inside(chunk, error) from error
            if not direct:
                out[where] = target

        work = zip(present, bufs, strict=True)
        if len(present) == 1:  # a lone inner chunk goes without `map`
            await one(next(work))
        else:
            await source.runtime.map(one, work)
        return True

    def _is_most(self, index: NDArray[np.int64], present: list[Present]) -> bool:
        """Whether these are so much of the shard's bytes that it is better read whole."""
        stored = int(index[index[:, 0] >= 0, 1].sum())
        return sum(size for _, _, size in present) > WHOLE * stored

    async def encode_part(
        self, source: Source, part: Part, values: NDArray[Any], *, keep_fill: bool = False
    ) -> Buffers | None:
        runtime = source.runtime
        chain = self._inner
        total = prod(self._counts)
        shard: list[list[Buffer] | None] = [None] * total
        old: list[Buffer | None] = [None] * total
        if part is None:
            wanted: list[Wanted] = [
                (item.chunk, None, item.where)
                for item in parts([pieces(Picked(slice(0, d.length, 1), d.length), d) for d in self._grid])
            ]
        else:
            wanted = list(self._wanted(part))
            value = await source.value()
            if value is not None:
                view = memoryview(value)
                index = self._form.decode(self._form.cut(value), len(value))
                old = [view[offset : offset + size] if offset >= 0 else None for offset, size in index.tolist()]
                shard = [None if kept is None else [kept] for kept in old]

        async def one(item: Wanted) -> None:
            chunk, inside, where = item
            number = self._number(chunk)
            inner = Held(old[number], runtime)
            piece = values if isinstance(where, tuple) and not where else values[where]
            try:
                new = await chain.encode_part(inner, inside, piece, keep_fill=keep_fill)
            except CodecError as error:
                raise _inside(chunk, error) from error
            shard[number] = None if new is None else list(new)

        await runtime.map(one, wanted)
        if all([piece is None for piece in shard]):
            return None
        return self._form.assemble(shard)


def _picked(take: slice | NDArray[np.intp]) -> Picked:
    if isinstance(take, slice):
        return Picked(take, len(range(take.start, take.stop, take.step)))
    return Picked(take, len(take))


def _inside(chunk: tuple[int, ...], error: CodecError) -> CodecError:
    return CodecError(f"inner chunk {chunk}: {error}", codec=error.codec)

"""Arrays against numpy: random arrays, then random writes, reads, resizes and appends through two handles.

After each step all of the array is compared, bit by bit, and what is stored is looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from math import prod
from typing import Any, ClassVar

import numpy as np
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from numpy.typing import NDArray

import zarr_core as zarr
from tests.support import selections
from tests.support.budget import budget
from tests.support.chains import CHAINS, codecs, keywords
from tests.support.stores import SuspendingStore, WaitingStore
from tests.support.values import CORE, RAW, fills, same, values
from zarr_core.plugins import v2_codecs
from zarr_core.storage import LocalStore, MemoryStore

V2_COMPRESSORS: tuple[dict[str, Any], ...] = ({"id": "zlib", "level": 1}, {"id": "zstd", "level": 0}, {"id": "blosc"})


class Arrays(RuleBasedStateMachine):
    """One array, and what it should hold."""

    lengths: ClassVar[dict[int, int]] = {0: 0, 1: 20, 2: 9, 3: 5, 4: 4}
    """The longest dimension by rank."""
    chunk_lengths: ClassVar[dict[int, list[int]]] = {rank: [1, 2, 3, 4, 8] for rank in range(5)}
    """Of stored chunks, by rank."""

    @initialize(data=st.data())
    def create(self, data: st.DataObject) -> None:
        draw = data.draw
        self.values: dict[str, bytes] = {}
        self.files = tempfile.TemporaryDirectory()
        self.store = draw(st.sampled_from(["memory", "memory", "local", "waiting", "suspending"]).map(self.store_of))
        self.dtype = draw(st.sampled_from([*CORE.values(), *RAW.values()]))
        rank = draw(st.sampled_from(sorted(self.lengths)))
        shape = self.shape(data, rank)
        self.chunks = tuple(draw(st.sampled_from(self.chunk_lengths[rank])) for _ in range(rank))
        form = draw(_format(self.chunks))
        self.fill = np.array(draw(st.sampled_from(fills(self.dtype, form["zarr_format"]))), self.dtype)
        self.keeps_empty = draw(st.booleans())
        options: dict[str, Any] = {
            "config": {"write_empty_chunks": self.keeps_empty, "order": draw(st.sampled_from("CF"))},
            "fill_value": self.fill,
            "chunks": self.chunks,
            **form,
        }
        note(f"shape {shape}, dtype {self.dtype}, {options}")
        if draw(st.booleans()):
            self.expected = values(draw, shape, self.dtype, self.fill)
            self.array = zarr.create_array(self.store, data=self.expected.copy(), **options)
        else:
            self.expected = np.full(shape, self.fill, self.dtype)
            self.array = zarr.create_array(self.store, shape=shape, dtype=self.dtype, **options)
        self.options = options["config"]
        self.reopen()

    def store_of(self, kind: str) -> Any:
        match kind:
            case "local":
                return LocalStore(self.files.name)
            case "waiting":  # threads pay
                return WaitingStore(MemoryStore(self.values))
            case "suspending":
                return SuspendingStore(self.values)
        return MemoryStore(self.values)

    def shape(self, data: st.DataObject, rank: int) -> tuple[int, ...]:
        return tuple(data.draw(st.integers(0, self.lengths[rank])) for _ in range(rank))

    def reopen(self) -> None:
        self.handles = [self.array, zarr.open_array(self.store, mode="r+", config=self.options)]

    def handle(self, data: st.DataObject) -> zarr.Array:
        """One of the two: neither may be blind to what was done through the other."""
        return self.handles[data.draw(st.integers(0, 1))]

    # what the rules share

    def value(self, data: st.DataObject, shape: tuple[int, ...]) -> Any:
        found = values(data.draw, data.draw(selections.broadcastable(shape)), self.dtype, self.fill)
        return found[()] if found.ndim == 0 else found

    def read(self, data: st.DataObject, get: Callable[..., Any], selection: Any, expected: Any) -> None:
        out = data.draw(_outs(np.shape(expected), self.dtype))
        note(f"read {selection!r}, out {out is not None}")
        if out is None:
            same(get(selection), expected)
        else:
            assert get(selection, out=out) is out
            same(out, expected)

    # reading

    @rule(data=st.data())
    def read_basic(self, data: st.DataObject) -> None:
        selection = data.draw(selections.basic(self.expected.shape))
        array = self.handle(data)
        self.read(data, array.get_basic_selection, selection, self.expected[selection])
        same(array[selection], self.expected[selection])

    @rule(data=st.data())
    def read_orthogonally(self, data: st.DataObject) -> None:
        selection = data.draw(selections.orthogonal(self.expected.shape))
        index, shape = selections.outer(selection, self.expected.shape)
        array = self.handle(data)
        self.read(data, array.get_orthogonal_selection, selection, self.expected[index].reshape(shape))
        same(array.oindex[selection], self.expected[index].reshape(shape))

    @precondition(lambda self: self.expected.ndim)
    @rule(data=st.data())
    def read_coordinates(self, data: st.DataObject) -> None:
        selection = data.draw(selections.coordinates(self.expected.shape))
        array = self.handle(data)
        self.read(data, array.get_coordinate_selection, selection, self.expected[selection])
        same(array.vindex[selection], self.expected[selection])

    @precondition(lambda self: self.expected.ndim)
    @rule(data=st.data())
    def read_mask(self, data: st.DataObject) -> None:
        mask = data.draw(selections.masks(self.expected.shape))
        array = self.handle(data)
        self.read(data, array.get_mask_selection, mask, self.expected[mask])
        same(array.vindex[mask], self.expected[mask])

    @rule(data=st.data())
    def read_blocks(self, data: st.DataObject) -> None:
        selection = data.draw(selections.blocks(self.counts))
        expected = self.expected[selections.regions(selection, self.chunks, self.expected.shape)]
        array = self.handle(data)
        self.read(data, array.get_block_selection, selection, expected)
        same(array.blocks[selection], expected)

    # writing

    @rule(data=st.data())
    def write_basic(self, data: st.DataObject) -> None:
        selection = data.draw(selections.basic(self.expected.shape))
        value = self.value(data, self.expected[selection].shape)
        note(f"write {selection!r}: {value!r}")
        self.handle(data)[selection] = value
        self.expected[selection] = value

    @rule(data=st.data())
    def write_orthogonally(self, data: st.DataObject) -> None:
        selection = data.draw(selections.orthogonal(self.expected.shape))
        index, shape = selections.outer(selection, self.expected.shape)
        value = self.value(data, shape)
        note(f"write oindex {selection!r}: {value!r}")
        self.handle(data).oindex[selection] = value
        self.expected[index] = np.broadcast_to(value, shape).reshape(self.expected[index].shape)

    @precondition(lambda self: self.expected.ndim)
    @rule(data=st.data())
    def write_coordinates(self, data: st.DataObject) -> None:
        selection = data.draw(selections.coordinates(self.expected.shape))
        value = self.value(data, self.expected[selection].shape)
        note(f"write vindex {selection!r}: {value!r}")
        self.handle(data).vindex[selection] = value
        self.expected[selection] = value

    @precondition(lambda self: self.expected.ndim)
    @rule(data=st.data())
    def write_mask(self, data: st.DataObject) -> None:
        mask = data.draw(selections.masks(self.expected.shape))
        value = self.value(data, self.expected[mask].shape)
        note(f"write mask {mask!r}: {value!r}")
        self.handle(data).set_mask_selection(mask, value)
        self.expected[mask] = value

    @rule(data=st.data())
    def write_blocks(self, data: st.DataObject) -> None:
        selection = data.draw(selections.blocks(self.counts))
        region = selections.regions(selection, self.chunks, self.expected.shape)
        value = self.value(data, self.expected[region].shape)
        note(f"write blocks {selection!r}: {value!r}")
        self.handle(data).blocks[selection] = value
        self.expected[region] = value

    # changing the shape

    @rule(data=st.data())
    def resize(self, data: st.DataObject) -> None:
        shape = self.shape(data, self.expected.ndim)
        note(f"resize to {shape}")
        self.array.resize(shape)
        kept = tuple(slice(0, min(pair)) for pair in zip(shape, self.expected.shape, strict=True))
        resized = np.full(shape, self.fill, self.dtype)
        resized[kept] = self.expected[kept]
        self.expected = resized
        self.reopen()

    @precondition(lambda self: self.expected.ndim)
    @rule(data=st.data())
    def append(self, data: st.DataObject) -> None:
        axis = data.draw(st.integers(0, self.expected.ndim - 1))
        shape = list(self.expected.shape)
        shape[axis] = data.draw(st.integers(0, 3))
        more = values(data.draw, tuple(shape), self.dtype, self.fill)
        note(f"append {more!r} along {axis}")
        self.expected = np.concatenate([self.expected, more], axis)
        assert self.array.append(more, axis) == self.expected.shape
        self.reopen()

    # what is always true

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(-(-n // chunk) for n, chunk in zip(self.expected.shape, self.chunks, strict=True))

    @invariant()
    def reads_back(self) -> None:
        for array in self.handles:
            assert array.shape == self.expected.shape
            same(array[...], self.expected)

    @invariant()
    def stores_chunks_of_the_grid_and_no_empty_ones(self) -> None:
        objects = 0
        for key in self.values:
            index = self.array.metadata.chunk_key_encoding.decode(key)
            if index is None:
                assert key in ("zarr.json", ".zarray", ".zattrs")
                continue
            index = index if self.chunks else ()  # `0` may be of one dimension, too
            objects += 1
            assert all(at < count for at, count in zip(index, self.counts, strict=True))
            spans = zip(index, self.chunks, strict=True)
            held = self.expected[tuple(slice(at * chunk, (at + 1) * chunk) for at, chunk in spans)]
            filled = np.full(held.shape, self.fill, self.dtype).tobytes()
            assert self.keeps_empty or held.tobytes() != filled, f"{key} holds fill values only"
        if self.values:
            each = 1 if self.array.shards is None else prod(self.array.shards) // prod(self.array.chunks)
            assert self.array.nchunks_initialized == objects * each

    def teardown(self) -> None:
        if hasattr(self, "files"):
            self.files.cleanup()


class LargeArrays(Arrays):
    """Chunks from some KiB to a MiB: decoded by threads, in boxes, or read in part."""

    lengths: ClassVar[dict[int, int]] = {1: 400_000, 2: 700, 3: 80}
    chunk_lengths: ClassVar[dict[int, list[int]]] = {1: [1 << 13, 1 << 17, 1 << 18], 2: [16, 128, 512], 3: [8, 32, 64]}


@st.composite
def _format(draw: st.DrawFn, chunks: tuple[int, ...]) -> dict[str, Any]:
    """Format, codecs and chunk keys."""
    if draw(st.integers(0, 4)) == 0:
        compressors = [None, *(config for config in V2_COMPRESSORS if v2_codecs.find(config["id"]) is not None)]
        separator = draw(st.sampled_from("./"))
        return {
            "zarr_format": 2,
            "order": draw(st.sampled_from("CF")),
            "compressors": draw(st.sampled_from(compressors)),
            "chunk_key_encoding": {"name": "v2", "separator": separator},
        }
    encoding = {"name": draw(st.sampled_from(["default", "v2"])), "separator": draw(st.sampled_from("./"))}
    chain = codecs(draw(st.sampled_from(sorted(CHAINS))), chunks)
    return {"zarr_format": 3, "chunk_key_encoding": encoding, **keywords(chain)}


@st.composite
def _outs(draw: st.DrawFn, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any] | None:
    """Where to read into: nothing given, or memory in either order or with gaps, full of other bits."""
    form = draw(st.sampled_from(["none", "C", "F", "gaps"]))
    if form == "none":
        return None
    if form == "gaps":
        gaps: Any = (*(slice(None, None, 2) for _ in shape), ...)
        out: NDArray[Any] = np.empty(tuple(2 * n for n in shape), dtype)[gaps]
    else:
        out = np.empty(shape, dtype, order=form)  # type: ignore[call-overload]
    out[...] = np.ones(dtype.itemsize, np.uint8).view(dtype)[0]
    return out


TestLargeArrays = LargeArrays.TestCase
TestLargeArrays.settings = budget(12, steps=8)

TestArrays = Arrays.TestCase
TestArrays.settings = budget(60, steps=12)

"""The suites for codecs, one to a kind. Subclass the right one and give it yours.

    class TestRle(BytesBytesCodecTests):
        @pytest.fixture
        def codec(self):
            return Rle(run_bytes=2)

Override `values`, or `specs` and `arrays`, if your codec takes only certain bytes, chunks or elements, and set
`lossless = False` if elements come back changed.
"""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zarr_core.abc.codec import (
    ArrayArrayCodec,
    ArrayBytesCodec,
    BytesBytesCodec,
    Codec,
    Part,
    Points,
    Spec,
    index,
)
from zarr_core.abc.data_type import DataType
from zarr_core.abc.store import Buffer
from zarr_core.data_types.boolean import Bool
from zarr_core.data_types.complexes import Complex64, Complex128
from zarr_core.data_types.floating import Float16, Float32, Float64
from zarr_core.data_types.integer import Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64
from zarr_core.data_types.raw import RawBits
from zarr_core.engine.blocking import BLOCKING
from zarr_core.engine.step import step
from zarr_core.errors import CodecError, MetadataError, Truncated
from zarr_core.testing.extensions import check_extension, in_threads
from zarr_core.testing.sources import BytesSource

__all__ = ["DATA_TYPES", "SHAPES", "ArrayArrayCodecTests", "ArrayBytesCodecTests", "BytesBytesCodecTests"]

EXAMPLES = settings(max_examples=30, deadline=None)
MANY_EXAMPLES = settings(max_examples=100, deadline=None)
STEPS = st.integers(1, 3)
DATA_TYPES: tuple[DataType, ...] = (
    *(Bool(), Int8(), Int16(), Int32(), Int64(), UInt8(), UInt16(), UInt32(), UInt64()),
    *(Float16(), Float32(), Float64(), Complex64(), Complex128(), RawBits(24)),
)
SHAPES: tuple[tuple[int, ...], ...] = ((), (1,), (8,), (3, 4), (4, 6), (2, 3, 4), (2, 1, 3, 2))
BUFFERS: tuple[Callable[[Buffer], Buffer], ...] = (bytes, bytearray, memoryview, lambda b: memoryview(bytearray(b)))


class BytesBytesCodecTests:
    """What goes in comes out, within the limit; what is damaged is refused as such."""

    working_memory: int = 1 << 20
    """Bytes that the decoder may take whatever the limit, for windows and tables."""

    @pytest.fixture
    def codec(self) -> BytesBytesCodec:
        raise NotImplementedError("override the fixture `codec`: return the codec to test")

    def values(self, codec: BytesBytesCodec) -> st.SearchStrategy[bytes]:
        """What to encode. Unless overridden: anything, and what compresses well; what is refused is passed over."""
        repeated = st.builds(bytes.__mul__, st.binary(min_size=1, max_size=8), st.integers(0, 500))
        return st.binary(max_size=300) | repeated

    def encoded(self, codec: BytesBytesCodec) -> st.SearchStrategy[tuple[bytes, bytes]]:
        """A value that the codec takes, and its encoded form."""

        def pairs(value: bytes) -> list[tuple[bytes, bytes]]:
            try:
                return [(value, bytes(codec.encode(value)))]
            except CodecError:
                return []

        return self.values(codec).map(pairs).filter(bool).map(lambda found: found[0])

    def test_its_json_gives_an_equal_codec(self, codec: BytesBytesCodec) -> None:
        check_extension(codec)

    def test_whatever_it_takes_comes_back_from_any_kind_of_buffer(self, codec: BytesBytesCodec) -> None:
        @EXAMPLES
        @given(self.encoded(codec), st.sampled_from(BUFFERS), st.sampled_from(BUFFERS))
        def check(pair: tuple[bytes, bytes], first: Callable[..., Buffer], second: Callable[..., Buffer]) -> None:
            value, encoded = pair
            given, stored = first(value), second(codec.encode(first(value)))
            before = bytes(stored)
            assert bytes(codec.decode(stored)) == bytes(codec.decode(encoded)) == value
            codec.encode(given)
            assert (bytes(given), bytes(stored)) == (value, before), "it writes into its input"

        check()

    def test_the_encoded_size_is_exact_where_it_is_given(self, codec: BytesBytesCodec) -> None:
        @EXAMPLES
        @given(self.encoded(codec))
        def check(pair: tuple[bytes, bytes]) -> None:
            value, encoded = pair
            assert codec.encoded_size(len(value)) in (None, len(encoded))

        check()

    def test_the_limit_allows_what_just_fits_and_refuses_more(self, codec: BytesBytesCodec) -> None:
        @EXAMPLES
        @given(self.encoded(codec), st.data())
        def check(pair: tuple[bytes, bytes], data: st.DataObject) -> None:
            value, encoded = pair
            assert bytes(codec.decode(encoded, limit=len(value))) == value
            if value:
                with refused(codec):
                    codec.decode(encoded, limit=data.draw(st.integers(0, len(value) - 1)))

        check()

    def test_the_limit_bounds_memory(self, codec: BytesBytesCodec) -> None:
        encoded = bytes(codec.encode(bytes(max(1 << 23, 2 * self.working_memory))))
        limit = 1 << 16
        tracemalloc.start()
        try:
            with refused(codec):
                codec.decode(encoded, limit=limit)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 4 * limit + self.working_memory, "it allocates more than the limit allows before it refuses"

    def test_what_is_cut_off_is_refused_or_comes_out_shorter(self, codec: BytesBytesCodec) -> None:
        @EXAMPLES
        @given(self.encoded(codec), st.data())
        def check(pair: tuple[bytes, bytes], data: st.DataObject) -> None:
            value, encoded = pair
            assume(encoded)
            cut = encoded[: data.draw(st.integers(0, len(encoded) - 1))]
            result = decoded_or_refused(codec, cut, len(value))
            assert result is None or len(result) < len(value), "nobody could tell that something is missing"

        check()

    def test_what_is_garbled_is_refused_or_comes_out_within_the_limit(self, codec: BytesBytesCodec) -> None:
        changes = st.lists(st.tuples(st.integers(0), st.integers(1, 255)), min_size=1, max_size=4)

        @MANY_EXAMPLES
        @given(self.encoded(codec), changes)
        def check(pair: tuple[bytes, bytes], changes: list[tuple[int, int]]) -> None:
            value, encoded = pair
            assume(encoded)
            garbled = bytearray(encoded)
            for at, change in changes:
                garbled[at % len(garbled)] ^= change
            for limit in (len(value), 2 * len(value) + (1 << 16)):
                decoded_or_refused(codec, bytes(garbled), limit)

        check()

    def test_any_bytes_at_all_are_refused_or_come_out_within_the_limit(self, codec: BytesBytesCodec) -> None:
        @MANY_EXAMPLES
        @given(st.binary(max_size=200), st.integers(0, 1000))
        def check(junk: bytes, limit: int) -> None:
            decoded_or_refused(codec, junk, limit)

        check()

    def test_threads_may_share_it(self, codec: BytesBytesCodec) -> None:
        value = np.arange(16384, dtype="<u4").tobytes()
        assert set(in_threads(lambda: bytes(codec.decode(codec.encode(value))))) == {value}


class ArrayCodecTests:
    """What the suites for codecs that take arrays share."""

    lossless: bool = True
    """False: elements come back changed, but what came back once comes back as it is."""

    def specs(self, codec: Any) -> list[Spec]:
        """The chunks to try. Unless overridden: core data types in several shapes, as far as `resolve` takes them."""
        every = [Spec(shape, data_type, data_type.default_fill()) for data_type in DATA_TYPES for shape in SHAPES]
        taken = [spec for spec in every if accepts(codec, spec)]
        assert taken, "it takes none of the chunks of the suite: override `specs`"
        return taken

    def arrays(self, spec: Spec) -> st.SearchStrategy[NDArray[Any]]:
        """Chunks of this spec. Unless overridden: any bits, of which bools have one."""
        dtype, size = spec.data_type.dtype, math.prod(spec.shape)
        if dtype.hasobject or dtype.kind in "TU":
            raise NotImplementedError("override `arrays`: the suite does not know the elements of this data type")
        if dtype.kind == "b":
            bits = st.lists(st.booleans(), min_size=size, max_size=size)
            return bits.map(lambda values: np.array(values, dtype).reshape(spec.shape))
        octets = st.binary(min_size=size * dtype.itemsize, max_size=size * dtype.itemsize)
        return octets.map(lambda content: np.frombuffer(content, dtype).reshape(spec.shape))

    def chunks(self, codec: Any) -> st.SearchStrategy[tuple[Spec, NDArray[Any]]]:
        """A spec and a chunk of it."""
        specs = st.sampled_from(self.specs(codec))
        return specs.flatmap(lambda spec: st.tuples(st.just(spec), self.arrays(spec)))

    def check_returned(self, spec: Spec, a: NDArray[Any], again: Callable[[NDArray[Any]], NDArray[Any]]) -> None:
        """`again` encodes and decodes."""
        back = again(a)
        assert (back.shape, back.dtype) == (spec.shape, spec.data_type.dtype)
        check_same(back if self.lossless else again(back), a if self.lossless else back)

    def test_its_json_gives_an_equal_codec(self, codec: Codec) -> None:
        check_extension(codec)

    def test_its_automatic_choices_are_made_once(self, codec: Any) -> None:
        for spec in self.specs(codec):
            complete = codec.complete(spec)
            assert complete.complete(spec) == complete
            assert type(codec).from_config(complete.to_config()) == complete
            assert accepts(complete, spec)


class ArrayArrayCodecTests(ArrayCodecTests):
    """The next codec gets what `resolve` announced; parts and views agree with whole chunks."""

    @pytest.fixture
    def codec(self) -> ArrayArrayCodec:
        raise NotImplementedError("override the fixture `codec`: return the codec to test")

    def test_chunks_come_back_and_the_next_codec_gets_what_was_announced(self, codec: ArrayArrayCodec) -> None:
        @EXAMPLES
        @given(self.chunks(codec))
        def check(chunk: tuple[Spec, NDArray[Any]]) -> None:
            spec, a = chunk
            bound, announced = codec.bind(spec), codec.resolve(spec)
            encoded = bound.encode(a)
            assert (encoded.shape, encoded.dtype) == (announced.shape, announced.data_type.dtype)
            assert (announced.fill.shape, announced.fill.dtype) == ((), announced.data_type.dtype)
            self.check_returned(spec, a, lambda a: bound.decode(bound.encode(a)))

        check()

    def test_memory_may_be_laid_out_in_any_way(self, codec: ArrayArrayCodec) -> None:
        @EXAMPLES
        @given(self.chunks(codec))
        def check(chunk: tuple[Spec, NDArray[Any]]) -> None:
            spec, a = chunk
            bound = codec.bind(spec)
            encoded = bound.encode(a)
            for layout in LAYOUTS:
                check_same(bound.encode(layout(a)), encoded)
                check_same(bound.decode(layout(encoded)), bound.decode(encoded))

        check()

    def test_views_and_parts_agree_with_whole_chunks(self, codec: ArrayArrayCodec) -> None:
        @EXAMPLES
        @given(self.chunks(codec), st.data())
        def check(chunk: tuple[Spec, NDArray[Any]], data: st.DataObject) -> None:
            spec, a = chunk
            bound = codec.bind(spec)
            assert (bound.view is None) == (bound.part is None), "both or neither"
            if bound.view is None:
                return
            encoded = bound.encode(a)
            check_same(bound.view(a), encoded)
            assert bound.part(None) is None
            part = data.draw(parts(spec.shape))
            wanted = a[taking(part)]
            if isinstance(part, Points):
                check_same(encoded[taking(bound.part(part))], wanted)
                return
            out = np.empty(wanted.shape, wanted.dtype)
            bound.view(out)[...] = encoded[taking(bound.part(part))]
            check_same(out, wanted)

        check()

    def test_threads_may_share_it(self, codec: ArrayArrayCodec) -> None:
        for spec in self.specs(codec)[:4]:
            bound, a = codec.bind(spec), np.full(spec.shape, spec.fill)
            expected = bound.decode(bound.encode(a))
            for back in in_threads(partial(lambda bound, a: bound.decode(bound.encode(a)), bound, a)):
                check_same(back, expected)


class ArrayBytesCodecTests(ArrayCodecTests):
    """Whole chunks, parts of them and stacks agree; what is damaged is refused as such."""

    @pytest.fixture
    def codec(self) -> ArrayBytesCodec:
        raise NotImplementedError("override the fixture `codec`: return the codec to test")

    def test_chunks_come_back_also_into_memory_that_is_given(self, codec: ArrayBytesCodec) -> None:
        @EXAMPLES
        @given(self.chunks(codec))
        def check(chunk: tuple[Spec, NDArray[Any]]) -> None:
            spec, a = chunk
            bound = codec.bind(spec)
            self.check_returned(spec, a, lambda a: bound.decode(bytes(bound.encode(a))))
            encoded = bytes(bound.encode(a))
            back = bound.decode(encoded)
            for layout in LAYOUTS:
                check_same(bound.decode(bytes(bound.encode(layout(a)))), back)
                out = layout(np.zeros(spec.shape, spec.data_type.dtype))
                bound.decode(encoded, out)
                check_same(out, back)
            check_same(bound.decode_stack([encoded] * 3), np.stack([back] * 3))

        check()

    def test_sizes_and_targets_are_exact_where_they_are_given(self, codec: ArrayBytesCodec) -> None:
        @EXAMPLES
        @given(self.chunks(codec))
        def check(chunk: tuple[Spec, NDArray[Any]]) -> None:
            spec, a = chunk
            bound = codec.bind(spec)
            encoded = bytes(bound.encode(a))
            assert bound.encoded_size() in (None, len(encoded))
            out = np.zeros(spec.shape, spec.data_type.dtype)
            target = bound.target(out)
            if target is not None:
                target[:] = encoded
                check_same(out, bound.decode(encoded))

        check()

    def test_parts_agree_with_whole_chunks(self, codec: ArrayBytesCodec) -> None:
        @EXAMPLES
        @given(self.chunks(codec), st.data())
        def check(chunk: tuple[Spec, NDArray[Any]], data: st.DataObject) -> None:
            spec, a = chunk
            bound = codec.bind(spec)
            encoded = bytes(bound.encode(a))
            part = data.draw(st.none() | parts(spec.shape))
            wanted = bound.decode(encoded)[taking(part)]
            for gap in (0, 512):
                out = np.zeros(wanted.shape, wanted.dtype)
                if step(bound.decode_part(source(encoded, gap), part, out)):
                    check_same(out, wanted)
                else:  # a part of it may be absent, as fill: then all of it is
                    check_same(np.full(wanted.shape, spec.fill), wanted)
            out = np.zeros(wanted.shape, wanted.dtype)
            assert not step(bound.decode_part(source(None), part, out)), "an absent chunk is for the caller to fill"
            check_same(out, np.zeros(wanted.shape, wanted.dtype))

        check()

    def test_writing_a_part_agrees_with_writing_the_whole(self, codec: ArrayBytesCodec) -> None:
        @EXAMPLES
        @given(self.chunks(codec), st.data())
        def check(chunk: tuple[Spec, NDArray[Any]], data: st.DataObject) -> None:
            spec, a = chunk
            bound = codec.bind(spec)
            encoded = bytes(bound.encode(a))
            part = data.draw(st.none() | parts(spec.shape, distinct=True))
            values = data.draw(self.arrays(spec))[taking(part)]
            blank: NDArray[Any] = np.full(spec.shape, spec.fill, spec.data_type.dtype)
            for stored, before in ((encoded, bound.decode(encoded)), (None, blank)):
                expected = before.copy()
                expected[taking(part)] = values
                for keep_fill in (False, True):
                    written = step(bound.encode_part(source(stored), part, values, keep_fill=keep_fill))
                    assert written is not None or not keep_fill
                    after = blank if written is None else bound.decode(b"".join(written))
                    check_same(after, bound.decode(bytes(bound.encode(expected))))

        check()

    def test_what_is_damaged_is_refused_or_comes_out_as_a_chunk(self, codec: ArrayBytesCodec) -> None:
        @MANY_EXAMPLES
        @given(self.chunks(codec), st.sampled_from(["garbled", "cut", "longer", "junk"]), st.data())
        def check(chunk: tuple[Spec, NDArray[Any]], harm: str, data: st.DataObject) -> None:
            spec, a = chunk
            bound = codec.bind(spec)
            damaged = bytearray(bound.encode(a))
            assume(damaged)
            if harm == "garbled":
                damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
            elif harm == "cut":
                del damaged[data.draw(st.integers(0, len(damaged) - 1)) :]
            elif harm == "longer":
                damaged += data.draw(st.binary(min_size=1, max_size=9))
            else:
                damaged[:] = data.draw(st.binary(max_size=100))
            with suppress(CodecError):
                back = bound.decode(bytes(damaged))
                assert (back.shape, back.dtype) == (spec.shape, spec.data_type.dtype)
            part = data.draw(st.none() | parts(spec.shape))
            out = np.array(a[taking(part)])
            with suppress(CodecError, Truncated):
                step(bound.decode_part(source(bytes(damaged)), part, out))

        check()

    def test_threads_may_share_it(self, codec: ArrayBytesCodec) -> None:
        for spec in self.specs(codec)[:4]:
            bound, a = codec.bind(spec), np.full(spec.shape, spec.fill)
            expected = bound.decode(bytes(bound.encode(a)))
            for back in in_threads(partial(lambda bound, a: bound.decode(bytes(bound.encode(a))), bound, a)):
                check_same(back, expected)


LAYOUTS: tuple[Callable[[NDArray[Any]], NDArray[Any]], ...] = (
    np.copy,
    lambda a: np.copy(a, order="F"),
    lambda a: np.repeat(np.expand_dims(a, -1), 2, -1)[..., 0],  # nothing is contiguous
)
"""Equal arrays, each laid out in memory in its own way, and writable."""


def parts(shape: tuple[int, ...], *, distinct: bool = False) -> st.SearchStrategy[Part]:
    """Parts of a chunk, none of them empty: slices, sorted index arrays, points; `distinct` repeats no element."""
    orthogonal = st.tuples(*(_entries(length, distinct) for length in shape))
    if not shape:
        return orthogonal
    cells = st.lists(st.tuples(*(st.integers(0, length - 1) for length in shape)), min_size=1, unique=distinct)
    return orthogonal | cells.map(sorted).map(lambda at: Points(tuple(np.array(at, np.intp).T)))


def _entries(length: int, distinct: bool) -> st.SearchStrategy[slice | NDArray[np.intp]]:
    starts = st.integers(0, length - 1)
    slices = starts.flatmap(lambda start: st.builds(slice, st.just(start), st.integers(start + 1, length), STEPS))
    indices = st.lists(st.integers(0, length - 1), min_size=1, max_size=6, unique=distinct)
    return slices | indices.map(sorted).map(lambda at: np.array(at, np.intp))


def taking(part: Part) -> Any:
    """What numpy needs to take the part."""
    return ... if part is None else part.at if isinstance(part, Points) else index(part)


def source(value: bytes | None, gap: int = 512) -> BytesSource:
    """A stored value, or one that is absent."""
    return BytesSource(value, gap=gap, runtime=BLOCKING)


def accepts(codec: Any, spec: Spec) -> bool:
    """Whether `resolve` takes the spec."""
    try:
        codec.resolve(spec)
    except (CodecError, MetadataError):
        return False
    return True


def refused(codec: Codec) -> Any:
    """A block that must raise a `CodecError`, which names the codec."""
    return pytest.raises(CodecError, check=lambda error: error.codec == codec.name)


def decoded_or_refused(codec: BytesBytesCodec, buf: bytes, limit: int) -> bytes | None:
    """What comes out, which is within the limit; None for what is refused. Any other error is passed on."""
    try:
        result = bytes(codec.decode(buf, limit=limit))
    except CodecError as error:
        if error.codec != codec.name:
            pytest.fail(f"the error does not say that {codec.name!r} refuses: {error!r}")
        return None
    assert len(result) <= limit
    return result


def check_same(a: NDArray[Any], b: NDArray[Any]) -> None:
    """Equal shape, dtype and bits, whatever the layout; where bits are but places in memory, equal elements."""
    assert (a.shape, a.dtype) == (b.shape, b.dtype)
    if a.dtype.hasobject or a.dtype.kind == "T":
        assert np.array_equal(a, b)
    else:
        assert a.tobytes() == b.tobytes()

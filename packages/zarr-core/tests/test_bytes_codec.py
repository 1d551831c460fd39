from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_core.abc.codec import Part, Points, Spec, index
from zarr_core.abc.data_type import DataType
from zarr_core.codecs.bytes import BoundBytes, BytesCodec
from zarr_core.data_types.boolean import Bool
from zarr_core.data_types.complexes import Complex64
from zarr_core.data_types.floating import Float32, Float64
from zarr_core.data_types.integer import Int8, Int16, Int32, UInt8
from zarr_core.data_types.raw import RawBits
from zarr_core.engine.step import step
from zarr_core.errors import CodecError, MetadataError
from zarr_core.testing.sources import BytesSource

ONE_BYTE: list[DataType] = [Bool(), Int8(), UInt8(), RawBits(8), RawBits(64)]
SEVERAL_BYTES: list[DataType] = [Int16(), Float64(), Complex64()]


def bound(data_type: DataType, *shape: int, endian: Any = "little") -> BoundBytes:
    codec = BytesCodec(endian)
    spec = Spec(shape, data_type, data_type.default_fill())
    codec.resolve(spec)
    return codec.bind(spec)


class Text(Bool):
    """A data type whose elements vary in length."""

    name = "text"

    @property
    def item_size(self) -> int | None:
        return None


# ---- metadata ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data_type", SEVERAL_BYTES, ids=repr)
def test_statement_116_a_type_of_several_bytes_needs_endian(data_type: DataType) -> None:
    with pytest.raises(MetadataError, match=f"'bytes' needs endian .* {data_type.name!r}"):
        bound(data_type, 3, endian=None)


@pytest.mark.parametrize("data_type", ONE_BYTE, ids=repr)
def test_statement_117_endian_has_no_effect_on_bytes(data_type: DataType) -> None:
    content = bytes([1, 0] * 4 * (data_type.item_size or 0))
    assert BytesCodec.from_config({}) == BytesCodec()
    for endian in (None, "little", "big"):
        codec = bound(data_type, 8, endian=endian)
        assert bytes(codec.encode(codec.decode(content))) == content


@pytest.mark.parametrize("endian", ["Little", "native", "<", "", None, 1, ["little"], True])
def test_statement_118_any_other_endian_is_refused(endian: object) -> None:
    with pytest.raises(MetadataError, match="endian is 'little' or 'big'") as caught:
        BytesCodec.from_config({"endian": endian})
    assert caught.value.member == "endian"
    if endian is not None:
        with pytest.raises(MetadataError):
            BytesCodec(endian)  # type: ignore[arg-type]


def test_statement_51_an_unknown_member_is_refused() -> None:
    with pytest.raises(MetadataError, match="'order'"):
        BytesCodec.from_config({"endian": "little", "order": "C"})


@pytest.mark.parametrize("data_type", [*ONE_BYTE, *SEVERAL_BYTES], ids=repr)
def test_endian_is_written_where_it_matters_and_only_there(data_type: DataType) -> None:
    spec = Spec((3,), data_type, data_type.default_fill())
    for given_endian in (None, "little", "big"):
        completed = BytesCodec(given_endian).complete(spec)
        completed.resolve(spec)
        endian = (given_endian or "little") if data_type in SEVERAL_BYTES else None
        assert completed.to_json() == (
            {"name": "bytes", "configuration": {"endian": endian}} if endian else {"name": "bytes"}
        )


def test_a_codec_is_a_value_object() -> None:
    for codec in (BytesCodec(), BytesCodec("big")):
        assert pickle.loads(pickle.dumps(codec)) == codec == BytesCodec.from_config(codec.to_config())
        assert hash(codec) == hash(BytesCodec(codec.endian))
    assert BytesCodec("big") != BytesCodec("little")


def test_elements_of_no_fixed_size_are_refused() -> None:
    with pytest.raises(CodecError, match="one size, not data type 'text'"):
        bound(Text(), 3)


# ---- whole chunks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("endian", "expected"), [("little", "2c01"), ("big", "012c")])
def test_statement_115_int16_300(endian: str, expected: str) -> None:
    codec = bound(Int16(), endian=endian)
    assert bytes(codec.encode(np.array(300, np.int16))).hex() == expected
    assert codec.decode(bytes.fromhex(expected)) == 300


def test_statement_119_the_parts_of_complex_numbers_are_swapped_separately() -> None:
    codec = bound(Complex64(), 1, endian="big")
    assert bytes(codec.encode(np.array([1 - 2j], np.complex64))).hex() == "3f800000c0000000"
    assert codec.decode(bytes.fromhex("3f800000c0000000")).tolist() == [1 - 2j]


def test_statement_120_bool_is_00_or_01() -> None:
    codec = bound(Bool(), 3)
    assert bytes(codec.encode(np.array([True, False, True]))) == b"\1\0\1"
    for decode in (
        codec.decode,
        lambda buf: codec.decode(buf, np.empty(3, bool)),
        lambda buf: codec.decode_stack([buf]),
    ):
        with pytest.raises(CodecError, match="not 02"):
            decode(b"\1\2\1")


def test_statement_121_elements_are_laid_out_in_c_order() -> None:
    codec = bound(UInt8(), 2, 2)
    plain = np.array([[1, 2], [3, 4]], np.uint8)
    for array in (plain, np.asfortranarray(plain), np.repeat(plain, 2, axis=1)[:, ::2], plain[::-1][::-1]):
        assert bytes(codec.encode(array)) == b"\1\2\3\4"


@pytest.mark.parametrize("data_type", [Int32(), Bool()], ids=repr)
def test_statement_122_input_of_the_wrong_length_is_refused(data_type: DataType) -> None:
    codec = bound(data_type, 2, 3)
    size = codec.encoded_size()
    out = np.full((2, 3), 1, data_type.dtype)
    for length in (0, 1, size - 1, size + 1, 2 * size):
        buf = bytes(length)
        for decode in (
            codec.decode,
            lambda buf: codec.decode(buf, out),
            lambda buf: codec.decode_stack([bytes(size), buf]),
        ):
            with pytest.raises(CodecError, match=rf"needs {size} bytes .* got {length}") as caught:
                decode(buf)
            assert caught.value.codec == "bytes"
    assert out.all(), "nothing was written"


def test_a_chunk_of_another_shape_is_not_encoded() -> None:
    with pytest.raises(CodecError, match=r"shape \(3, 2\) for chunks of shape \(2, 3\)"):
        bound(Int32(), 2, 3).encode(np.zeros((3, 2), np.int32))


@pytest.mark.parametrize("data_type", [*ONE_BYTE, *SEVERAL_BYTES], ids=repr)
@pytest.mark.parametrize("endian", ["little", "big"])
def test_statement_123_chunks_of_either_byte_order_are_native_in_memory(data_type: DataType, endian: str) -> None:
    codec = bound(data_type, 2, 3, endian=endian)
    stored = np.frombuffer(bytes(i % 2 for i in range(codec.encoded_size())), data_type.stored_dtype(endian))
    values = stored.astype(data_type.dtype).reshape(2, 3)
    content = stored.tobytes()
    wide = np.empty((2, 6), data_type.dtype)
    for decoded in (
        codec.decode(content),
        codec.decode(bytearray(content), wide[:, ::2]),
        codec.decode_stack([content])[0],
    ):
        assert decoded.dtype == data_type.dtype
        assert decoded.dtype.isnative
        assert decoded.tobytes() == values.tobytes()
    assert bytes(codec.encode(values)) == content
    assert bytes(codec.encode(stored.reshape(2, 3))) == content


def test_nan_payloads_survive_a_change_of_byte_order() -> None:
    codec = bound(Float32(), 2, endian="big")
    content = bytes.fromhex("7f800001ffc12345")
    assert bytes(codec.encode(codec.decode(content))) == content


def test_encoding_what_is_stored_as_it_is_in_memory_copies_nothing() -> None:
    array = np.arange(6, dtype="<i4").reshape(2, 3)
    encoded = bound(Int32(), 2, 3).encode(array)
    assert np.shares_memory(np.frombuffer(encoded, np.uint8), array)
    assert not np.shares_memory(np.frombuffer(bound(Int32(), 2, 3, endian="big").encode(array), np.uint8), array)


def test_a_store_may_read_into_an_array_that_is_itself_the_encoded_form() -> None:
    codec = bound(Int32(), 2, 3)
    out = np.zeros((2, 3), "<i4")
    target = codec.target(out)
    assert target is not None
    target[:] = np.arange(6, dtype="<i4").tobytes()
    assert out.tolist() == [[0, 1, 2], [3, 4, 5]]
    frozen = out.copy()
    frozen.setflags(write=False)
    for other in (out.T, out[:, ::2], frozen, out.astype(">i4"), out.astype("<f4")):
        assert codec.target(other) is None
    assert bound(Int32(), 2, 3, endian="big").target(out) is None
    assert bound(Bool(), 3).target(np.zeros(3, bool)) is None, "its bytes must be checked"
    scalar = np.zeros((), "<i4")
    view = bound(Int32()).target(scalar)
    assert view is not None
    view[:] = b"\1\0\0\0"
    assert scalar == 1


@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.parametrize("endian", ["little", "big"])
def test_a_stack_is_the_chunks_one_after_another(count: int, endian: str) -> None:
    codec = bound(Int16(), 2, 3, endian=endian)
    bufs = [memoryview(bytes([i] * 12)) for i in range(count)]
    stack = codec.decode_stack(bufs)
    assert stack.shape == (count, 2, 3)
    assert stack.tolist() == [codec.decode(buf).tolist() for buf in bufs]


def test_arrays_of_rank_0_have_one_element() -> None:
    codec = bound(Float64())
    out = np.zeros(())
    codec.decode(codec.encode(np.array(1.5)), out)
    assert out == 1.5


# ---- parts of chunks ---------------------------------------------------------------------------------------------


def wanted(chunk: Any, part: Part) -> Any:
    if part is None:
        return chunk
    return chunk[part.at if isinstance(part, Points) else index(part)]


def read_part(codec: BoundBytes, source: BytesSource, part: Part, shape: tuple[int, ...]) -> Any:
    out = np.zeros((*shape, 2), codec.dtype)[..., 0]  # not contiguous
    assert step(codec.decode_part(source, part, out))
    return out


@st.composite
def chunks_and_parts(draw: st.DrawFn) -> tuple[tuple[int, ...], Part]:
    """Chunks on both sides of the size from which ranges pay, and parts of all kinds."""
    shape = tuple(draw(st.lists(st.sampled_from([1, 2, 3, 16, 60, 130]), min_size=1, max_size=3)))
    if math.prod(shape) < 40_000 and draw(st.booleans()):
        shape = (*shape[:-1], 20_000 // math.prod(shape[:-1]) + 1)

    def indices(extent: int, size: Any) -> Any:
        return st.lists(st.integers(0, extent - 1), **size).map(lambda found: np.array(found, np.intp))

    if draw(st.booleans()):
        count = draw(st.integers(0, 8))
        return shape, Points(tuple(draw(indices(n, {"min_size": count, "max_size": count})) for n in shape))
    entries: list[Any] = []
    for extent in shape:
        start = draw(st.sampled_from([0, 0, extent // 2, extent - 1]))
        stop = draw(st.sampled_from([extent, extent, start + 1, start]) | st.integers(start, extent))
        slices = st.just(slice(start, stop, draw(st.sampled_from([1, 1, 1, 2, 7]))))
        entries.append(draw(slices | slices | indices(extent, {"max_size": 6}).map(np.sort)))
    return shape, tuple(entries)


@settings(max_examples=300, deadline=None)
@given(chunks_and_parts(), st.sampled_from([0, 100, 5000, 10**6]), st.sampled_from([Int16(), Int32()]), st.data())
def test_a_part_is_what_indexing_the_whole_chunk_gives(
    case: tuple[tuple[int, ...], Part], gap: int, data_type: DataType, data: st.DataObject
) -> None:
    shape, part = case
    codec = bound(data_type, *shape, endian=data.draw(st.sampled_from(["little", "big"])))
    chunk = np.random.default_rng(0).integers(-30_000, 30_000, shape).astype(data_type.dtype)
    source = BytesSource(bytes(codec.encode(chunk)), gap=gap)
    expected = wanted(chunk, part)
    assert read_part(codec, source, part, expected.shape).tolist() == expected.tolist()
    assert source.requests == 1
    assert source.bytes_read <= codec.encoded_size()
    absent = BytesSource(None, gap=gap)
    out = np.full(expected.shape, 7, data_type.dtype)
    assert not step(codec.decode_part(absent, part, out))
    assert (out == 7).all()


LARGE = (64, 64, 64)  # a MiB of int32


@pytest.mark.parametrize(
    ("part", "most"),
    [
        ((slice(3, 4, 1), slice(4, 5, 1), slice(5, 6, 1)), 4),
        ((slice(3, 4, 1), slice(0, 64, 1), slice(0, 64, 1)), 64 * 64 * 4),
        ((slice(3, 5, 1), slice(4, 5, 1), slice(0, 64, 1)), 2 * 64 * 4),
        ((slice(3, 4, 1), slice(0, 64, 1), slice(5, 6, 1)), 64 * 64 * 4),
        ((np.array([1, 60]), slice(0, 64, 1), slice(0, 64, 1)), 2 * 64 * 64 * 4),
        ((np.array([1, 60]), np.array([3, 4]), slice(0, 1, 1)), 2 * 65 * 4),
        (Points((np.array([60, 1]), np.array([3, 3]), np.array([7, 7]))), 2 * 4),
        (Points((np.array([5] * 500), np.arange(500) % 64, np.arange(500) % 63)), 64 * 64 * 4),
        ((slice(8, 24, 1), slice(0, 64, 1), slice(0, 64, 9)), 16 * 64 * 64 * 4),
        ((slice(0, 0, 1), slice(0, 64, 1), slice(0, 64, 1)), 0),
    ],
)
def test_of_a_large_chunk_little_more_is_read_than_is_wanted(part: Part, most: int) -> None:
    codec = bound(Int32(), *LARGE)
    chunk = np.arange(math.prod(LARGE), dtype=np.int32).reshape(LARGE)
    source = BytesSource(chunk.tobytes())
    expected = wanted(chunk, part)
    assert read_part(codec, source, part, expected.shape).tolist() == expected.tolist()
    assert source.bytes_read <= most


@pytest.mark.parametrize(
    ("shape", "part"),
    [
        ((64, 64), (slice(3, 4, 1), slice(5, 6, 1))),  # 16 KiB: a range costs more than it saves
        (LARGE, (slice(0, 40, 1), slice(0, 64, 1), slice(0, 64, 1))),  # more than half
        (LARGE, (slice(0, 64, 1), slice(0, 64, 1), slice(0, 1, 1))),  # little, but all over the place
        (LARGE, None),
    ],
)
def test_a_chunk_is_read_whole_where_ranges_do_not_pay(shape: tuple[int, ...], part: Part) -> None:
    codec = bound(Int32(), *shape)
    chunk = np.arange(math.prod(shape), dtype=np.int32).reshape(shape)
    source = BytesSource(chunk.tobytes(), gap=0)
    expected = wanted(chunk, part)
    assert (read_part(codec, source, part, expected.shape) == expected).all()
    assert (source.requests, source.bytes_read) == (1, chunk.nbytes)


def test_bytes_that_are_no_bool_are_found_in_parts_too() -> None:
    codec = bound(Bool(), 100_000)
    content = bytearray(100_000)
    content[500] = 2
    out = np.zeros(1, bool)
    assert step(codec.decode_part(BytesSource(content), (slice(499, 500, 1),), out))
    with pytest.raises(CodecError, match="not 02"):
        step(codec.decode_part(BytesSource(content), (slice(500, 501, 1),), out))


def test_a_large_chunk_too_short_for_the_part_is_an_error() -> None:
    codec = bound(UInt8(), 100_000)
    with pytest.raises(OSError, match="of 50000 bytes"):
        step(codec.decode_part(BytesSource(bytes(50_000)), (slice(60_000, 60_001, 1),), np.zeros(1, np.uint8)))


def test_the_rest_of_the_chunk_stays_when_a_part_is_replaced() -> None:
    codec = bound(Int16(), 2, 3, endian="big")
    old = np.arange(6, dtype=">i2").tobytes()
    part = (slice(1, 2, 1), slice(0, 2, 1))
    for content, expected in ((old, [[0, 1, 2], [8, 9, 5]]), (None, [[0, 0, 0], [8, 9, 0]])):
        encoded = step(codec.encode_part(BytesSource(content), part, np.array([[8, 9]], np.int16)))
        assert encoded is not None
        assert codec.decode(encoded[0]).tolist() == expected

"""Text, byte strings and arrays of varying length."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

import zarr_core as zarr
from zarr_codecs.vlen import V2VLenArrayCodec, VLenBytesCodec, VLenUTF8Codec
from zarr_core.abc.codec import ArrayBytesCodec, Spec
from zarr_core.data_types.integer import Int32
from zarr_core.data_types.octets import VariableLengthBytes
from zarr_core.data_types.text import String
from zarr_core.errors import ChunkError, CodecError, MetadataError
from zarr_core.metadata import V2ArrayMetadata
from zarr_core.metadata.extensions import parse_codec_list
from zarr_core.plugins.hooks import ask_first
from zarr_core.storage import MemoryStore
from zarr_core.testing import ArrayBytesCodecTests

SHAPES = ((1,), (8,), (3, 4), (2, 3, 2))
TEXT, OCTETS = String(), VariableLengthBytes()
ELEMENTS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    "variable_length_bytes": st.binary(max_size=12),
}


@pytest.mark.parametrize("codec", [VLenUTF8Codec(), VLenBytesCodec()], ids=repr)
class TestVLen(ArrayBytesCodecTests):
    """As they are."""

    def specs(self, codec: Any) -> list[Spec]:
        data_type = codec.object_type()
        return [Spec(shape, data_type, data_type.default_fill()) for shape in SHAPES]

    def arrays(self, spec: Spec) -> st.SearchStrategy[NDArray[Any]]:
        size = math.prod(spec.shape)
        items = st.lists(ELEMENTS[spec.data_type.name], min_size=size, max_size=size)
        return items.map(lambda items: np.array(items, object).reshape(spec.shape).astype(spec.data_type.dtype))


def bound(codec: ArrayBytesCodec, *shape: int) -> Any:
    data_type = codec.object_type()  # type: ignore[attr-defined]
    spec = Spec(shape, data_type, data_type.default_fill())
    codec.resolve(spec)
    return codec.bind(spec)


def framed(*elements: bytes, count: int | None = None) -> bytes:
    """The encoded form of these elements."""
    head = len(elements) if count is None else count
    return head.to_bytes(4, "little") + b"".join(len(e).to_bytes(4, "little") + e for e in elements)


def test_statement_206_text_is_stored_after_its_length() -> None:
    codec = bound(VLenUTF8Codec(), 2)
    content = bytes.fromhex("02000000010000006102000000c3a9")
    assert bytes(codec.encode(np.array(["a", "é"], TEXT.dtype))) == content
    assert codec.decode(content).tolist() == ["a", "é"]
    assert codec.decode(content).dtype == TEXT.dtype
    assert bytes(bound(VLenUTF8Codec(), 3).encode(np.full(3, "", TEXT.dtype))) == framed(b"", b"", b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\2\0\0",
        framed(),
        framed(b"a"),
        framed(b"a", b"b", b"c"),
        framed(b"a", b"b", count=2**32 - 1),
        framed(b"a", b"b")[:-1],
        framed(b"a") + b"\1\0",
        framed(b"a", count=2),
        framed(b"a", count=2) + b"\xff\xff\xff\xff",
        framed(b"a", count=2) + b"\xff\xff\xff\x7fb",
    ],
    ids=bytes.hex,
)
@pytest.mark.parametrize("codec", [VLenUTF8Codec(), VLenBytesCodec()], ids=repr)
def test_statement_207_counts_and_lengths_that_do_not_fit_are_refused(codec: ArrayBytesCodec, content: bytes) -> None:
    with pytest.raises(CodecError) as caught:
        bound(codec, 2).decode(content)
    assert caught.value.codec == codec.name


@pytest.mark.parametrize(
    "element", [b"\xff", b"\xc3", b"a\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"], ids=bytes.hex
)
def test_statement_207_what_is_no_utf8_is_refused(element: bytes) -> None:
    with pytest.raises(CodecError, match="codec 'vlen-utf8' found damaged data"):
        bound(VLenUTF8Codec(), 2).decode(framed(b"a", element))


def test_bytes_after_the_last_element_are_ignored() -> None:
    assert bound(VLenUTF8Codec(), 1).decode(framed(b"a") + b"more").tolist() == ["a"]


def test_statement_208_no_configuration_has_three_forms() -> None:
    for name in ("vlen-utf8", "vlen-bytes"):
        forms = [name, {"name": name}, {"name": name, "configuration": {}}]
        codecs, _ = parse_codec_list(forms)
        assert len(set(codecs)) == 1
        assert codecs[0].to_json() == {"name": name}
        with pytest.raises(MetadataError):
            parse_codec_list([{"name": name, "configuration": {"length": 1}}])


def test_statement_209_byte_strings_are_stored_as_they_are() -> None:
    codec = bound(VLenBytesCodec(), 2, 2)
    values = np.array([[b"", b"\0"], [b"a\0b\0\0", b"\xff"]], object)
    content = framed(b"", b"\0", b"a\0b\0\0", b"\xff")
    assert bytes(codec.encode(values)) == content
    assert bytes(codec.encode(np.asfortranarray(values))) == content
    assert codec.decode(content).tolist() == values.tolist()
    assert {type(value) for value in codec.decode(content).flat} == {bytes}


def test_statement_188_the_data_type_must_be_that_of_the_codec() -> None:
    for codec, data_type in ((VLenUTF8Codec(), OCTETS), (VLenBytesCodec(), TEXT), (VLenUTF8Codec(), Int32())):
        with pytest.raises(CodecError, match=f"codec '{codec.name}' takes data type"):
            codec.resolve(Spec((3,), data_type, data_type.default_fill()))
    with pytest.raises(CodecError, match="too few for a chunk"):
        VLenUTF8Codec().resolve(Spec((1 << 16, 1 << 16), TEXT, TEXT.default_fill()))


def test_elements_that_are_none_are_refused() -> None:
    with pytest.raises(CodecError, match="codec 'vlen-bytes' cannot take an element"):
        bound(VLenBytesCodec(), 1).encode(np.array(["text"], object))
    with pytest.raises(CodecError, match="shape"):
        bound(VLenUTF8Codec(), 2).encode(np.array(["a"], TEXT.dtype))


def test_new_arrays_get_these_codecs() -> None:
    for data_type, name in ((TEXT, "vlen-utf8"), (OCTETS, "vlen-bytes")):
        assert [codec.name for codec in ask_first("default_codecs", data_type=data_type)] == [name, "zstd"]


# ---- arrays ------------------------------------------------------------------------------------------------------


def test_statement_188_text_with_the_codec_bytes_fails_at_open() -> None:
    values: dict[str, Any] = {}
    zarr.create_array(MemoryStore(values), shape=3, dtype=str, compressors=None)
    document = json.loads(bytes(values["zarr.json"]))
    assert document["codecs"] == [{"name": "vlen-utf8"}]
    for wrong in ({"name": "bytes"}, {"name": "bytes", "configuration": {"endian": "little"}}, {"name": "vlen-bytes"}):
        values["zarr.json"] = json.dumps({**document, "codecs": [wrong]}).encode()
        with pytest.raises(MetadataError, match="'string'"):
            zarr.open_array(MemoryStore(values))


def test_a_damaged_chunk_of_text_names_array_and_codec() -> None:
    values: dict[str, Any] = {}
    array = zarr.create_array(MemoryStore(values), shape=2, dtype=str, compressors=None)
    array[:] = ["a", "b"]
    assert bytes(values["c/0"]) == framed(b"a", b"b")
    values["c/0"] = framed(b"a", b"\xff")
    with pytest.raises(ChunkError, match=r"chunk \(0,\) .*: codec 'vlen-utf8' found damaged data") as caught:
        array[:]
    assert caught.value.codec == "vlen-utf8"


# ---- format 2 ----------------------------------------------------------------------------------------------------


def zarray(**members: Any) -> V2ArrayMetadata:
    document = {
        "zarr_format": 2,
        "shape": [2],
        "chunks": [2],
        "dtype": "|O",
        "compressor": None,
        "fill_value": "",
        "order": "C",
        "filters": [{"id": "vlen-utf8"}],
        **members,
    }
    return V2ArrayMetadata.from_dict(document)


@pytest.mark.parametrize(
    "filters", [None, [], [{"id": "zlib", "level": 1}], [{"id": "zlib", "level": 1}, {"id": "vlen-utf8"}]]
)
def test_statement_265_objects_need_an_object_codec_as_first_filter(filters: Any) -> None:
    with pytest.raises(MetadataError, match="needs a filter that makes bytes of them"):
        zarray(filters=filters)


def test_statement_265_only_objects_have_an_object_codec() -> None:
    for dtype in ("<i4", "<U2", "|S2"):
        with pytest.raises(MetadataError, match="'vlen-utf8' takes data type 'string'"):
            zarray(dtype=dtype, fill_value=None)


@pytest.mark.parametrize("order", ["C", "F"])
def test_statement_266_objects_are_stored_by_their_codec(order: Any) -> None:
    values: dict[str, Any] = {}
    array = zarr.create_array(
        MemoryStore(values), shape=2, dtype=str, zarr_format=2, compressors=None, order=order, fill_value="n/a"
    )
    document = json.loads(bytes(values[".zarray"]))
    assert (document["dtype"], document["filters"], document["fill_value"]) == ("|O", [{"id": "vlen-utf8"}], "n/a")
    array[:] = ["a", "é"]
    assert bytes(values["0"]) == bytes.fromhex("02000000010000006102000000c3a9")
    assert zarr.open_array(MemoryStore(values))[:].tolist() == ["a", "é"]
    assert array.dtype == TEXT.dtype


def test_columns_first_is_kept_for_objects() -> None:
    values: dict[str, Any] = {}
    array = zarr.create_array(
        MemoryStore(values), shape=(2, 2), dtype=bytes, zarr_format=2, compressors=None, order="F"
    )
    array[...] = np.array([[b"a", b"b"], [b"c", b"d"]], object)
    assert bytes(values["0.0"]) == framed(b"a", b"c", b"b", b"d")
    assert zarr.open_array(MemoryStore(values))[...].tolist() == [[b"a", b"b"], [b"c", b"d"]]


@pytest.mark.parametrize("value", [0, None, ""])
def test_old_fills_of_objects_are_empty(value: Any) -> None:
    for id, empty in (("vlen-utf8", ""), ("vlen-bytes", b"")):
        assert zarray(filters=[{"id": id}], fill_value=value).fill_value[()] == empty
    ragged = zarray(filters=[{"id": "vlen-array", "dtype": "<i4"}], fill_value=value).fill_value[()]
    assert (ragged.shape, ragged.dtype) == ((0,), np.dtype("i4"))


# ---- arrays in arrays --------------------------------------------------------------------------------------------


def ragged(*rows: list[int]) -> NDArray[Any]:
    values = np.empty(len(rows), object)
    for i, row in enumerate(rows):
        values[i] = np.array(row, "<i2")
    return values


def test_arrays_are_stored_after_their_length_in_bytes() -> None:
    codec = bound(V2VLenArrayCodec(dtype="<i2"), 2)
    content = bytes.fromhex("020000000400000001000200020000000300")
    assert bytes(codec.encode(ragged([1, 2], [3]))) == content
    assert [row.tolist() for row in codec.decode(content)] == [[1, 2], [3]]
    for damaged in (content[:-1], framed(b"abc", b""), framed(b"ab"), b""):
        with pytest.raises(CodecError):
            codec.decode(damaged)
    with pytest.raises(CodecError, match="cannot take an element"):
        codec.encode(np.array(["a", "b"], object))


def test_arrays_in_arrays() -> None:
    values: dict[str, Any] = {}
    array = zarr.create_array(
        MemoryStore(values),
        shape=5,
        chunks=2,
        dtype=object,
        zarr_format=2,
        filters=[{"id": "vlen-array", "dtype": "<i2"}],
    )
    array[1:3] = ragged([1, 2], [3])
    array = zarr.open_array(MemoryStore(values))
    assert [row.tolist() for row in array[:]] == [[], [1, 2], [3], [], []]
    assert {row.dtype for row in array[:]} == {np.dtype("i2")}
    assert sorted(values) == [".zarray", ".zattrs", "0", "1"]


@pytest.mark.parametrize("value", [[1, 2], [], 0, None, "", "AAA=", [2**40], ["a"], 5])
def test_fills_of_arrays_in_arrays(value: Any) -> None:
    def fill() -> Any:
        return zarray(filters=[{"id": "vlen-array", "dtype": "<i4"}], fill_value=value)

    if value in ("AAA=", [2**40], ["a"], 5):
        with pytest.raises(MetadataError, match="fill value"):
            fill()
    else:
        assert fill().fill_value[()].tolist() == (value or [])
        assert json.loads(fill().documents()[".zarray"])["fill_value"] == value


@pytest.mark.parametrize("dtype", ["|O", "nonsense", "", "<U0"])
def test_arrays_of_no_numbers_are_refused(dtype: str) -> None:
    with pytest.raises(MetadataError):
        zarray(filters=[{"id": "vlen-array", "dtype": dtype}], fill_value=0)

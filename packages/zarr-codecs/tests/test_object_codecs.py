"""Python objects in files of format 2: as JSON, as MessagePack, as numbers of labels; and never as pickles."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

import zarr_core as zarr
from zarr_codecs.categorize import V2CategorizeCodec
from zarr_codecs.objects import V2JSONCodec, V2MsgPackCodec
from zarr_core.abc.codec import Spec
from zarr_core.data_types.integer import Int32, UInt8
from zarr_core.data_types.objects import Objects
from zarr_core.data_types.text import FixedLengthUTF32, String
from zarr_core.errors import ChunkError, CodecError, MetadataError
from zarr_core.metadata import V2ArrayMetadata
from zarr_core.storage import MemoryStore
from zarr_core.testing import ArrayArrayCodecTests, ArrayBytesCodecTests

pytest.importorskip("msgpack", reason="an extra of zarr-codecs")

VALUES = st.sampled_from([None, True, 0, -1, 2**40, 1.5, "", "é", "日本", [], [1], [[1, 2], [3]], {}, {"a": [None]}])


def objects(items: list[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """An array of these very objects, also of lists."""
    values = np.empty(len(items), object)
    for i, item in enumerate(items):
        values[i] = item
    return values.reshape(shape)


@pytest.mark.parametrize(
    "codec",
    [V2JSONCodec(), V2JSONCodec(indent=1, ensure_ascii=False), V2MsgPackCodec()],
    ids=["json2", "indented", "msgpack2"],
)
class TestLists(ArrayBytesCodecTests):
    """As they are."""

    def specs(self, codec: Any) -> list[Spec]:
        return [Spec(shape, Objects(), Objects().default_fill()) for shape in ((1,), (4,), (2, 3), (2, 1, 2))]

    def arrays(self, spec: Spec) -> st.SearchStrategy[NDArray[Any]]:
        size = math.prod(spec.shape)
        return st.lists(VALUES, min_size=size, max_size=size).map(lambda items: objects(items, spec.shape))


@pytest.mark.parametrize(
    "codec",
    [
        V2CategorizeCodec(labels=("a", "é", "日本"), dtype="|O"),
        V2CategorizeCodec(labels=("a",), dtype="<U3", astype=">i2"),
        V2CategorizeCodec(labels=(), dtype="|O"),
    ],
    ids=repr,
)
class TestCategorize(ArrayArrayCodecTests):
    """What is no label comes back as empty, the second time for good."""

    lossless = False

    def specs(self, codec: Any) -> list[Spec]:
        data_type = String() if codec.dtype == "|O" else FixedLengthUTF32(12)
        return [Spec(shape, data_type, data_type.default_fill()) for shape in ((1,), (4,), (2, 3))]

    def arrays(self, spec: Spec) -> st.SearchStrategy[NDArray[Any]]:
        size = math.prod(spec.shape)
        items = st.lists(st.sampled_from(["", "a", "é", "日本", "x"]), min_size=size, max_size=size)
        return items.map(lambda items: np.array(items, spec.data_type.dtype).reshape(spec.shape))


def bound(codec: Any, *shape: int) -> Any:
    return codec.bind(Spec(shape, Objects(), Objects().default_fill()))


def zarray(*filters: Any, **members: Any) -> V2ArrayMetadata:
    document = {
        "zarr_format": 2,
        "shape": [2],
        "chunks": [2],
        "dtype": "|O",
        "compressor": None,
        "fill_value": None,
        "order": "C",
        "filters": list(filters),
        **members,
    }
    return V2ArrayMetadata.from_dict(document)


# ---- lists -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "shape", "text"),
    [
        (["a", None, 1], (3,), '["a",null,1,"|O",[3]]'),
        (["a", "b"], (1, 2), '[["a","b"],"|O",[1,2]]'),
        (["a"], (), '["a","|O",[]]'),
        ([[1, 2], [3, 4]], (2,), '[[1,2],[3,4],"|O",[2]]'),
        ([{"b": 1, "a": []}], (1,), '[{"a":[],"b":1},"|O",[1]]'),
        (["é"], (1,), '["\\u00e9","|O",[1]]'),
    ],
)
def test_json_has_the_elements_a_dtype_and_the_shape(items: Any, shape: Any, text: str) -> None:
    codec = bound(V2JSONCodec(), *shape)
    values = objects(items, shape)
    assert bytes(codec.encode(values)) == text.encode()
    assert codec.decode(text.encode()).tolist() == values.tolist()


def test_messages_have_the_same() -> None:
    codec = bound(V2MsgPackCodec(), 2)
    content = bytes.fromhex("94a161c0a27c4f9102")
    assert codec.encode(np.array(["a", None], object)) == content
    assert codec.decode(content).tolist() == ["a", None]


def test_what_numcodecs_writes_is_read() -> None:
    numcodecs = pytest.importorskip("numcodecs", reason="the writer")
    values = objects(["a", None, 1.5, "é", True, "z"], (2, 3))
    for theirs, ours in ((numcodecs.JSON(), V2JSONCodec()), (numcodecs.MsgPack(), V2MsgPackCodec())):
        codec = bound(ours, 2, 3)
        assert codec.decode(theirs.encode(values)).tolist() == values.tolist()
        assert bytes(codec.encode(values)) == theirs.encode(values)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[", "1", "{}", "[]", '["|O",[2]]', '["a","b","|O",[3]]', '["a","|O",[2]]', '["a","b","|O",2]'),
        *('["a","b","c","|O",[2]]', '["a","b","|O",[2.5]]', '["a","b","|O",[1000000000000]]', "[" * 100000, "\xff"),
    ],
)
def test_json_that_is_no_such_list_is_refused(text: str) -> None:
    with pytest.raises(CodecError) as caught:
        bound(V2JSONCodec(), 2).decode(text.encode("latin-1"))
    assert caught.value.codec == "json2"


def test_messages_that_are_no_such_lists_are_refused() -> None:
    for content in (b"", b"\x94", b"\xc1", b"\x92\xa1a\x91\x02", b"\xdd\xff\xff\xff\xff", b"\x01", b"\x91" * 5000):
        with pytest.raises(CodecError) as caught:
            bound(V2MsgPackCodec(), 2).decode(content)
        assert caught.value.codec == "msgpack2"


def test_elements_that_have_no_json_are_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    for codec in (V2JSONCodec(check_circular=False), V2MsgPackCodec()):
        for element in (object(), {1, 2}, loop):
            with pytest.raises(CodecError, match="cannot take an element"):
                bound(codec, 1).encode(objects([element], (1,)))


def test_only_objects_are_taken() -> None:
    for codec in (V2JSONCodec(), V2MsgPackCodec()):
        with pytest.raises(CodecError, match="takes python objects, not data type 'int32'"):
            codec.resolve(Spec((1,), Int32(), Int32().default_fill()))


def test_the_parameters_of_json_are_kept() -> None:
    parameters = {
        "id": "json2",
        "encoding": "utf-8",
        "skipkeys": False,
        "ensure_ascii": True,
        "check_circular": True,
        "allow_nan": True,
        "indent": None,
        "separators": [",", ":"],
        "sort_keys": True,
        "strict": True,
    }
    array = zarray(parameters)
    assert json.loads(array.documents()[".zarray"])["filters"] == [parameters]
    configuration = {name: value for name, value in parameters.items() if name != "id"}
    assert json.loads(json.dumps(array.codecs[0].to_config())) == configuration
    assert bound(zarray({"id": "json2", "encoding": "utf-16"}).codecs[0], 1).decode('["a","|O",[1]]'.encode("utf-16"))
    for encoding in ("rot13", "no such", "base64", ""):
        with pytest.raises(MetadataError, match="is no text encoding"):
            zarray({"id": "json2", "encoding": encoding})


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("filter", [{"id": "json2"}, {"id": "msgpack2"}])
def test_arrays_of_objects(filter: Any, order: Any) -> None:
    values: dict[str, Any] = {}
    array = zarr.create_array(
        MemoryStore(values), shape=(3, 2), chunks=(2, 2), dtype=object, zarr_format=2, filters=[filter], order=order
    )
    expected = objects([None, "a", [1], {"b": [2]}, None, None], (3, 2))
    array[:2] = expected[:2]
    assert sorted(key for key in values if key[0] != ".") == ["0.0"]
    array = zarr.open_array(MemoryStore(values))
    assert array[...].tolist() == expected.tolist()
    array[0, 0] = 5
    assert array[0].tolist() == [5, "a"]
    assert array[1, 1] == {"b": [2]}


def test_elements_that_are_lists_are_written_one_by_one() -> None:
    array = zarr.create_array(MemoryStore(), shape=2, dtype=object, zarr_format=2, object_codec={"id": "json2"})
    array[0] = [1, 2]
    array[1] = {"a": [3]}
    assert array[:].tolist() == [[1, 2], {"a": [3]}]


# ---- pickles -----------------------------------------------------------------------------------------------------


def test_statement_271_pickles_are_never_loaded() -> None:
    for filter in ({"id": "pickle"}, {"id": "pickle", "protocol": 4}):
        with pytest.raises(MetadataError, match="codec 'pickle' is never loaded by default"):
            zarray(filter)


# ---- labels ------------------------------------------------------------------------------------------------------


def test_labels_become_numbers_from_1_on() -> None:
    codec = V2CategorizeCodec(labels=("f", "m"), dtype="|O")
    spec = Spec((3,), String(), String().default_fill())
    bound = codec.bind(spec)
    encoded = bound.encode(np.array(["m", "x", "f"], String().dtype))
    assert encoded.tobytes() == b"\x02\x00\x01"
    assert bound.decode(encoded).tolist() == ["m", "", "f"]
    assert codec.resolve(spec).data_type == UInt8()
    assert codec.resolve(Spec((), String(), String().cast_fill("m"))).fill == 2
    with pytest.raises(CodecError, match="found the number 3, and there are 2 labels"):
        bound.decode(np.array([3], "u1"))


def test_arrays_of_labels() -> None:
    values: dict[str, Any] = {}
    filters = [{"id": "categorize", "labels": ["x", "y"], "dtype": "|O", "astype": "|u1"}]
    array = zarr.create_array(
        MemoryStore(values), shape=4, chunks=2, dtype=object, zarr_format=2, filters=filters, compressors=None
    )
    array[:2] = ["y", "x"]
    assert bytes(values["0"]) == b"\2\1"
    assert zarr.open_array(MemoryStore(values))[:].tolist() == ["y", "x", "", ""]
    assert json.loads(bytes(values[".zarray"]))["filters"] == filters


@pytest.mark.parametrize("members", [{"astype": "|O"}, {"astype": "<f4"}, {"astype": "x"}, {"labels": ["a"] * 256}])
def test_numbers_need_room_for_all_labels(members: Any) -> None:
    with pytest.raises(MetadataError, match="astype"):
        zarray({"id": "categorize", "labels": ["a"], "dtype": "|O", **members})


@pytest.mark.parametrize("dtype", ["<i4", "|S3"])
def test_only_text_has_labels(dtype: str) -> None:
    with pytest.raises(MetadataError, match="'categorize' takes text"):
        zarray({"id": "categorize", "labels": ["a"], "dtype": dtype}, dtype=dtype)


def test_a_damaged_chunk_of_objects_names_array_and_codec() -> None:
    values: dict[str, Any] = {}
    store = MemoryStore(values)
    array = zarr.create_array(store, shape=2, dtype=object, zarr_format=2, filters=[{"id": "json2"}], compressors=None)
    array[:] = ["a", "b"]
    values["0"] = b'["a","b","|O",[3]]'
    with pytest.raises(ChunkError, match=r"chunk \(0,\) .*: codec 'json2' found no list that ends in the shape \[2\]"):
        array[:]

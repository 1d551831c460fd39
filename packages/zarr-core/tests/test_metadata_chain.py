"""Chains of codecs: order, what reaches each codec, completion."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from zarr_core import plugins
from zarr_core.abc.codec import ArrayArrayCodec, ArrayBytesCodec, BoundArrayBytes, BytesBytesCodec, Spec
from zarr_core.chunk_grids.regular import RegularGrid
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.data_types.parse import parse_data_type
from zarr_core.errors import CodecError, MetadataError, PluginNotInstalledError
from zarr_core.metadata import (
    check_chain,
    chunk_specs,
    codecs_to_json,
    complete_chain,
    create_array_metadata,
    parse_codecs,
    parse_node,
    resolve_chain,
)

INT16 = parse_data_type("int16")
FLOAT64 = parse_data_type("float64")


@dataclass(frozen=True)
class Swap(ArrayArrayCodec):
    """Reverses the dimensions."""

    name: ClassVar[str] = "test.swap"

    def resolve(self, spec):
        return Spec(spec.shape[::-1], spec.data_type, spec.fill)

    def bind(self, spec):
        raise NotImplementedError


@dataclass(frozen=True)
class Widen(ArrayArrayCodec):
    """Integers become float64, and the fill value with them."""

    name: ClassVar[str] = "test.widen"

    def resolve(self, spec):
        if spec.data_type == FLOAT64:
            raise CodecError("codec 'test.widen' takes integers, not data type 'float64'", codec=self.name)
        return Spec(spec.shape, FLOAT64, spec.fill.astype("f8"))

    def bind(self, spec):
        raise NotImplementedError


@dataclass(frozen=True)
class Other(ArrayBytesCodec):
    name: ClassVar[str] = "test.other"

    def bind(self, spec):
        return BoundArrayBytes()


@dataclass(frozen=True)
class Pack(BytesBytesCodec):
    """Its `size` is the item size of the elements, unless given."""

    name: ClassVar[str] = "test.pack"
    size: int | None = None

    def complete(self, spec):
        return Pack(self.size or spec.data_type.item_size)

    def encode(self, buf):
        return buf

    def decode(self, buf, *, limit=None):
        return buf


SWAP, WIDEN, BYTES, OTHER, PACK = Swap(), Widen(), BytesCodec("little"), Other(), Pack()


@pytest.fixture(autouse=True)
def registered():
    handles = [plugins.codecs.register(codec.name, type(codec)) for codec in (SWAP, WIDEN, OTHER, PACK)]
    yield
    for handle in handles:
        handle.unregister()


def spec(shape=(2, 3), data_type=INT16, fill=7):
    return Spec(shape, data_type, data_type.cast_fill(fill))


def created(codecs, shape=(7, 10), chunks=(3, 4)):
    return create_array_metadata(
        zarr_format=3,
        shape=shape,
        data_type=INT16,
        chunk_grid=RegularGrid(chunks),
        chunk_key_encoding=plugins.chunk_key_encodings.get("default")("/"),
        codecs=codecs,
        fill_value=7,
    )


@pytest.mark.parametrize(
    ("codecs", "match"),
    [
        ([PACK], "no array-to-bytes codec, of which it needs exactly one: 'test.pack'"),
        ([SWAP], "no array-to-bytes codec"),
        ([BYTES, BYTES], "2 array-to-bytes codecs, of which it needs exactly one: 'bytes', 'bytes'"),
        ([BYTES, PACK, OTHER], "2 array-to-bytes codecs"),
    ],
)
def test_statement_94_exactly_one_array_to_bytes_codec(codecs, match):
    for act in check_chain, created, lambda codecs: parse_codecs(codecs_to_json(codecs)):
        with pytest.raises(MetadataError, match=match):
            act(codecs)


def test_statement_95_no_array_to_array_codec_after_the_array_to_bytes_codec():
    for codecs in [BYTES, SWAP], [SWAP, BYTES, PACK, SWAP]:
        with pytest.raises(MetadataError, match=r"array-to-array codec 'test.swap' after the .* codec"):
            check_chain(codecs)


def test_statement_96_no_bytes_to_bytes_codec_before_the_array_to_bytes_codec():
    with pytest.raises(MetadataError, match=r"array-to-bytes codec 'bytes' after the bytes-to-bytes codec 'test.pack'"):
        check_chain([SWAP, PACK, BYTES])


def test_statement_97_an_empty_chain_is_refused():
    with pytest.raises(MetadataError, match="none at all"):
        check_chain([])
    document = created([BYTES]).to_dict()
    with pytest.raises(MetadataError, match="at least one"):
        type(created([BYTES])).from_dict({**document, "codecs": []})


def test_statement_98_the_order_of_the_list_is_the_order_of_encoding():
    codecs = [SWAP, WIDEN, SWAP, BYTES, PACK, PACK]
    assert [codec.name for codec in parse_codecs(codecs_to_json(codecs))] == [codec.name for codec in codecs]


def test_statement_99_each_codec_is_checked_against_what_reaches_it():
    codecs = [SWAP, WIDEN, BYTES, PACK]
    reached = resolve_chain(codecs, spec())
    assert [each.shape for each in reached] == [(2, 3), (3, 2), (3, 2), (3, 2)]
    assert [each.data_type.name for each in reached] == ["int16", "int16", "float64", "float64"]
    with pytest.raises(CodecError, match="takes integers"):
        resolve_chain([WIDEN, WIDEN, BYTES], spec())


def test_statement_99_at_open():
    document = created([WIDEN, BYTES]).to_dict()
    document["codecs"].insert(0, {"name": "test.widen"})
    text = str(document).replace("'", '"').encode()
    with pytest.raises(MetadataError, match=r"'a/zarr.json': codec 'test.widen' takes integers") as info:
        parse_node({"zarr.json": text}, "a")
    assert info.value.member == "codecs"


def test_statement_100_a_codec_may_appear_repeatedly():
    assert [codec.name for codec in created([SWAP, SWAP, BYTES, PACK, PACK]).codecs] == [
        "test.swap",
        "test.swap",
        "bytes",
        "test.pack",
        "test.pack",
    ]


def test_statement_101_the_fill_value_travels_along_the_chain():
    fills = [each.fill for each in resolve_chain([SWAP, WIDEN, BYTES, PACK], spec(fill=-3))]
    assert [fill.dtype.name for fill in fills] == ["int16", "int16", "float64", "float64"]
    assert [float(fill) for fill in fills] == [-3.0] * 4


def test_completion_sees_what_reached_the_array_to_bytes_codec():
    assert complete_chain([WIDEN, BytesCodec(), PACK, Pack(3)], spec()) == (
        WIDEN,
        BytesCodec("little"),
        Pack(8),
        Pack(3),
    )
    assert created([WIDEN, BytesCodec(), PACK]).to_dict()["codecs"] == [
        {"name": "test.widen"},
        {"name": "bytes", "configuration": {"endian": "little"}},
        {"name": "test.pack", "configuration": {"size": 8}},
    ]


def test_inner_chains_round_trip_and_pass_over_nothing():
    assert parse_codecs(["test.swap", {"name": "bytes", "configuration": {"endian": "big"}}, "test.pack"]) == (
        SWAP,
        BytesCodec("big"),
        PACK,
    )
    with pytest.raises(PluginNotInstalledError, match=r"codec 'test.unknown' of array 'a'"):
        parse_codecs(["test.unknown"], "of array 'a'")
    with pytest.raises(MetadataError, match=r"codec 'test.unknown' is not known, and cannot be passed over"):
        parse_codecs(["bytes", {"name": "test.unknown", "must_understand": False}])
    for value in {}, "bytes", None:
        with pytest.raises(MetadataError, match="codecs are given as a list"):
            parse_codecs(value)


def test_a_codec_that_is_missing_inside_another_is_reported_with_both_and_the_array():
    class Nesting(Other):
        @classmethod
        def from_config(cls, configuration):
            parse_codecs(configuration["codecs"])
            return cls()

    document = created([BYTES]).to_dict()
    document["codecs"] = [{"name": "test.nesting", "configuration": {"codecs": ["test.unknown"]}}]
    with (
        plugins.codecs.register("test.nesting", Nesting),
        pytest.raises(
            PluginNotInstalledError, match=r"codec 'test.unknown' .*\(needed by codec 'test.nesting' of array 'a'\)"
        ) as info,
    ):
        parse_node({"zarr.json": str(document).replace("'", '"').encode()}, "a")
    assert info.value.name == "test.unknown"


def test_a_chain_inside_a_codec_follows_what_is_registered():
    class Nesting(Other):
        @classmethod
        def from_config(cls, configuration):
            made = cls()
            object.__setattr__(made, "codecs", parse_codecs(configuration["codecs"]))
            return made

    class Packed(Pack):
        pass

    chain = [{"name": "test.nesting", "configuration": {"codecs": ["bytes", "test.pack"]}}]
    with plugins.codecs.register("test.nesting", Nesting):
        assert type(parse_codecs(chain)[0].codecs[1]) is Pack
        with plugins.codecs.register("test.pack", Packed):
            assert type(parse_codecs(chain)[0].codecs[1]) is Packed


def test_every_length_of_a_dimension_is_checked():
    class Dimension:
        def __init__(self, *edges):
            self.edges = edges

    class Grid(RegularGrid):
        def dimensions(self, shape):
            return (Dimension(4), Dimension(2, 3, 5), Dimension())

    specs = chunk_specs(Grid((1, 1, 1)), (1, 1, 1), INT16, np.zeros((), "i2"))
    assert [each.shape for each in specs] == [(4, 2, 1), (4, 3, 1), (4, 5, 1)]
    assert [each.shape for each in chunk_specs(RegularGrid(()), (), INT16, np.zeros((), "i2"))] == [()]


def test_what_is_no_codec_is_refused():
    with pytest.raises(MetadataError, match="is not a codec"):
        check_chain([BYTES, "zstd"])

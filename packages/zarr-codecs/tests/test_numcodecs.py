"""The family `numcodecs.*` of format 3, and ids that only numcodecs knows."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from numcodecs import registry as numcodecs_registry
from numcodecs.abc import Codec as Numcodec
from numpy.typing import NDArray

import zarr_core as zarr
from zarr_codecs import numcodecs as family
from zarr_codecs.foreign import ForeignCodec
from zarr_core.abc.codec import ArrayArrayCodec, Spec
from zarr_core.data_types.boolean import Bool
from zarr_core.data_types.floating import Float32, Float64
from zarr_core.data_types.integer import Int16, Int32
from zarr_core.data_types.parse import parse_data_type
from zarr_core.engine.step import step
from zarr_core.errors import CodecError, MetadataError, PluginNotInstalledError
from zarr_core.plugins import codecs, v2_codecs
from zarr_core.storage import MemoryStore
from zarr_core.testing import ArrayArrayCodecTests, ArrayBytesCodecTests, BytesBytesCodecTests


def made(name: str, **configuration: Any) -> Any:
    return codecs.get(f"numcodecs.{name}").from_config(configuration)


@pytest.mark.parametrize(
    "codec",
    [
        made("blosc", cname="lz4", shuffle=-1),
        made("lz4", acceleration=1),
        made("zstd", level=1),
        made("zlib", level=1),
        made("gzip", level=1),
        made("bz2", level=1),
        made("shuffle", elementsize=2),
        made("crc32"),
        made("crc32c", location="start"),
        made("adler32", location="end"),
        made("fletcher32"),
        made("jenkins_lookup3", initval=1),
    ],
    ids=lambda codec: codec.name,
)
class TestBytesBytes(BytesBytesCodecTests):
    """As they are."""


@pytest.mark.parametrize("codec", [made("lzma", preset=0)], ids=lambda codec: codec.name)
class TestLzma(BytesBytesCodecTests):
    """The decoder takes a window."""

    working_memory = 10 << 20


@pytest.mark.parametrize(
    "codec",
    [made("delta", dtype="<i4"), made("delta"), made("astype", encode_dtype="<i8"), made("packbits")],
    ids=repr,
)
class TestArrayArray(ArrayArrayCodecTests):
    """Those that lose nothing."""

    def specs(self, codec: ArrayArrayCodec) -> list[Spec]:
        data_type = Bool() if codec.name == "numcodecs.packbits" else Int32()
        return [Spec(shape, data_type, data_type.default_fill()) for shape in ((), (5,), (3, 4))]


@pytest.mark.parametrize(
    "codec",
    [
        made("fixedscaleoffset", offset=10, scale=100, astype="<i4"),
        made("quantize", digits=2),
        made("bitround", keepbits=5),
        made("astype", encode_dtype="<f4", decode_dtype="<f8"),
    ],
    ids=repr,
)
class TestLossy(ArrayArrayCodecTests):
    """Those that round."""

    lossless = False

    def specs(self, codec: ArrayArrayCodec) -> list[Spec]:
        return [Spec(shape, Float64(), Float64().default_fill()) for shape in ((), (5,), (3, 4))]

    def arrays(self, spec: Spec) -> st.SearchStrategy[NDArray[Any]]:
        return numpy_strategies.arrays("f8", spec.shape, elements=st.floats(-1000, 1000, width=16))


class TestPCodec(ArrayBytesCodecTests):
    """Every bit of every number."""

    @pytest.fixture
    def codec(self) -> Any:
        pytest.importorskip("pcodec", reason="the codec needs it", exc_type=ImportError)
        return made("pcodec", level=1)


class TestZFPY(ArrayBytesCodecTests):
    """Where nothing is lost."""

    @pytest.fixture
    def codec(self) -> Any:
        pytest.importorskip("zfpy", reason="the codec needs it", exc_type=ImportError)
        return made("zfpy", mode=5)


@pytest.mark.parametrize(
    ("name", "configuration"),
    [
        ("blosc", {"shuffle": 1, "cname": "zstd", "clevel": 3}),
        ("lz4", {}),
        ("zstd", {"level": 0}),
        ("lzma", {"preset": None, "format": 1}),
        ("shuffle", {"elementsize": 2}),
        ("delta", {"dtype": "<i4"}),
        ("delta", {"dtype": "uint32", "astype": "<u2"}),
        ("fixedscaleoffset", {"offset": 1, "scale": 10, "astype": "u1", "dtype": "float32"}),
        ("packbits", {}),
        ("pcodec", {"level": 3}),
        ("zfpy", {"mode": 4, "tolerance": 0.05}),
        ("jenkins_lookup3", {"initval": 7}),
    ],
)
def test_what_was_read_is_written_unchanged_and_with_a_configuration(name: str, configuration: Any) -> None:
    codec = made(name, **configuration)
    assert codec.to_json() == {"name": f"numcodecs.{name}", "configuration": configuration}
    assert list(codec.to_config()) == list(configuration)
    assert pickle.loads(pickle.dumps(codec)).to_json() == codec.to_json()


def created(dtype: Any, **keywords: Any) -> list[Any]:
    """The codecs of a new array, as they are stored."""
    a = zarr.create_array(MemoryStore(), shape=(4, 6), chunks=(2, 3), dtype=dtype, **keywords)
    stored: list[Any] = a.metadata.to_dict()["codecs"]
    return stored


def test_what_comes_from_the_array_is_written_when_it_is_created() -> None:
    assert created("<i2", compressors=[{"name": "numcodecs.shuffle"}])[-1]["configuration"] == {"elementsize": 2}
    filters = [{"name": "numcodecs.fixedscaleoffset", "configuration": {"offset": 1, "scale": 10, "astype": "<i4"}}]
    assert created("<f4", filters=filters)[0]["configuration"] == {
        "offset": 1,
        "scale": 10,
        "astype": "<i4",
        "dtype": "<f4",
    }
    filters = [{"name": "numcodecs.astype", "configuration": {"encode_dtype": "<i2"}}]
    assert created("<i4", filters=filters)[0]["configuration"] == {"encode_dtype": "<i2", "decode_dtype": "<i4"}
    filters = [{"name": "numcodecs.quantize", "configuration": {"digits": 2}}]
    assert created("<f8", filters=filters)[0]["configuration"] == {"digits": 2, "dtype": "<f8"}


@pytest.mark.parametrize("codec", ["delta", "fixedscaleoffset", "astype"])
def test_the_next_codec_sees_the_encoded_type_and_all_dimensions(codec: str) -> None:
    configuration = {
        "delta": {"dtype": "<i4", "astype": "<i2"},
        "fixedscaleoffset": {"dtype": "<i4", "astype": "<i2", "offset": 0, "scale": 1},
        "astype": {"encode_dtype": "<i2", "decode_dtype": "<i4"},
    }[codec]
    spec = Spec((2, 3), Int32(), Int32().default_fill())
    resolved = made(codec, **configuration).resolve(spec)
    assert (resolved.shape, resolved.data_type) == ((2, 3), Int16())


def test_objects_of_numcodecs_are_taken_as_they_are() -> None:
    from numcodecs import Delta, Zlib

    stored = created("<i4", filters=[Delta("<i4")], compressors=[Zlib(3)])
    assert [codec["name"] for codec in stored] == ["numcodecs.delta", "bytes", "numcodecs.zlib"]
    assert stored[2]["configuration"] == {"level": 3}


def test_a_transpose_after_a_filter_works() -> None:
    data = np.arange(24, dtype="i4").reshape(4, 6)
    store = MemoryStore()
    filters = [
        {"name": "numcodecs.delta", "configuration": {"dtype": "<i4"}},
        {"name": "transpose", "configuration": {"order": [1, 0]}},
    ]
    zarr.create_array(store, data=data, chunks=(2, 3), filters=filters)
    assert np.array_equal(zarr.open_array(store)[...], data)


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("crc32", "a99ae36f5a617272"),
        ("adler32", "a001e5035a617272"),
        ("crc32c", "5a6172725acc59c8"),
        ("fletcher32", "5a617272d3cc3527"),
        ("jenkins_lookup3", "5a617272281b05ba"),
    ],
)
def test_checksums_are_those_of_format_2(name: str, octets: str) -> None:
    assert bytes(made(name).encode(b"Zarr")).hex() == octets


@pytest.mark.parametrize("name", [name for name in codecs.names() if name.startswith("numcodecs.")])
def test_unknown_members_are_refused(name: str) -> None:
    with pytest.raises(MetadataError, match=name):
        codecs.get(name).from_config({"no such member": 1})


def test_every_class_is_an_entry_point() -> None:
    listed = {codecs.get(name) for name in codecs.names() if name.startswith("numcodecs.")}
    assert listed == {getattr(family, name) for name in family.__all__}


def test_bitround_and_packbits_are_not_the_registered_codecs() -> None:
    spec = Spec((9,), Bool(), Bool().default_fill())
    bools = np.array([1, 0, 0, 1, 1, 1, 1, 1, 1], bool)
    assert made("packbits").bind(spec).encode(bools).tobytes().hex() == "079f80"
    with pytest.raises(MetadataError, match="cannot keep 3 bits of int32"):
        made("bitround", keepbits=3).resolve(Spec((2,), Int32(), Int32().default_fill()))


# ---- pcodec and zfpy ---------------------------------------------------------------------------------------------


def test_pcodec_takes_no_more_memory_than_a_chunk_has() -> None:
    pcodec = pytest.importorskip("pcodec", reason="the codec needs it", exc_type=ImportError)
    spec = Spec((3,), Float32(), Float32().default_fill())
    for count in (2, 4, 10**6):
        stored = pcodec.standalone.simple_compress(np.zeros(count, "f4"), pcodec.ChunkConfig())
        with pytest.raises(CodecError, match="another number of elements"):
            made("pcodec").bind(spec).decode(stored)
    with pytest.raises(CodecError, match="damaged"):
        made("pcodec").bind(spec).decode(pcodec.standalone.simple_compress(np.zeros(3, "i4"), pcodec.ChunkConfig()))


def test_zfpy_reads_chunks_of_its_own_shape_and_type_only() -> None:
    zfpy = pytest.importorskip("zfpy", reason="the codec needs it", exc_type=ImportError)
    bound = made("zfpy", mode=5).bind(Spec((3, 4), Float32(), Float32().default_fill()))
    for other in (np.ones((4, 3), "f4"), np.ones((3, 4), "f8"), np.ones(12, "f4"), np.ones((3, 4), "i4")):
        with pytest.raises(CodecError, match="which is no such chunk"):
            bound.decode(zfpy.compress_numpy(other))
    for junk in (b"", b"zfp", bytes(30)):
        with pytest.raises(CodecError):
            bound.decode(junk)


@pytest.mark.parametrize("name", ["pcodec", "zfpy"])
def test_libraries_that_are_missing_are_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, name, None)
    codec = made(name)
    spec = Spec((3,), Float32(), Float32().default_fill())
    codec.resolve(spec)
    with pytest.raises(
        PluginNotInstalledError, match=f"codec 'numcodecs.{name}' needs the library {name}: pip install"
    ):
        codec.bind(spec)


@pytest.mark.parametrize("name", ["pcodec", "zfpy"])
def test_format_2_has_them_as_compressors(name: str) -> None:
    pytest.importorskip(name, reason="the codec needs it", exc_type=ImportError)
    store = MemoryStore()
    data = np.arange(24, dtype="f4").reshape(4, 6)
    compressor = {"id": "pcodec"} if name == "pcodec" else {"id": "zfpy", "mode": 5}
    zarr.create_array(store, data=data, chunks=(3, 4), compressors=compressor, zarr_format=2)
    assert np.array_equal(zarr.open_array(store, zarr_format=2)[...], data)


# ---- ids that only numcodecs knows -------------------------------------------------------------------------------


class Inverted(Numcodec):  # type: ignore[misc]
    """Somebody's codec."""

    codec_id = "acme_inverted"

    def __init__(self, level: int = 1) -> None:
        self.level = level

    def encode(self, buf: Any) -> Any:
        return zlib.compress(bytes(255 - b for b in bytes(buf)), self.level)

    def decode(self, buf: Any, out: Any = None) -> Any:
        return 255 - np.frombuffer(zlib.decompress(buf), np.uint8)


@pytest.fixture
def inverted() -> Iterator[None]:
    numcodecs_registry.register_codec(Inverted)
    yield
    del numcodecs_registry.codec_registry["acme_inverted"]


@pytest.mark.usefixtures("inverted")
class TestForeign(BytesBytesCodecTests):
    """Any codec of numcodecs that takes bytes."""

    @pytest.fixture
    def codec(self, inverted: None) -> Any:
        return made("acme_inverted", level=3)

    def test_the_limit_bounds_memory(self, codec: Any) -> None:
        """numcodecs has no way to say it: what is too long is refused once it is there."""
        with pytest.raises(CodecError, match="more than the 100 bytes allowed"):
            codec.decode(codec.encode(bytes(1000)), limit=100)


@pytest.mark.usefixtures("inverted")
def test_ids_of_others_are_found_in_both_formats() -> None:
    assert codecs.get("numcodecs.acme_inverted") is codecs.get("numcodecs.acme_inverted")
    data = np.arange(10, dtype="i4")
    for zarr_format in (2, 3):
        store = MemoryStore()
        compressor: Any = {"id": "acme_inverted", "level": 2}
        if zarr_format == 3:
            compressor = {"name": "numcodecs.acme_inverted", "configuration": {"level": 2}}
        zarr.create_array(store, data=data, chunks=4, compressors=[compressor], zarr_format=zarr_format)
        a = zarr.open_array(store, zarr_format=zarr_format)
        assert np.array_equal(a[...], data)
        codec = a.metadata.codecs[-1]
        assert isinstance(codec, ForeignCodec)
        assert pickle.loads(pickle.dumps(codec)) == codec
        assert codec.to_config() == {"level": 2}
    assert bytes(step(store.get("c/0")) or b"") == Inverted(2).encode(data[:4].tobytes())


@pytest.mark.usefixtures("inverted")
def test_what_their_constructors_refuse_is_a_metadata_error() -> None:
    with pytest.raises(MetadataError, match=r"codec 'numcodecs\.acme_inverted' does not take"):
        made("acme_inverted", speed=3)


def test_ids_that_nobody_knows_stay_unknown() -> None:
    for registry, name in (
        (codecs, "numcodecs.acme_inverted"),
        (v2_codecs, "acme_inverted"),
        (codecs, "acme_inverted"),
    ):
        assert registry.find(name) is None


def test_data_types_of_text_have_no_number_codecs() -> None:
    with pytest.raises(MetadataError, match="does not take data type"):
        made("pcodec").resolve(Spec((1,), parse_data_type("string"), parse_data_type("string").default_fill()))

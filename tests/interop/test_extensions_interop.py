"""Extensions of format 3: what we write is equal in each peer that has them, and what those write is equal here.

zarrs is driven without zarr-python in between, which knows fewer names than zarrs does. Which peer has what is in
`CASES`; a name that a peer does not have is not in its list (digest 6.3, 6.5).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.interop.peers import tensorstore, zarr_python

import zarr_core  # isort: skip

zarrs = pytest.importorskip("zarrs._internal", reason="peers are in the environment `interop`")

pytestmark = [
    pytest.mark.filterwarnings("ignore:The data type .* does not have a Zarr V3 specification"),
    pytest.mark.filterwarnings("ignore::zarr.errors.UnstableSpecificationWarning"),
    pytest.mark.filterwarnings("ignore::zarr.errors.ZarrUserWarning"),
    pytest.mark.filterwarnings("ignore:Numcodecs codecs are not in the Zarr version 3"),
]

SHAPE, CHUNKS = (8, 6), (4, 2)
BOTH, PYTHON, ZARRS, STORE = ("zarr-python", "zarrs"), ("zarr-python",), ("zarrs",), ("tensorstore", "zarrs")


class Case(NamedTuple):
    """An array of some extension, and the peers that have it."""

    dtype: str
    peers: tuple[str, ...]
    keywords: Mapping[str, Any] = MappingProxyType({})
    fill: Any = 1

    def values(self) -> NDArray[Any]:
        """Small numbers, which every type has; half of the chunks are never written."""
        numbers = np.random.default_rng(1).integers(0, 2 if "2" in self.dtype[-1] else 6, SHAPE)
        if self.dtype == "float8_e8m0fnu":
            numbers = 2**numbers
        return numbers.astype(zarr_core.create_array(zarr_core.storage.MemoryStore(), shape=1, dtype=self.dtype).dtype)


def codec(name: str, **configuration: Any) -> dict[str, Any]:
    return {"name": name, "configuration": configuration} if configuration else {"name": name}


def numcodec(name: str, **configuration: Any) -> dict[str, Any]:
    return {"name": f"numcodecs.{name}", "configuration": configuration}


def filtered(one: dict[str, Any]) -> dict[str, Any]:
    return {"filters": [one], "compressors": None}


def serialized(one: dict[str, Any]) -> dict[str, Any]:
    return {"serializer": one, "compressors": None}


BIG = {"serializer": codec("bytes", endian="big")}
FLOATS = ("float8_e3m4", "float8_e4m3b11fnuz", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu")
CASES: dict[str, Case] = {
    **{name: Case(name, STORE) for name in ("int2", "int4", "bfloat16", "float4_e2m1fn", *FLOATS)},
    **{name: Case(name, ZARRS) for name in ("uint2", "uint4", "float8_e4m3", "float6_e2m3fn", "float6_e3m2fn")},
    "float8_e4m3fn": Case("float8_e4m3fn", ("tensorstore",)),
    "bfloat16-big": Case("bfloat16", STORE, BIG),
    **{f"complex_{part}": Case(f"complex_{part}", ZARRS) for part in ("float16", "bfloat16", "float32", "float64")},
    **{f"packbits-{name}": Case(name, ZARRS, serialized(codec("packbits"))) for name in ("bool", "int4", "uint4")},
    **{
        f"packbits-{name}": Case(name, ZARRS, serialized(codec("packbits")))
        for name in ("int16", "float32", "complex64")
    },
    **{
        f"packbits-{padding}": Case("bool", ZARRS, serialized(codec("packbits", padding_encoding=padding)))
        for padding in ("first_byte", "last_byte")
    },
    "packbits-some": Case("uint8", ZARRS, serialized(codec("packbits", first_bit=0, last_bit=3))),
    "scale_offset-float": Case("float64", PYTHON, filtered(codec("scale_offset", offset=5, scale=0.5))),
    "scale_offset-int": Case("int32", PYTHON, filtered(codec("scale_offset", offset=-5, scale=3))),
    "cast_value-int": Case("float64", PYTHON, filtered(codec("cast_value", data_type="int16"))),
    "cast_value-float": Case(
        "float64",
        PYTHON,
        filtered(codec("cast_value", data_type="float32", rounding="towards-zero", out_of_range="clamp")),
    ),
    **{
        f"numcodecs.{name}": Case("int32", PYTHON, {"compressors": [numcodec(name)]})
        for name in ("bz2", "zlib", "gzip", "zstd", "lzma", "blosc", "crc32", "crc32c", "adler32", "fletcher32")
    },
    "numcodecs.jenkins_lookup3": Case("int32", PYTHON, {"compressors": [numcodec("jenkins_lookup3", initval=7)]}),
    "numcodecs.lz4": Case("int32", PYTHON, {"compressors": [numcodec("lz4", acceleration=1)]}),
    "numcodecs.shuffle": Case("int32", BOTH, {"compressors": [numcodec("shuffle", elementsize=4)]}),
    "numcodecs.bz2-level": Case("int32", BOTH, {"compressors": [numcodec("bz2", level=1)]}),
    "numcodecs.zlib-level": Case("int32", BOTH, {"compressors": [numcodec("zlib", level=1)]}),
    "numcodecs.delta": Case("int32", PYTHON, filtered(numcodec("delta", dtype="<i4"))),
    "numcodecs.astype": Case("int32", PYTHON, filtered(numcodec("astype", encode_dtype="<i2"))),
    "numcodecs.quantize": Case("float64", PYTHON, filtered(numcodec("quantize", digits=2))),
    "numcodecs.bitround": Case("float32", PYTHON, filtered(numcodec("bitround", keepbits=5))),
    "numcodecs.packbits": Case("bool", PYTHON, filtered(numcodec("packbits"))),
    "numcodecs.fixedscaleoffset": Case(
        "float64", BOTH, filtered(numcodec("fixedscaleoffset", offset=1, scale=10, astype="<i4"))
    ),
    "numcodecs.pcodec": Case("int32", BOTH, serialized(numcodec("pcodec", level=8))),
    "numcodecs.zfpy": Case("float64", PYTHON, serialized(numcodec("zfpy", mode=4, tolerance=0.001))),
}
PAIRS = [(name, peer) for name, case in CASES.items() for peer in case.peers]


def read_zarr_python(path: Path, dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.asarray(zarr_python.open_array(path, mode="r")[...])


def write_zarr_python(path: Path, values: NDArray[Any]) -> None:
    zarr_python.open_array(path, mode="r+")[:4] = values[:4]


def read_tensorstore(path: Path, dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.asarray(_tensorstore(path).read().result())


def write_tensorstore(path: Path, values: NDArray[Any]) -> None:
    _tensorstore(path)[:4].write(values[:4]).result()


def _tensorstore(path: Path) -> Any:
    return tensorstore.open({"driver": "zarr3", "kvstore": f"file://{path}/"}, open=True).result()


def read_zarrs(path: Path, dtype: np.dtype[Any]) -> NDArray[Any]:
    values = np.empty(SHAPE, dtype)
    _zarrs(path).retrieve_chunks_and_apply_index(_items(SHAPE), _plain(values))
    return values


def write_zarrs(path: Path, values: NDArray[Any]) -> None:
    half = np.ascontiguousarray(values[:4])
    _zarrs(path).store_chunks_with_indices(_items(half.shape), _plain(half), False)


def _zarrs(path: Path) -> Any:
    return zarrs.CodecPipelineImpl(
        (path / "zarr.json").read_text(), store_config=zarr_python.storage.LocalStore(path), validate_checksums=True
    )


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """With a dtype of numpy's own, as wide."""
    return values if values.dtype.isbuiltin == 1 else values.view(f"u{values.dtype.itemsize}")


def _items(shape: tuple[int, ...]) -> list[Any]:
    found = []
    for index in product(*(range(length // chunk) for length, chunk in zip(shape, CHUNKS, strict=True))):
        region = [slice(i * chunk, (i + 1) * chunk) for i, chunk in zip(index, CHUNKS, strict=True)]
        whole = [slice(0, chunk) for chunk in CHUNKS]
        found.append(zarrs.ChunkItem("/".join(["c", *map(str, index)]), whole, CHUNKS, region, shape))
    return found


READ: dict[str, Callable[[Path, np.dtype[Any]], NDArray[Any]]] = {
    "zarr-python": read_zarr_python,
    "zarrs": read_zarrs,
    "tensorstore": read_tensorstore,
}
WRITE: dict[str, Callable[[Path, NDArray[Any]], None]] = {
    "zarr-python": write_zarr_python,
    "zarrs": write_zarrs,
    "tensorstore": write_tensorstore,
}


def created(path: Path, case: Case) -> zarr_core.Array:
    """The array, and nothing in it."""
    return zarr_core.create_array(
        path,
        shape=SHAPE,
        chunks=CHUNKS,
        dtype=case.dtype,
        fill_value=case.fill,
        **{"compressors": None, **case.keywords},
    )


@pytest.mark.parametrize(("name", "peer"), PAIRS, ids=map("-in-".join, PAIRS))
def test_what_we_write_is_equal_in_a_peer(tmp_path: Path, name: str, peer: str) -> None:
    ours = created(tmp_path, CASES[name])
    ours[:4] = CASES[name].values()[:4]
    found = READ[peer](tmp_path, ours.dtype)
    assert np.array_equal(found.astype("c16"), ours[...].astype("c16"))


@pytest.mark.parametrize(("name", "peer"), PAIRS, ids=map("-by-".join, PAIRS))
def test_what_a_peer_writes_is_equal_here(tmp_path: Path, name: str, peer: str) -> None:
    ours, case = created(tmp_path / "ours", CASES[name]), CASES[name]
    theirs = created(tmp_path / "theirs", case)
    values = case.values()
    ours[:4] = values[:4]
    WRITE[peer](tmp_path / "theirs", values)
    assert np.array_equal(theirs[...].astype("c16"), ours[...].astype("c16"))


# ---- grids -------------------------------------------------------------------------------------------------------

GRIDS: dict[str, Any] = {
    "edges": [[3, 3, 4], [1, 5]],
    "runs": [[4, 4, 2], [2, 2, 2]],
    "steps": [4, [1, 5]],
    "shards": [[4, 2, 4], [2, 4]],
}


@pytest.fixture
def rectilinear() -> Any:
    with zarr_python.config.set({"array.rectilinear_chunks": True}):
        yield


def of_grid(path: Path, name: str) -> zarr_core.Array:
    from zarr_core.chunk_grids.rectilinear import RectilinearGrid

    keywords: dict[str, Any] = {}
    if name == "shards":
        inner = {"chunk_shape": [2, 2], "codecs": [codec("bytes", endian="little"), codec("zstd", level=0)]}
        index = [codec("bytes", endian="little"), codec("crc32c")]
        keywords = serialized(codec("sharding_indexed", **inner, index_codecs=index))
    grid = RectilinearGrid.from_lists(GRIDS[name], (10, 6))
    return zarr_core.create_array(path, shape=(10, 6), dtype="int32", chunks=grid, fill_value=-1, **keywords)


@pytest.mark.usefixtures("rectilinear")
@pytest.mark.parametrize("name", GRIDS)
def test_grids_of_varying_chunks_are_equal_in_zarr_python(tmp_path: Path, name: str) -> None:
    ours = of_grid(tmp_path, name)
    values = np.arange(60, dtype="i4").reshape(10, 6)
    ours[:7] = values[:7]
    theirs = zarr_python.open_array(tmp_path, mode="r+")
    assert np.array_equal(theirs[...], ours[...])
    theirs[5:] = values[5:]
    assert np.array_equal(zarr_core.open_array(tmp_path)[...], values)


@pytest.mark.usefixtures("rectilinear")
@pytest.mark.parametrize("chunks", [[[3, 3, 4], [1, 5]], [[5] * 2, [2, 2, 2]]], ids=str)
def test_grids_are_written_and_resized_as_zarr_python_does(tmp_path: Path, chunks: Any) -> None:
    from zarr_core.chunk_grids.rectilinear import RectilinearGrid

    theirs = zarr_python.create_array(tmp_path / "theirs", shape=(10, 6), dtype="int32", chunks=chunks)
    ours = zarr_core.create_array(
        tmp_path / "ours", shape=(10, 6), dtype="int32", chunks=RectilinearGrid.from_lists(chunks, (10, 6))
    )
    for shape in ((10, 6), (4, 6), (13, 6), (13, 20)):
        theirs.resize(shape)
        ours.resize(shape)
        grids = [json.loads((tmp_path / who / "zarr.json").read_text())["chunk_grid"] for who in ("ours", "theirs")]
        dimensions = [RectilinearGrid.from_config(grid["configuration"]).dimensions(shape) for grid in grids]
        spans = [[[d.span(i) for i in range(d.count)] for d in along] for along in dimensions]
        assert spans[0] == spans[1]


# ---- format 2 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["int2", "int4", "bfloat16", "float4_e2m1fn", "float8_e4m3fn", *FLOATS])
def test_names_of_tensorstore_in_format_2(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    ours = zarr_core.create_array(
        tmp_path,
        shape=SHAPE,
        chunks=CHUNKS,
        dtype=name,
        fill_value=1,
        zarr_format=2,
        compressors={"id": "zlib", "level": 1},
    )
    ours[:4] = case.values()[:4]
    spec = {"driver": "zarr", "kvstore": f"file://{tmp_path}/"}
    theirs = tensorstore.open(spec, open=True).result()
    part = (
        slice(0, 4) if name == "float8_e8m0fnu" else slice(None)
    )  # tensorstore reads a fill of 1 as 2**-64 (digest 6.3)
    assert np.array_equal(np.asarray(theirs[part].read().result()).astype("f8"), ours[part].astype("f8"))
    theirs[4:].write(case.values()[4:]).result()
    assert np.array_equal(zarr_core.open_array(tmp_path, zarr_format=2)[...].astype("f8"), case.values().astype("f8"))

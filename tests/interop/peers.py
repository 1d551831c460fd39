"""The other implementations behind one face: write an array to a directory, read one from it.

What a peer cannot do is in `REFUSES`, with the reason; those combinations are left out, not skipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

tensorstore = pytest.importorskip("tensorstore", reason="peers are in the environment `interop`")
zarr_python = pytest.importorskip("zarr", reason="peers are in the environment `interop`")
zarrs = pytest.importorskip("zarrs", reason="peers are in the environment `interop`")

import zarr_core  # noqa: E402 - after the peers, so that without them the reason is told
from tests.support.chains import codecs, keywords  # noqa: E402

__all__ = ["OTHERS", "PEERS", "REFUSES", "Case", "Peer", "refuses"]


@dataclass(frozen=True)
class Case:
    """An array, and the part of it that is written; the rest is fill."""

    shape: tuple[int, ...] = (10, 13)
    chunks: tuple[int, ...] = (8, 8)
    dtype: str = "int32"
    chain: str = "zstd"
    fill: Any = 0
    """A numpy scalar or 0-d array."""
    fill_json: Any = 0
    """The same in the document."""
    key_encoding: dict[str, Any] = field(default_factory=lambda: {"name": "default", "separator": "/"})
    zarr_format: int = 3
    order: str = "C"
    compressor: dict[str, Any] | None = None
    """Of format 2."""

    @property
    def numpy(self) -> np.dtype[Any]:
        return np.dtype(self.dtype)

    @property
    def region(self) -> tuple[slice, ...]:
        """Most of the array: whole chunks, parts of chunks, and chunks without anything."""
        return tuple(slice(0, min(length, max(1, length - 3))) for length in self.shape)

    def values(self) -> NDArray[Any]:
        """All of the array as it should be read: random bits where it was written."""
        found = np.full(self.shape, self.fill, self.numpy)
        random = np.random.default_rng(len(self.dtype) + len(self.chain))
        content = random.integers(0, 2 if self.numpy.kind == "b" else 256, found.nbytes, np.uint8)
        values = content.view(self.numpy).reshape(self.shape)
        if self.numpy.kind in "fc":  # numpy and the peers make quiet NaNs of signalling ones
            part = values.view(f"f{self.numpy.itemsize // (2 if self.numpy.kind == 'c' else 1)}")
            part[np.isnan(part)] = -1.5
        found[self.region] = values[self.region]
        return found

    def document(self) -> dict[str, Any]:
        """The array document of its format."""
        if self.zarr_format == 2:
            return {
                "zarr_format": 2,
                "shape": list(self.shape),
                "chunks": list(self.chunks),
                "dtype": self.dtype,
                "compressor": self.compressor,
                "filters": None,
                "fill_value": self.fill_json,
                "order": self.order,
                "dimension_separator": self.key_encoding["separator"],
            }
        return {
            "zarr_format": 3,
            "node_type": "array",
            "shape": list(self.shape),
            "data_type": self.dtype,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(self.chunks)}},
            "chunk_key_encoding": {
                "name": self.key_encoding["name"],
                "configuration": {"separator": self.key_encoding["separator"]},
            },
            "fill_value": self.fill_json,
            "codecs": codecs(self.chain, self.chunks),
        }

    def arguments(self) -> dict[str, Any]:
        """The arguments of `create_array`, here and in zarr-python."""
        common = {
            "shape": self.shape,
            "chunks": self.chunks,
            "dtype": self.dtype,
            "fill_value": self.fill,
            "zarr_format": self.zarr_format,
        }
        if self.zarr_format == 2:
            return {
                **common,
                "order": self.order,
                "filters": None,
                "compressors": self.compressor,
                "chunk_key_encoding": {"name": "v2", "separator": self.key_encoding["separator"]},
            }
        return {**common, "chunk_key_encoding": self.key_encoding, **keywords(codecs(self.chain, self.chunks))}


@dataclass(frozen=True)
class Peer:
    """One implementation."""

    name: str
    write: Callable[[Path, Case], None]
    read: Callable[[Path], NDArray[Any]]


def _write_ours(path: Path, case: Case) -> None:
    zarr_core.create_array(path, **case.arguments())[case.region] = case.values()[case.region]


def _read_ours(path: Path) -> NDArray[Any]:
    return np.asarray(zarr_core.open_array(path, mode="r")[...])


def _write_zarr_python(path: Path, case: Case) -> None:
    array = zarr_python.create_array(path, **case.arguments())
    array[case.region] = case.values()[case.region]


def _read_zarr_python(path: Path) -> NDArray[Any]:
    return np.asarray(zarr_python.open_array(path, mode="r")[...])


@contextmanager
def _pipeline() -> Iterator[None]:
    with zarr_python.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline", "codec_pipeline.strict": True}):
        yield


def _write_zarrs(path: Path, case: Case) -> None:
    with _pipeline():
        _write_zarr_python(path, case)


def _read_zarrs(path: Path) -> NDArray[Any]:
    with _pipeline():
        return _read_zarr_python(path)


def _open_tensorstore(path: Path, **spec: Any) -> Any:
    driver = "zarr3" if (path / "zarr.json").exists() or spec.get("metadata", {}).get("zarr_format") == 3 else "zarr"
    return tensorstore.open({"driver": driver, "kvstore": f"file://{path}/", **spec}).result()


def _write_tensorstore(path: Path, case: Case) -> None:
    array = _open_tensorstore(path, create=True, metadata=case.document())
    array[case.region].write(case.values()[case.region]).result()


def _read_tensorstore(path: Path) -> NDArray[Any]:
    return np.asarray(_open_tensorstore(path, open=True).read().result())


OURS = Peer("zarr_core", _write_ours, _read_ours)
OTHERS = {
    peer.name: peer
    for peer in (
        Peer("zarr-python", _write_zarr_python, _read_zarr_python),
        Peer("zarrs", _write_zarrs, _read_zarrs),
        Peer("tensorstore", _write_tensorstore, _read_tensorstore),
    )
}
PEERS = {OURS.name: OURS, **OTHERS}


def _payload(case: Case) -> bool:
    return isinstance(case.fill_json, str) and case.fill_json.startswith("0x")


REFUSES: list[tuple[str, Callable[[Case], bool], str]] = [
    ("zarr-python", _payload, "reads every NaN fill value as the canonical one (digest 6.3)"),
    ("zarrs", _payload, "gets its fill value from zarr-python"),
    (
        "zarrs",
        lambda case: not case.shape and case.order + case.chain in ("Fzstd", "Ctranspose"),
        "no order of no axes",
    ),
    ("zarrs", lambda case: case.order == "F" and len(case.shape) > 1, "fills only arrays in C order"),
    (
        "zarrs",
        lambda case: case.dtype[0] == ">",
        "its pipeline for zarr-python takes native byte order in format 2 only",
    ),
    ("zarrs", lambda case: case.chain == "big-endian" and case.numpy.kind == "c", "swaps real and imaginary part"),
    ("tensorstore", lambda case: case.chain.startswith("shards-then-"), "refuses codecs after sharding (digest 6.5)"),
    ("tensorstore", lambda case: case.order == "F" and len(case.shape) < 2, "takes both orders for C and then differs"),
    *(
        (peer, lambda case: case.compressor is not None and case.compressor["id"] in ("lz4", "lzma"), "digest 4.6")
        for peer in ("zarrs", "tensorstore")
    ),
]
"""Peer, which cases, and why."""


def refuses(peer: str, case: Case) -> bool:
    """Whether that peer is known not to take the case."""
    return any(name == peer and test(case) for name, test, _ in REFUSES)


def variants(case: Case, **members: list[Any]) -> list[Case]:
    """The case with each of the values of one member."""
    ((member, found),) = members.items()
    return [replace(case, **{member: value}) for value in found]


def stored(path: Path) -> dict[str, bytes]:
    """All files below a directory, without documents."""
    names = {"zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata"}
    files = [file for file in path.rglob("*") if file.is_file() and file.name not in names]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


def documents(path: Path) -> dict[str, Any]:
    """All documents below a directory, parsed strictly."""
    names = {"zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata"}
    files = [file for file in path.rglob("*") if file.is_file() and file.name in names]
    return {file.relative_to(path).as_posix(): json.loads(file.read_text(), parse_constant=_refuse) for file in files}


def _refuse(token: str) -> None:
    raise ValueError(f"{token} is not JSON")

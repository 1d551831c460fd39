"""Data types that are no plain numbers: what we write is equal in zarr-python and, where it has them, in the others.

And the other way round. What a peer has not is in `LACKS`, with the reason (digest 6.3, 6.10).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.interop.peers import tensorstore, zarr_python

import zarr_core  # isort: skip

pytestmark = [
    pytest.mark.filterwarnings("ignore:The data type .* does not have a Zarr V3 specification"),
    pytest.mark.filterwarnings("ignore::zarr.errors.UnstableSpecificationWarning"),
    pytest.mark.filterwarnings("ignore:Numcodecs codecs are not in the Zarr version 3"),
]

TEXTS = ["", "a", "żółć", "日本語", "x" * 40, "b"]
NAT = np.iinfo(np.int64).min


def _times(dtype: str) -> NDArray[Any]:
    return np.array([0, 1, -1, 10**9, NAT, 7], np.int64).view(dtype)


def _fields(dtype: Any) -> NDArray[Any]:
    values = np.zeros(6, dtype)
    for name in values.dtype.names or ():
        part = values[name]
        if part.dtype.names is not None:
            for inner in part.dtype.names:
                part[inner] = np.arange(part[inner].size).reshape(part[inner].shape)
        elif part.dtype.kind == "M":
            part[:] = _times(part.dtype.str)
        else:
            part[...] = np.arange(part.size).reshape(part.shape)
    return values


CASES: dict[str, tuple[Any, Any, Any]] = {
    # dtype, six values, fill
    "string": ("string", np.array(TEXTS, object), "n/a"),
    "string-empty": ("string", np.array(TEXTS, object), ""),
    "bytes": ("variable_length_bytes", np.array([b"", b"\0", b"a\0", b"\xff" * 20, b"b", b"c"], object), b"\0x\0"),
    "U": ("<U4", np.array(["", "a", "żółć", "日本語", "😀", "b"], "<U4"), "né"),
    "S": ("|S5", np.array([b"", b"a", b"Hi", b"\0b", b"12345", b"c"], "S5"), b"ab"),
    "M8[s]": ("<M8[s]", _times("<M8[s]"), np.datetime64(86400, "s")),
    "M8[25us]": ("<M8[25us]", _times("<M8[25us]"), np.datetime64("NaT", "25us")),
    "m8[D]": ("<m8[D]", _times("<m8[D]"), np.timedelta64(-3, "D")),
    "struct": (
        np.dtype([("a", "<i4"), ("b", "<f8"), ("c", "S3")]),
        _fields([("a", "<i4"), ("b", "<f8"), ("c", "S3")]),
        (7, -0.5, b"ab"),
    ),
    "nested": (
        np.dtype([("id", "<u2"), ("at", [("x", "<f4"), ("y", "<f4")]), ("when", "<M8[ns]"), ("ok", "?")]),
        _fields([("id", "<u2"), ("at", [("x", "<f4"), ("y", "<f4")]), ("when", "<M8[ns]"), ("ok", "?")]),
        (1, (2.5, float("inf")), np.datetime64(5, "ns"), True),
    ),
    "V": ("V3", np.frombuffer(bytes(range(18)), "V3"), np.frombuffer(b"abc", "V3")[0]),
}
LAYOUTS: dict[str, dict[str, Any]] = {
    "v3": {"zarr_format": 3},
    "shards": {"zarr_format": 3, "shards": (4,)},
    "big-endian": {"zarr_format": 3, "serializer": {"name": "bytes", "configuration": {"endian": "big"}}},
    "v2": {"zarr_format": 2, "compressors": {"id": "zlib", "level": 1}},
}
LACKS = {
    ("string", "big-endian"): "no fixed size",
    ("string-empty", "big-endian"): "no fixed size",
    ("bytes", "big-endian"): "no fixed size",
    ("bytes", "v2"): "zarr-python has no spelling for it there",
}
TAKEN = [(case, layout) for case in CASES for layout in LAYOUTS if (case, layout) not in LACKS]
IDS = ["-".join(pair) for pair in TAKEN]


def arguments(case: str, layout: str, *, theirs: bool) -> dict[str, Any]:
    """For `create_array`, here and in zarr-python."""
    dtype, _, fill = CASES[case]
    if case == "V" and LAYOUTS[layout]["zarr_format"] == 3 and not theirs:  # "V3" alone is the standard `r24`
        dtype = {"name": "raw_bytes", "configuration": {"length_bytes": 3}}
    return {"shape": (7,), "chunks": (2,), "dtype": dtype, "fill_value": fill, **LAYOUTS[layout]}


def expected(case: str) -> NDArray[Any]:
    """What should be read: the first four values, the rest fill."""
    _, values, fill = CASES[case]
    found = np.empty(7, values.dtype)
    for i in range(7):
        found[i] = values[i] if i < 4 else fill
    return found


def same(actual: Any, wanted: NDArray[Any]) -> None:
    """Equal elements, bit by bit where they have bits."""
    actual = np.asarray(actual)
    assert actual.shape == wanted.shape
    if wanted.dtype.kind == "O":
        assert actual.tolist() == wanted.tolist()
    else:
        assert actual.astype(wanted.dtype).tobytes() == wanted.tobytes()


@pytest.mark.parametrize(("case", "layout"), TAKEN, ids=IDS)
def test_what_we_write_is_equal_in_zarr_python(tmp_path: Path, case: str, layout: str) -> None:
    ours = zarr_core.create_array(tmp_path, **arguments(case, layout, theirs=False))
    ours[:4] = CASES[case][1][:4]
    theirs = zarr_python.open_array(tmp_path, mode="r")
    same(theirs[:], expected(case))
    same(zarr_core.open_array(tmp_path)[:], expected(case))
    assert theirs.dtype.newbyteorder("=") == ours.dtype if ours.dtype.kind != "T" else theirs.dtype == ours.dtype


@pytest.mark.parametrize(("case", "layout"), TAKEN, ids=IDS)
def test_what_zarr_python_writes_is_equal_here(tmp_path: Path, case: str, layout: str) -> None:
    theirs = zarr_python.create_array(tmp_path, **arguments(case, layout, theirs=True))
    theirs[:4] = CASES[case][1][:4]
    ours = zarr_core.open_array(tmp_path)
    same(ours[:], expected(case))
    ours[4:6] = CASES[case][1][4:6]
    same(zarr_python.open_array(tmp_path)[4:6], CASES[case][1][4:6])


@pytest.mark.parametrize(("case", "layout"), [pair for pair in TAKEN if pair[1] != "v2"])
def test_documents_say_the_same_as_zarr_pythons(tmp_path: Path, case: str, layout: str) -> None:
    zarr_core.create_array(tmp_path / "ours", **arguments(case, layout, theirs=False))
    zarr_python.create_array(tmp_path / "theirs", **arguments(case, layout, theirs=True))
    ours, theirs = (json.loads((tmp_path / name / "zarr.json").read_text()) for name in ("ours", "theirs"))
    for member in ("data_type", "fill_value"):
        assert ours[member] == theirs[member]


@pytest.mark.parametrize("case", ["string", "string-empty", "bytes"])
def test_what_we_write_is_equal_in_zarrs(tmp_path: Path, case: str) -> None:
    ours = zarr_core.create_array(tmp_path, **arguments(case, "v3", theirs=False))
    ours[:4] = CASES[case][1][:4]
    with zarr_python.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline"}):
        same(zarr_python.open_array(tmp_path, mode="r")[:], expected(case))


@pytest.mark.parametrize("field", ["a", "b"])
def test_fields_are_equal_in_tensorstore(tmp_path: Path, field: str) -> None:
    dtype = np.dtype([("a", "<i4"), ("b", "<f8"), ("c", "u1")])
    for zarr_format, driver in ((2, "zarr"), (3, "zarr3")):
        path = tmp_path / driver
        values = _fields(dtype)
        zarr_core.create_array(
            path, data=values, chunks=4, zarr_format=zarr_format, fill_value=(1, 2.0, 3), compressors=None
        )
        spec = {"driver": driver, "kvstore": f"file://{path}/", "field": field}
        found = np.asarray(tensorstore.open(spec, open=True).result().read().result())
        assert found.tobytes() == values[field].tobytes()

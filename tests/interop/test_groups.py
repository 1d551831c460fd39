"""Groups, attributes, dimension names and consolidated metadata: ours opened by zarr-python, and theirs here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core
from tests.interop.peers import documents, tensorstore, zarr_python

ATTRIBUTES = {
    "units": "K",
    "π": ["a", {"b": [1, 2.5, None, True]}],
    "shape": [1, 2],
    "big": 2**60 + 1,
    "empty": {},
}
IMPLEMENTATIONS = {"zarr_core": zarr_core, "zarr-python": zarr_python}


@pytest.fixture(params=[2, 3])
def zarr_format(request: pytest.FixtureRequest) -> int:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(params=[("zarr_core", "zarr-python"), ("zarr-python", "zarr_core")], ids="-to-".join)
def writer_and_reader(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    return tuple(IMPLEMENTATIONS[name] for name in request.param)


@pytest.fixture
def writer(writer_and_reader: tuple[Any, Any]) -> Any:
    return writer_and_reader[0]


@pytest.fixture
def reader(writer_and_reader: tuple[Any, Any]) -> Any:
    return writer_and_reader[1]


def _make(zarr: Any, path: Path, zarr_format: int) -> None:
    root = zarr.create_group(path, zarr_format=zarr_format, attributes=ATTRIBUTES)
    run = root.create_group("run/1", attributes={"n": 1})
    keywords = {"compressors": {"id": "zlib", "level": 1}} if zarr_format == 2 else {"dimension_names": ["y", None]}
    run.create_array("t", shape=(3, 4), chunks=(2, 2), dtype="f4", attributes={"a": 1}, **keywords)[:2] = 1.5
    root.create_array("scalar", shape=(), dtype="i2", compressors=None)
    root.create_group("empty")


def _check(zarr: Any, path: Path, zarr_format: int, **keywords: Any) -> None:
    root = zarr.open_group(path, mode="r", **keywords)
    assert dict(root.attrs) == ATTRIBUTES
    members = dict(root.members(max_depth=None))
    assert sorted(members) == ["empty", "run", "run/1", "run/1/t", "scalar"]
    assert dict(members["run/1"].attrs) == {"n": 1}
    array = members["run/1/t"]
    assert dict(array.attrs) == {"a": 1}
    np.testing.assert_array_equal(array[...], np.repeat(np.array([1.5, 1.5, 0], "f4")[:, None], 4, 1))
    if zarr_format == 3:
        assert tuple(array.metadata.dimension_names) == ("y", None)


def test_a_hierarchy_is_the_same_hierarchy(writer: Any, reader: Any, zarr_format: int, tmp_path: Path) -> None:
    _make(writer, tmp_path / "a", zarr_format)
    _check(reader, tmp_path / "a", zarr_format)


def test_the_same_documents_are_written(zarr_format: int, tmp_path: Path) -> None:
    for name, zarr in IMPLEMENTATIONS.items():
        _make(zarr, tmp_path / name, zarr_format)
    ours, theirs = (documents(tmp_path / name) for name in IMPLEMENTATIONS)
    assert sorted(ours) == sorted(theirs)
    defaults: dict[str, Any] = {"attributes": {}, "storage_transformers": []}
    for key, document in ours.items():
        assert {**defaults, **document} == {**defaults, **theirs[key]}, key


def test_what_one_changes_the_other_sees(writer: Any, reader: Any, zarr_format: int, tmp_path: Path) -> None:
    _make(writer, tmp_path / "a", zarr_format)
    root = reader.open_group(tmp_path / "a", mode="r+")
    root.attrs["more"] = [1]
    root["run/1/t"].attrs["b"] = "x"
    root["run/1/t"].append(np.ones((2, 4), "f4"))
    root.create_array("run/2/u", data=np.arange(5))
    del root["empty"]
    again = writer.open_group(tmp_path / "a", mode="r")
    assert dict(again.attrs) == {**ATTRIBUTES, "more": [1]}
    assert dict(again["run/1/t"].attrs) == {"a": 1, "b": "x"}
    np.testing.assert_array_equal(again["run/1/t"][3:], np.ones((2, 4), "f4"))
    np.testing.assert_array_equal(again["run/2/u"][...], np.arange(5))
    assert sorted(again) == ["run", "scalar"]


@pytest.mark.filterwarnings("ignore:Consolidated metadata is currently not part")
def test_statement_40_consolidated_metadata_is_the_same_hierarchy(
    writer: Any, reader: Any, zarr_format: int, tmp_path: Path
) -> None:
    _make(writer, tmp_path / "a", zarr_format)
    writer.consolidate_metadata(tmp_path / "a")
    _check(reader, tmp_path / "a", zarr_format)
    _check(reader, tmp_path / "a", zarr_format, use_consolidated=True)
    _check(reader, tmp_path / "a", zarr_format, use_consolidated=False)


@pytest.mark.filterwarnings("ignore:Consolidated metadata is currently not part")
def test_statement_41_consolidated_metadata_has_the_keys_of_zarr_python(zarr_format: int, tmp_path: Path) -> None:
    for name, zarr in IMPLEMENTATIONS.items():
        _make(zarr, tmp_path / name, zarr_format)
        zarr.consolidate_metadata(tmp_path / name)
    ours, theirs = (documents(tmp_path / name) for name in IMPLEMENTATIONS)
    if zarr_format == 2:
        mine, their = ours[".zmetadata"], theirs[".zmetadata"]
        assert mine["zarr_consolidated_format"] == their["zarr_consolidated_format"] == 1
        assert sorted(mine["metadata"]) == sorted(their["metadata"])
    else:
        mine, their = (found["zarr.json"]["consolidated_metadata"] for found in (ours, theirs))
        assert (mine["kind"], mine["must_understand"]) == ("inline", False)
        assert list(mine["metadata"]) == list(their["metadata"])  # in the order of digest 1.6


def test_tensorstore_opens_an_array_below_our_groups(zarr_format: int, tmp_path: Path) -> None:
    _make(zarr_core, tmp_path / "a", zarr_format)
    driver = "zarr3" if zarr_format == 3 else "zarr"
    array = tensorstore.open({"driver": driver, "kvstore": f"file://{tmp_path}/a/run/1/t/"}, open=True).result()
    assert array.domain.labels == (("y", "") if zarr_format == 3 else ("", ""))
    np.testing.assert_array_equal(array[:2].read().result(), np.full((2, 4), 1.5, "f4"))


def test_an_array_of_tensorstore_without_groups_above_opens(zarr_format: int, tmp_path: Path) -> None:
    driver = "zarr3" if zarr_format == 3 else "zarr"
    kvstore = f"file://{tmp_path}/a/deep/down/"
    array = tensorstore.open({"driver": driver, "kvstore": kvstore}, create=True, shape=[4], dtype=tensorstore.int16)
    array.result()[...] = np.arange(4, dtype=np.int16)
    np.testing.assert_array_equal(zarr_core.open_array(tmp_path / "a", path="deep/down", mode="r")[...], np.arange(4))
    with pytest.raises(zarr_core.errors.GroupNotFoundError):
        zarr_core.open_group(tmp_path / "a", mode="r")

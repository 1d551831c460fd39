"""Stores that other implementations wrote read as they read them (`data/README.md`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from zarr_core.storage import MemoryStore

DATA = Path(__file__).parent / "data"
CASES: list[dict[str, Any]] = json.loads((DATA / "manifest.json").read_text())


def _name(case: dict[str, Any]) -> str:
    return f"{case['writer']}-{case['case']}"


def _files(root: Path) -> dict[str, bytes]:
    if root.is_file():
        return {"": root.read_bytes()}
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _array(case: dict[str, Any], store: Any) -> zarr.Array:
    return zarr.open_array(store, path=case.get("array_path"), mode="r")


def _check(found: Any, case: dict[str, Any]) -> None:
    found = np.asarray(found)
    path = DATA / case["expected"]
    if path.suffix == ".json":
        expected = json.loads(path.read_text())
        assert list(found.shape) == expected["shape"]
        assert [_item(item, expected["item"]) for item in found.astype(object).ravel()] == expected["values"]
        return
    values = np.load(path)
    assert found.shape == values.shape
    if values.dtype.kind in "US":  # numpy tells lengths of text apart
        found = found.astype(values.dtype)
    assert found.dtype.newbyteorder("=") == values.dtype.newbyteorder("=")
    if values.dtype.names:
        for field in values.dtype.names:
            np.testing.assert_array_equal(found[field], values[field])
    elif values.dtype.kind == "V":
        assert found.tobytes() == values.tobytes()
    else:
        np.testing.assert_array_equal(found, values)


def _item(item: Any, kind: str) -> Any:
    return bytes(item).hex() if kind == "bytes-hex" else item


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_it_reads_as_its_writer_read_it(case: dict[str, Any]) -> None:
    before = _files(DATA / case["store"])
    _check(_array(case, DATA / case["store"])[...], case)
    assert _files(DATA / case["store"]) == before


@pytest.mark.parametrize("case", [case for case in CASES if case["kind"] != "zip"], ids=_name)
def test_it_reads_the_same_element_by_element_from_memory(case: dict[str, Any]) -> None:
    array = _array(case, MemoryStore(_files(DATA / case["store"])))
    found = np.empty(array.shape, array.dtype)
    for index in np.ndindex(array.shape):
        found[index] = array[index]
    _check(found, case)


@pytest.mark.parametrize("case", [case for case in CASES if case["kind"] != "zip"], ids=_name)
def test_it_is_the_same_after_all_its_chunks_were_written_anew(case: dict[str, Any]) -> None:
    store = MemoryStore(_files(DATA / case["store"]))
    array = zarr.open_array(store, path=case.get("array_path"))
    array[...] = array[...]
    _check(zarr.open_array(store, path=case.get("array_path"))[...], case)


@pytest.mark.parametrize("case", [case for case in CASES if case["kind"] == "group"], ids=_name)
@pytest.mark.parametrize("use_consolidated", [None, False])
def test_its_members_are_found(case: dict[str, Any], use_consolidated: bool | None) -> None:
    group: Any = zarr.open_group(DATA / case["store"], mode="r", use_consolidated=use_consolidated)
    assert set(case["members"]) <= {path for path, _ in group.members(max_depth=None)}
    _check(group[case["array_path"]][...], case)


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_its_documents_survive_a_change_of_attributes(case: dict[str, Any]) -> None:
    """Every member that is not an attribute stays as it was written."""
    if case["kind"] == "zip":
        return
    values = _files(DATA / case["store"])
    store = MemoryStore(dict(values))
    prefix = f"{case['array_path']}/" if case.get("array_path") else ""
    zarr.open_array(store, path=prefix).attrs["more"] = [1, None]
    for key in (f"{prefix}zarr.json", f"{prefix}.zarray"):
        if key in values:
            before, after = json.loads(values[key]), json.loads(bytes(store._values[key]))
            if key.endswith("zarr.json"):
                before["attributes"] = {**before.get("attributes", {}), "more": [1, None]}
            assert after == before
    _check(zarr.open_array(store, path=prefix)[...], case)

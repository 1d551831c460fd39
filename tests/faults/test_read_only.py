"""What is open for reading only refuses every change before anything is touched; so do modes that must not create."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from zarr_core import asynchronous
from zarr_core.errors import ContainsArrayError, ContainsGroupError, NodeNotFoundError, ReadOnlyError
from zarr_core.storage import LocalStore, MemoryStore, ReadOnlyStore
from zarr_stores.zip import ZipStore

Snapshot = dict[str, tuple[int, bytes]]


def _snapshot(root: Path) -> Snapshot:
    """Every file and directory, with the time of its last change and what is in it."""
    if root.is_file():
        return {"": (root.stat().st_mtime_ns, root.read_bytes())}
    return {
        path.relative_to(root).as_posix(): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(root.rglob("*"))
    }


def _make(store: Any, zarr_format: int = 3) -> None:
    root = zarr.create_group(store, zarr_format=zarr_format, attributes={"a": 1})
    root.create_array("x", data=np.arange(1, 9), chunks=3, compressors=None, attributes={"b": 2})
    root.create_group("g")


def _full_group() -> zarr.Group:
    group = zarr.group()
    group["y"] = np.arange(3)
    return group


CHANGES_OF_ARRAYS: dict[str, Callable[[zarr.Array], Any]] = {
    "set": lambda a: a.__setitem__(0, 5),
    "set nothing": lambda a: a.__setitem__(slice(0, 0), 5),
    "set basic": lambda a: a.set_basic_selection(..., 0),
    "set orthogonal": lambda a: a.oindex.__setitem__(([1, 2],), 5),
    "set coordinates": lambda a: a.vindex.__setitem__(([1, 2],), 5),
    "set mask": lambda a: a.set_mask_selection(np.ones(8, bool), 5),
    "set blocks": lambda a: a.blocks.__setitem__(0, 5),
    "grow": lambda a: a.resize(20),
    "shrink": lambda a: a.resize(2),
    "append": lambda a: a.append(np.arange(3)),
    "append nothing": lambda a: a.append(np.arange(0)),
    "update attributes": lambda a: a.update_attributes({"c": 1}),
    "set an attribute": lambda a: a.attrs.__setitem__("c", 1),
    "delete an attribute": lambda a: a.attrs.__delitem__("b"),
    "put attributes": lambda a: a.attrs.put({}),
    "set, later": lambda a: asyncio.run(a.async_array.setitem(0, 5)),
    "resize, later": lambda a: asyncio.run(a.async_array.resize(2)),
}
CHANGES_OF_GROUPS: dict[str, Callable[[Any], Any]] = {
    "create a group": lambda g: g.create_group("new"),
    "overwrite a group": lambda g: g.create_group("g", overwrite=True),
    "require a group": lambda g: g.require_group("new"),
    "create groups": lambda g: g.create_groups("new", "newer"),
    "create an array": lambda g: g.create_array("new", shape=3, dtype="i4"),
    "overwrite an array": lambda g: g.create_array("x", shape=3, dtype="i4", overwrite=True),
    "require an array": lambda g: g.require_array("new", shape=3, dtype="i4"),
    "assign": lambda g: g.__setitem__("x", np.arange(3)),
    "delete": lambda g: g.__delitem__("x"),
    "move": lambda g: g.move("x", "y"),
    "update attributes": lambda g: g.update_attributes({"c": 1}),
    "set an attribute": lambda g: g.attrs.__setitem__("c", 1),
    "copy into it": lambda g: zarr.copy(g["x"], g, name="y"),
    "copy all into it": lambda g: zarr.copy_all(_full_group(), g),
    "change a member": lambda g: g["x"].__setitem__(0, 5),
    "change a member below": lambda g: g["g"].create_group("new"),
    "delete, later": lambda g: asyncio.run(g.async_group.delitem("x")),
}


def _read_only_handles(path: Path) -> dict[str, Any]:
    """What is read-only, in every way that something can be."""
    return {
        "mode r": lambda: zarr.open_group(path, mode="r"),
        "open, mode r": lambda: zarr.open(path, mode="r"),
        "a store opened so": lambda: zarr.open_group(LocalStore(path, read_only=True)),
        "a store opened so, mode r+": lambda: zarr.open_group(LocalStore(path, read_only=True), mode="r+"),
        "a store wrapped": lambda: zarr.open_group(ReadOnlyStore(LocalStore(path))),
        "a writable store, mode r": lambda: zarr.open_group(LocalStore(path), mode="r"),
        "pickled": lambda: _pickled(zarr.open_group(path, mode="r")),
    }


def _pickled(node: Any) -> Any:
    import pickle

    return pickle.loads(pickle.dumps(node))


@pytest.mark.parametrize("way", _read_only_handles(Path()))
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_statement_114_a_read_only_array_refuses_before_anything_is_touched(
    way: str, zarr_format: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.zarr"
    _make(path, zarr_format)
    before = _snapshot(path)
    array = _read_only_handles(path)[way]()["x"]
    assert array.read_only
    for name, change in CHANGES_OF_ARRAYS.items():
        with pytest.raises(ReadOnlyError) as caught:
            change(array)
        assert isinstance(caught.value, PermissionError | ValueError), name
        assert _snapshot(path) == before, name
    np.testing.assert_array_equal(array[...], np.arange(1, 9))
    assert dict(array.attrs) == {"b": 2}


@pytest.mark.parametrize("way", _read_only_handles(Path()))
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_statement_114_a_read_only_group_refuses_before_anything_is_touched(
    way: str, zarr_format: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.zarr"
    _make(path, zarr_format)
    before = _snapshot(path)
    group = _read_only_handles(path)[way]()
    assert group.read_only
    for name, change in CHANGES_OF_GROUPS.items():
        with pytest.raises(ReadOnlyError):
            change(group)
        assert _snapshot(path) == before, name
    assert sorted(group) == ["g", "x"]


READ_ONLY_STORES: dict[str, Callable[[Path], Any]] = {
    "local": lambda path: LocalStore(path, read_only=True),
    "wrapped": lambda path: ReadOnlyStore(LocalStore(path)),
}


async def _create_later(store: Any) -> None:
    await asynchronous.create_array(store, name="new", shape=3, dtype="i4")


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "create_array": lambda s: zarr.create_array(s, name="new", shape=3, dtype="i4"),
    "create_array over one": lambda s: zarr.create_array(s, name="x", shape=3, dtype="i4", overwrite=True),
    "create_group": lambda s: zarr.create_group(s, path="new"),
    "create_group over all": lambda s: zarr.create_group(s, overwrite=True),
    "open_array, mode w": lambda s: zarr.open_array(s, path="x", mode="w", shape=3, dtype="i4"),
    "open_array, mode a": lambda s: zarr.open_array(s, path="new", mode="a", shape=3, dtype="i4"),
    "open_group, mode w": lambda s: zarr.open_group(s, mode="w"),
    "open_group, mode a": lambda s: zarr.open_group(s, path="new", mode="a"),
    "open, mode w": lambda s: zarr.open(s, mode="w"),
    "group": lambda s: zarr.group(s, path="new"),
    "save": lambda s: zarr.save(s, np.arange(3)),
    "save_array": lambda s: zarr.save_array(s, np.arange(3), path="x"),
    "save_group": lambda s: zarr.save_group(s, a=np.arange(3)),
    "zeros": lambda s: zarr.zeros(3, store=s, name="new"),
    "consolidate": lambda s: zarr.consolidate_metadata(s),
    "copy_store": lambda s: zarr.copy_store(MemoryStore({"k": b"v"}), s),
    "create_hierarchy": lambda s: zarr.create_hierarchy(s, {"new": zarr.group().metadata}),
    "save_many": lambda s: zarr.save_many([zarr.Array(shape=3, dtype="i4", path="new")], s),
    "create_array, later": lambda s: asyncio.run(_create_later(s)),
}


@pytest.mark.parametrize("store", READ_ONLY_STORES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_refuse_a_read_only_store_before_anything_is_touched(name: str, store: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    _make(path)
    before = _snapshot(path)
    with pytest.raises(ReadOnlyError):
        FUNCTIONS[name](READ_ONLY_STORES[store](path))
    assert _snapshot(path) == before


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_make_nothing_where_a_read_only_store_is_not(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    with pytest.raises((ReadOnlyError, NodeNotFoundError)):
        FUNCTIONS[name](LocalStore(path, read_only=True))
    assert not path.exists()


def test_a_zip_file_open_for_reading_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipStore(path, mode="w") as store:
        _make(store)
    before = _snapshot(path)
    with ZipStore(path, mode="r") as store:
        group = zarr.open_group(store)
        nodes: Any = ((CHANGES_OF_ARRAYS, group["x"]), (CHANGES_OF_GROUPS, group))
        for changes, node in nodes:
            for name, change in changes.items():
                with pytest.raises(ReadOnlyError):
                    change(node)
                assert _snapshot(path) == before, name


# modes


@pytest.mark.parametrize("mode", ["r", "r+"])
@pytest.mark.parametrize("name", ["open", "open_array", "open_group"])
def test_modes_that_do_not_create_leave_no_directory(mode: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(NodeNotFoundError):
        getattr(zarr, name)(tmp_path / "deep" / "a.zarr", mode=mode, **({"shape": 3} if name != "open_group" else {}))
    assert list(tmp_path.iterdir()) == []


def test_opening_an_array_without_a_shape_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(NodeNotFoundError):
        zarr.open_array(tmp_path / "a.zarr")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda p: zarr.open_array(p, path="x", mode="w-", shape=3, dtype="i4"), ContainsArrayError),
        (lambda p: zarr.open_group(p, mode="w-"), ContainsGroupError),
        (lambda p: zarr.open(p, path="x", mode="w-", shape=3), ContainsArrayError),
        (lambda p: zarr.create_array(p, name="x", shape=3, dtype="i4"), ContainsArrayError),
        (lambda p: zarr.create_array(p, name="g", shape=3, dtype="i4"), ContainsGroupError),
        (lambda p: zarr.create_array(p, name="x/below", shape=3, dtype="i4"), ContainsArrayError),
        (lambda p: zarr.create_group(p, path="x/below/deeper"), ContainsArrayError),
        (lambda p: zarr.create_group(p, path="x"), ContainsArrayError),
        (lambda p: zarr.create_group(p), ContainsGroupError),
        (lambda p: zarr.group(p, path="x"), ContainsArrayError),
        (lambda p: zarr.open_group(p, path="x", mode="r"), NodeNotFoundError),
        (lambda p: zarr.open_array(p, path="g", mode="r"), NodeNotFoundError),
        (lambda p: zarr.open_group(p).create_groups("new", "g"), ContainsGroupError),
        (lambda p: zarr.open_group(p).move("x", "g"), ContainsGroupError),
        (lambda p: zarr.copy(zarr.open_array(p, path="x"), zarr.open_group(p), name="g"), ContainsGroupError),
    ],
)
def test_statements_11_and_13_what_is_in_the_way_is_an_error_and_stays(
    call: Callable[[Path], Any], error: type[Exception], tmp_path: Path
) -> None:
    path = tmp_path / "a.zarr"
    _make(path)
    before = _snapshot(path)
    with pytest.raises((error, zarr.errors.ContainsNodeError) if error is ContainsGroupError else error):
        call(path)
    assert _snapshot(path) == before


def test_a_mode_that_reads_opens_for_reading_whatever_the_store(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    _make(path)
    assert zarr.open_array(path, path="x", mode="r").read_only
    assert not zarr.open_array(path, path="x", mode="r+").read_only
    assert not zarr.open_array(path, path="x").read_only
    assert zarr.open_array(LocalStore(path, read_only=True), path="x").read_only

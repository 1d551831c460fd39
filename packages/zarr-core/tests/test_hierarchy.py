"""Groups and arrays in a store: created, found, consolidated, copied, moved, saved, deleted; both formats."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from zarr_core import asynchronous
from zarr_core.errors import (
    ArrayNotFoundError,
    ContainsArrayError,
    ContainsGroupError,
    ContainsNodeError,
    GroupNotFoundError,
    MetadataError,
    NodeNotFoundError,
    ReadOnlyError,
)
from zarr_core.storage import MemoryStore

RAW: dict[str, Any] = {"compressors": None}


@pytest.fixture(params=[2, 3])
def root(request: pytest.FixtureRequest) -> zarr.Group:
    return zarr.create_group({}, zarr_format=request.param, attributes={"title": "t"})


def keys(group: zarr.Group) -> list[str]:
    store: Any = group.store
    return sorted(asyncio.run(_all(store)))


async def _all(store: Any) -> list[str]:
    return [key async for key in store.list()]


def test_statement_12_242_missing_ancestors_are_created_as_groups(root: zarr.Group) -> None:
    array = root.create_array("a/b/c", data=np.arange(4), **RAW)
    assert isinstance(root["a"], zarr.Group)
    assert isinstance(root["a/b"], zarr.Group)
    np.testing.assert_array_equal(root["a"]["b"]["c"][...], array[...])  # type: ignore[index]


def test_statement_13_nothing_is_created_below_an_array(root: zarr.Group) -> None:
    root.create_array("a", shape=(2,), **RAW)
    before = keys(root)
    with pytest.raises(ContainsArrayError, match="below 'a'"):
        root.create_array("a/b/c", shape=(2,), **RAW)
    assert keys(root) == before


def test_statement_11_a_node_is_replaced_only_when_asked(root: zarr.Group) -> None:
    root.create_array("x/y", shape=(2,), **RAW)
    with pytest.raises(ContainsGroupError, match="overwrite=True"):
        root.create_array("x", shape=(2,), **RAW)
    with pytest.raises(ContainsArrayError):
        root.create_group("x/y")
    root.create_array("x", shape=(3,), overwrite=True, **RAW)
    assert root["x"].shape == (3,)  # type: ignore[union-attr]
    assert "x/y" not in root


def test_statement_14_15_chunks_and_stray_keys_are_no_nodes(root: zarr.Group) -> None:
    root.create_array("a", data=np.arange(4), chunks=(2,), chunk_key_encoding=None, **RAW)
    store: Any = root.store
    asyncio.run(store.set("stray/file", b"x"))
    asyncio.run(store.set("__hidden/zarr.json", b"{}"))
    assert [name for name, _ in root.members(None)] == ["a"]


def test_statement_16_deleting_leaves_what_only_begins_alike(root: zarr.Group) -> None:
    root.create_array("foo/bar", shape=(2,), **RAW)
    root.create_array("foobar", shape=(2,), **RAW)
    del root["foo"]
    assert list(root) == ["foobar"]
    with pytest.raises(NodeNotFoundError):
        del root["foo"]


@pytest.mark.parametrize("name", ["", "a/../b", "...", "__x", "a/__y", "zarr.json"])
def test_statement_3_to_7_names_that_are_refused(root: zarr.Group, name: str) -> None:
    before = keys(root)
    with pytest.raises((MetadataError, NodeNotFoundError)):
        root.create_group(name)
    assert keys(root) == before


def test_opening_what_is_not_there_or_of_the_other_kind_says_so(root: zarr.Group) -> None:
    root.create_array("a", shape=(2,), **RAW)
    with pytest.raises(ArrayNotFoundError, match="a group is stored there"):
        zarr.open_array(root.store, mode="r")
    with pytest.raises(GroupNotFoundError, match="an array is stored there"):
        zarr.open_group(root.store, path="a", mode="r")
    with pytest.raises(KeyError, match="no array or group 'nope'"):
        root["nope"]
    with pytest.raises(FileNotFoundError):
        zarr.open(root.store, path="nope", mode="r")


def test_members_go_as_deep_as_asked(root: zarr.Group) -> None:
    root.create_array("a/b/c", shape=(), **RAW)
    root.create_group("d")
    assert [name for name, _ in root.members()] == ["a", "d"]
    assert [name for name, _ in root.members(1)] == ["a", "d", "a/b"]
    assert [name for name, _ in root.members(None)] == ["a", "d", "a/b", "a/b/c"]
    assert root.nmembers(None) == 4
    assert (list(root.group_keys()), list(root.array_keys())) == (["a", "d"], [])


def test_require_takes_what_is_there_and_creates_what_is_not(root: zarr.Group) -> None:
    first = root.require_group("g", attributes={"n": 1})
    assert root.require_group("g") == first
    array = root.require_array("a", shape=(3,), dtype="i4", **RAW)
    assert root.require_array("a", shape=(3,), dtype="i8", **RAW) == array
    with pytest.raises(TypeError, match="int64"):
        root.require_array("a", shape=(3,), dtype="i8", exact=True, **RAW)
    with pytest.raises(TypeError, match=r"shape \(3,\)"):
        root.require_array("a", shape=(4,), dtype="i4", **RAW)
    with pytest.raises(ContainsArrayError):
        root.require_group("a")
    assert [group.path for group in root.require_groups("g", "h")] == ["g", "h"]


# consolidated metadata


@pytest.fixture
def consolidated(root: zarr.Group) -> zarr.Group:
    root.create_array("a/b", data=np.arange(3), attributes={"u": "m"}, **RAW)
    root.create_group("c")
    zarr.consolidate_metadata(root.store)
    return root


def is_consolidated(store: Any) -> bool:
    return zarr.open_group(store, mode="r").metadata.consolidated is not None


def test_statement_40_consolidated_and_not_show_the_same_hierarchy(consolidated: zarr.Group) -> None:
    with_it = zarr.open_group(consolidated.store, mode="r")
    without = zarr.open_group(consolidated.store, mode="r", use_consolidated=False)
    assert with_it.metadata.consolidated is not None
    assert without.metadata.consolidated is None
    assert dict(with_it.members(None)).keys() == dict(without.members(None)).keys()
    for path, node in without.members(None):
        assert with_it[path].attrs.asdict() == node.attrs.asdict()
    assert str(with_it.tree()) == str(without.tree())
    assert dict(with_it["a"].members(None)).keys() == {"b"}  # type: ignore[union-attr]


def test_open_consolidated_insists(root: zarr.Group) -> None:
    with pytest.raises(GroupNotFoundError, match="consolidate_metadata"):
        zarr.open_consolidated(root.store)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: root.create_array("new", shape=(1,), **RAW),
        lambda root: root.create_group("a/new"),
        lambda root: root.__delitem__("c"),
        lambda root: root["a/b"].attrs.update(v=1),
        lambda root: root.attrs.update(title="u"),
        lambda root: root["a/b"].resize((5,)),
        lambda root: root["a/b"].append(np.arange(2)),
        lambda root: root.move("a", "z"),
        lambda root: zarr.copy(root["a"], root, "y"),
    ],
    ids=["create_array", "create_group", "delete", "attrs", "own attrs", "resize", "append", "move", "copy"],
)
def test_statement_42_what_changes_below_is_never_hidden_by_consolidated_metadata(
    consolidated: zarr.Group, change: Any
) -> None:
    assert is_consolidated(consolidated.store)
    change(zarr.open_group(consolidated.store, use_consolidated=False))
    seen = zarr.open_group(consolidated.store, mode="r")
    truth = zarr.open_group(consolidated.store, mode="r", use_consolidated=False)
    assert str(seen.tree()) == str(truth.tree())
    assert seen.attrs.asdict() == truth.attrs.asdict()
    for path, node in truth.members(None):
        assert seen[path].metadata.to_dict() == node.metadata.to_dict()
    assert seen.attrs.asdict() or not truth.attrs.asdict()  # attributes of the groups above were not lost


# copy and move


def test_copy_takes_the_stored_bytes_as_they_are(root: zarr.Group, tmp_path: Path) -> None:
    root.create_array("a/b", data=np.arange(10), chunks=(3,), attributes={"u": 1}, **RAW)
    target = zarr.create_group(str(tmp_path / "t.zarr"), zarr_format=root.zarr_format)
    seen: list[tuple[int, int]] = []
    done = zarr.copy(root["a"], target, "x/y", progress=lambda values, nbytes: seen.append((values, nbytes)))
    np.testing.assert_array_equal(target["x/y/b"][...], np.arange(10))  # type: ignore[index]
    assert isinstance(target["x"], zarr.Group)
    assert len(seen) == done.copied
    assert done.skipped == 0
    with pytest.raises(ContainsNodeError, match="'x/y'"):
        zarr.copy(root["a"], target, "x/y")
    target["x/y/b"][0] = 77  # type: ignore[index]
    zarr.copy(root["a"], target, "x/y", if_exists="skip")
    assert target["x/y/b"][0] == 77  # type: ignore[index]
    zarr.copy(root["a"], target, "x/y", if_exists="replace")
    assert target["x/y/b"][0] == 0  # type: ignore[index]


def test_copy_counts_without_touching_anything_and_leaves_out_groups(root: zarr.Group) -> None:
    root.create_array("a/b", data=np.arange(3), **RAW)
    root.create_array("a/c/d", data=np.arange(3), **RAW)
    before = keys(root)
    done = zarr.copy(root["a"], root, "copy", dry_run=True)
    assert keys(root) == before
    assert zarr.copy(root["a"], root, "copy") == done
    zarr.copy(root["a"], root, "flat", shallow=True)
    assert [name for name, _ in root["flat"].members(None)] == ["b"]  # type: ignore[union-attr]
    with pytest.raises(ContainsNodeError, match="into itself"):
        zarr.copy(root["a"], root["a"], "inside")


def test_copy_store_copies_between_stores_of_any_kind(root: zarr.Group, tmp_path: Path) -> None:
    root.create_array("a/b", data=np.arange(10), chunks=(3,), **RAW)
    done = zarr.copy_store(root.store, str(tmp_path / "t.zarr"), dest_path="in")
    np.testing.assert_array_equal(zarr.open_array(str(tmp_path / "t.zarr"), path="in/a/b")[...], np.arange(10))
    assert done.copied == len(keys(root))
    only = MemoryStore()
    zarr.copy_store(root.store, only, includes=["^a/b/"], excludes=[r"json|zarray|zattrs"])
    assert len(asyncio.run(_all(only))) == 4
    with pytest.raises(ContainsNodeError, match="if_exists"):
        zarr.copy_store(root.store, str(tmp_path / "t.zarr"), dest_path="in")


def test_move_renames_a_node_with_all_below_it(root: zarr.Group) -> None:
    root.create_array("a/b", data=np.arange(10), chunks=(3,), **RAW)
    root.create_group("taken")
    with pytest.raises(ContainsNodeError, match="'taken'"):
        root.move("a", "taken")
    with pytest.raises(ContainsNodeError, match="itself"):
        root.move("a", "a/c")
    with pytest.raises(NodeNotFoundError):
        root.move("nope", "x")
    root.move("a", "x/y")
    assert "a" not in root
    np.testing.assert_array_equal(root["x/y/b"][...], np.arange(10))  # type: ignore[index]


# objects in memory, saved later


def test_drafts_are_used_in_memory_and_saved_many_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "d.zarr")
    array = zarr.Array(shape=(6,), dtype="i2", chunks=(2,), path="x/a", store=path, **RAW)
    array[1:3] = 5
    array.attrs["unit"] = "m"
    array.append(np.array([7, 8], "i2"))
    group = zarr.Group(path="y", store=path, attributes={"k": 1})
    group.create_array("deep/b", data=np.arange(3), **RAW)
    assert not Path(path).exists()
    zarr.save_many([array, group])
    stored = zarr.open_group(path, mode="r")
    np.testing.assert_array_equal(stored["x/a"][...], [0, 5, 5, 0, 0, 0, 7, 8])  # type: ignore[index]
    assert stored["x/a"].attrs["unit"] == "m"
    np.testing.assert_array_equal(stored["y/deep/b"][...], np.arange(3))  # type: ignore[index]
    array[0] = 9  # from here on it is the stored array
    assert stored["x/a"][0] == 9  # type: ignore[index]
    with pytest.raises(ValueError, match="saved"):
        array.save()


def test_saving_many_touches_nothing_if_one_is_in_the_way() -> None:
    store = MemoryStore()
    zarr.create_array(store, name="b", shape=(1,), **RAW)
    before = asyncio.run(_all(store))
    drafts = [zarr.Array(shape=(1,), path=name, store=store, **RAW) for name in ("a", "b")]
    with pytest.raises(ContainsArrayError, match="'b'"):
        zarr.save_many(drafts)
    assert asyncio.run(_all(store)) == before
    zarr.save_many(drafts, overwrite=True)


# the same for tasks


def test_the_functions_for_tasks_do_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        root = await asynchronous.create_group(str(tmp_path / "a.zarr"), attributes={"k": 1})
        array = await root.create_array("a/b", data=np.arange(6).reshape(2, 3), **RAW)
        np.testing.assert_array_equal(await array.getitem((slice(None), 1)), [1, 4])
        await array.setitem((0, slice(None)), 9)
        np.testing.assert_array_equal(await array.oindex.getitem(([1, 0], [0])), [[3], [9]])
        assert [name async for name, _ in root.members(None)] == ["a", "a/b"]
        await array.append([[1, 2, 3]])
        assert (await (await root.getitem("a/b")).getitem(...)).shape == (3, 3)  # type: ignore[union-attr]
        await root.move("a", "z")
        assert not await root.contains("a")
        await root.delitem("z")
        assert await root.nmembers(None) == 0
        assert str(await root.tree()) == "/"

    asyncio.run(story())


def test_a_read_only_handle_refuses_before_anything_is_touched(root: zarr.Group) -> None:
    array = root.create_array("a", data=np.arange(4), **RAW)
    before = keys(root)
    group = zarr.open_group(root.store, mode="r")
    reading = zarr.open_array(root.store, path="a", mode="r")
    for refused in (
        lambda: group.create_group("x"),
        lambda: group.create_array("x", shape=(1,)),
        lambda: group.__delitem__("a"),
        lambda: group.attrs.update(x=1),
        lambda: group.move("a", "b"),
        lambda: reading.__setitem__(0, 1),
        lambda: reading.resize((2,)),
        lambda: reading.append([1]),
        lambda: zarr.copy(array, group, "y"),
    ):
        with pytest.raises(ReadOnlyError):
            refused()
    assert keys(root) == before


def test_statement_278_an_update_keeps_to_the_format(root: zarr.Group) -> None:
    array = root.create_array("a", data=np.arange(4), **RAW)
    array.attrs["x"] = 1
    array.resize((7,))
    documents = {key for key in keys(root) if key.rpartition("/")[2].startswith((".z", "zarr"))}
    expected = {"zarr.json"} if root.zarr_format == 3 else {".zarray", ".zattrs", ".zgroup"}
    assert {key.rpartition("/")[2] for key in documents} == expected
    if root.zarr_format == 3:
        store: Any = root.store
        document = json.loads(bytes(asyncio.run(store.get("a/zarr.json"))))
        assert document["attributes"] == {"x": 1}

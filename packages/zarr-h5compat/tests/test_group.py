"""`Group`: names, members, creation, moving and copying."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core
import zarr_h5compat as h5py


@pytest.fixture
def tree(file: h5py.File) -> h5py.File:
    file.create_group("b/deep")
    file["b/deep/x"] = np.arange(3)
    file["b/y"] = 1
    file["a"] = [1.5]
    return file


def test_names_are_absolute_or_relative(tree: h5py.File) -> None:
    deep = tree["b/deep"]
    assert deep["x"] == tree["/b/deep/x"] == deep["/b/deep/x"] == tree["b"]["./deep//x/"] == tree[b"b/deep/x"]
    assert deep["/a"].name == "/a"
    assert (tree["/"], deep["."]) == (tree, deep)


@pytest.mark.parametrize("name", ["nothing", "b/nothing", "a/below", "", "..", "b/../a", "/nothing"])
def test_missing_name_is_a_key_error_that_says_where(tree: h5py.File, name: str) -> None:
    assert name not in tree
    assert tree.get(name, 7) == 7
    with pytest.raises(KeyError, match=r"group '/' of .* has no object") as caught:
        tree[name]
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("use", [lambda f: f[1], lambda f: 1 in f, lambda f: f.get(0), lambda f: f.create_group(3.5)])
def test_name_that_is_no_text_is_a_type_error(tree: h5py.File, use: Any) -> None:
    with pytest.raises(TypeError, match="a name is str or bytes"):
        use(tree)


def test_members_come_in_the_order_of_names(tree: h5py.File) -> None:
    assert list(tree) == list(tree.keys()) == ["a", "b"]
    assert list(reversed(tree)) == ["b", "a"]
    assert [(name, member.name) for name, member in tree.items()] == [("a", "/a"), ("b", "/b")]
    assert list(tree["b"].values()) == [tree["b/deep"], tree["b/y"]]
    assert tree["a"] in tree.values()
    assert (len(tree), len(tree["b/deep"])) == (2, 1)
    assert repr(tree.keys()) == "<KeysView ['a', 'b']>"
    assert "a" in tree.keys()  # noqa: SIM118 - the view is what is tested


def test_get_tells_class_and_link(tree: h5py.File) -> None:
    assert tree.get("a", getclass=True) is h5py.Dataset
    assert tree.get("b", getclass=True) is h5py.Group
    assert isinstance(tree.get("a", getlink=True), h5py.HardLink)
    assert tree.get("a", getclass=True, getlink=True) is h5py.HardLink
    assert tree.get("nothing") is None


def test_name_parent_and_file(tree: h5py.File) -> None:
    x = tree["b/deep/x"]
    assert x.name == "/b/deep/x"
    assert x.parent == tree["b/deep"]
    assert (x.parent.parent.parent, tree.parent) == (tree, tree)
    assert x.file == tree
    assert isinstance(x.file, h5py.File)
    assert isinstance(tree, h5py.Group)
    assert type(tree["/"]) is h5py.Group


def test_equal_handles_are_equal_and_hash_alike(tree: h5py.File) -> None:
    first, second = tree["a"], tree["a"]
    assert first == second
    assert len({first, second, tree["b"]}) == 2
    assert first != tree["b/y"]
    assert first != 1


def test_visit_goes_through_everything_in_order_until_something_is_returned(tree: h5py.File) -> None:
    names: list[str] = []
    assert tree.visit(names.append) is None
    assert names == ["a", "b", "b/deep", "b/deep/x", "b/y"]
    assert tree.visititems(lambda name, found: found.shape if isinstance(found, h5py.Dataset) else None) == (1,)
    assert tree["b"].visit(lambda name: name if name.endswith("x") else None) == "deep/x"


def test_group_is_created_with_those_above_it(file: h5py.File) -> None:
    group = file.create_group("p/q/r")
    assert group.name == "/p/q/r"
    assert file["p/q"].create_group("/top").name == "/top"
    assert isinstance(file["p"], h5py.Group)
    with pytest.raises(ValueError, match=r"'/p/q' of .* exists already"):
        file.create_group("p/q")


def test_require_group_opens_creates_or_refuses(tree: h5py.File) -> None:
    assert tree.require_group("b") == tree["b"]
    assert tree.require_group("new/one").name == "/new/one"
    with pytest.raises(TypeError, match="is a dataset"):
        tree.require_group("a")


@pytest.mark.parametrize("name", ["a/below", "b/y/z"])
def test_nothing_is_created_below_a_dataset(tree: h5py.File, name: str) -> None:
    with pytest.raises(ValueError, match="array is stored there"):
        tree.create_dataset(name, data=1)
    with pytest.raises(ValueError, match="array is stored there"):
        tree.create_group(name)


def test_assigning_stores_arrays_and_scalars_once(file: h5py.File) -> None:
    file["x"] = np.arange(6, dtype="i2").reshape(2, 3)
    file["deep/number"] = 2.5
    file["flag"] = True
    assert (file["x"].shape, file["x"].dtype) == ((2, 3), "i2")
    assert (file["deep/number"][()], file["flag"][()]) == (2.5, True)
    with pytest.raises(ValueError, match="exists already"):
        file["x"] = 1


@pytest.mark.parametrize("what", [lambda f: f["a"], lambda f: np.dtype("f4"), lambda f: f["b"]])
def test_links_and_named_types_are_refused(tree: h5py.File, what: Any) -> None:
    with pytest.raises(TypeError, match="Zarr has no"):
        tree["alias"] = what(tree)
    assert "alias" not in tree


def test_object_without_a_name_is_refused(file: h5py.File) -> None:
    with pytest.raises(TypeError, match="without a name"):
        file.create_dataset(None, data=1)
    with pytest.raises(ValueError, match="root group"):
        file.create_group("/")


def test_deleting_takes_all_below_and_turns_handles_off(tree: h5py.File) -> None:
    x, group = tree["b/deep/x"], tree["b"]
    del tree["b"]
    assert list(tree) == ["a"]
    assert not x
    assert not group
    with pytest.raises(ValueError, match="is deleted"):
        x[0]
    with pytest.raises(KeyError, match="to delete"):
        del tree["b"]
    tree["b"] = 5
    assert tree["b"][()] == 5


def test_moving_takes_handles_along(tree: h5py.File) -> None:
    x, group = tree["b/deep/x"], tree["b"]
    tree.move("b", "c/d")
    assert (x.name, group.name) == ("/c/d/deep/x", "/c/d")
    assert x[()].tolist() == [0, 1, 2]
    assert tree["c/d/deep/x"] == x
    x.attrs["seen"] = 1
    assert tree["c"]["d/deep/x"].attrs["seen"] == 1
    assert "b" not in tree


def test_moving_over_something_or_nothing_is_refused(tree: h5py.File) -> None:
    with pytest.raises(ValueError, match="exists already"):
        tree.move("a", "b")
    with pytest.raises(KeyError, match="to move"):
        tree.move("nothing", "c")
    tree.move("a", "/a")
    assert tree["a"][0] == 1.5


def test_copying_by_name_object_and_group(tree: h5py.File) -> None:
    tree["a"].attrs["unit"] = "m"
    tree.copy("a", "a2")
    tree.copy(tree["a"], tree["b"])
    tree.copy("b/deep", tree["b"], name="twin")
    assert tree["a2"][0] == tree["b/a"][0] == 1.5
    assert tree["a2"].attrs["unit"] == "m"
    assert tree["b/twin/x"][2] == 2
    with pytest.raises(ValueError, match="exists already"):
        tree.copy("a", "a2")
    with pytest.raises(KeyError):
        tree.copy("nothing", "z")
    with pytest.raises(TypeError, match="is a dataset"):
        tree.copy("a", tree["a2"])


def test_copying_to_another_file(tree: h5py.File, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.zarr", "w") as other:
        tree.copy("b", other)
        tree.copy("a", other, name="renamed")
        assert other["b/deep/x"][()].tolist() == [0, 1, 2]
        assert list(other) == ["b", "renamed"]


def test_shallow_copy_has_empty_groups_and_without_attrs_has_none(tree: h5py.File) -> None:
    tree["b"].attrs["n"] = tree["b/deep"].attrs["n"] = tree["b/y"].attrs["n"] = 1
    tree.copy("b", "shallow", shallow=True)
    assert (list(tree["shallow"]), list(tree["shallow/deep"])) == (["deep", "y"], [])
    assert tree["shallow/deep"].attrs["n"] == 1
    tree.copy("b", "bare", without_attrs=True)
    assert [len(tree[name].attrs) for name in ("bare", "bare/deep", "bare/y")] == [0, 0, 0]


def test_mapping_methods_work(tree: h5py.File) -> None:
    assert tree.pop("nothing", None) is None
    assert tree.setdefault("a") == tree["a"]
    tree["b"].clear()
    assert len(tree["b"]) == 0


def test_all_handles_see_what_one_of_them_changes(file: h5py.File) -> None:
    first, second = file.create_dataset("x", (2,), "i4", maxshape=(None,)), file["x"]
    first.attrs["a"] = 1
    assert second.attrs["a"] == 1
    second.resize((4,))
    assert first.shape == (4,)
    file.attrs["root"] = 2
    assert file["/"].attrs["root"] == 2


def test_refresh_looks_at_what_others_did(file: h5py.File) -> None:
    dataset = file.create_dataset("x", (2,), "i4", maxshape=(None,))
    zarr_core.open_array(file.filename, path="x").resize((5,))
    dataset.refresh()
    assert dataset.shape == (5,)
    del zarr_core.open_group(file.filename)["x"]
    with pytest.raises(ValueError, match="deleted"):
        dataset.refresh()


def test_references_and_ids_say_what_to_do_instead(tree: h5py.File) -> None:
    with pytest.raises(TypeError, match="keep the name"):
        _ = tree["a"].ref
    with pytest.raises(TypeError, match="keep a name"):
        _ = tree["a"].regionref
    with pytest.raises(AttributeError, match="bool"):
        _ = tree["a"].id
    with pytest.raises(TypeError, match="virtual"):
        tree.create_virtual_dataset("v", None)


def test_zarr_objects_are_at_hand(tree: h5py.File) -> None:
    assert isinstance(tree["a"].zarr, zarr_core.Array)
    assert isinstance(tree["b"].zarr, zarr_core.Group)

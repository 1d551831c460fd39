"""Hierarchies against a dictionary: create, require, overwrite, delete, move and look at nested nodes, both formats."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import zarr_core as zarr
from tests.support.budget import budget
from tests.support.stores import SuspendingStore
from zarr_core.errors import (
    ContainsArrayError,
    ContainsGroupError,
    ContainsNodeError,
    NodeNotFoundError,
)
from zarr_core.storage import LocalStore, MemoryStore

NAMES = st.sampled_from(["a", "ab", "b", "é"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
ATTRIBUTES = st.dictionaries(st.sampled_from("xy"), st.integers(0, 3) | st.text(max_size=2), max_size=2)

Node = dict[str, Any]
"""What the model knows of a node: `kind`, `attributes`, and of an array `values`."""


class Groups(RuleBasedStateMachine):
    """A hierarchy below one root group, and what it should hold."""

    @initialize(zarr_format=st.sampled_from([2, 3]), kind=st.sampled_from(["memory", "local", "suspending"]))
    def create(self, zarr_format: int, kind: str) -> None:
        self.files = tempfile.TemporaryDirectory()
        stores: dict[str, Callable[[], Any]] = {
            "memory": MemoryStore,
            "local": lambda: LocalStore(self.files.name),
            "suspending": SuspendingStore,
        }
        self.store = stores[kind]()
        self.root = zarr.create_group(self.store, zarr_format=zarr_format)
        self.expected: dict[str, Node] = {}

    # the model

    def obstacle(self, path: str) -> type[Exception] | None:
        """What stands in the way of a new node at the path."""
        for ancestor in _ancestors(path):
            if self.kind(ancestor) == "array":
                return ContainsArrayError
        return {"array": ContainsArrayError, "group": ContainsGroupError, None: None}[self.kind(path)]

    def kind(self, path: str) -> str | None:
        return self.expected[path]["kind"] if path in self.expected else None

    def remove(self, path: str) -> None:
        self.expected = {other: node for other, node in self.expected.items() if not _within(other, path)}

    def add(self, path: str, node: Node) -> None:
        for ancestor in _ancestors(path):
            self.expected.setdefault(ancestor, {"kind": "group", "attributes": {}})
        self.expected[path] = node

    # new nodes

    @rule(path=PATHS, attributes=ATTRIBUTES, overwrite=st.booleans())
    def create_group(self, path: str, attributes: dict[str, Any], overwrite: bool) -> None:
        note(f"create group {path}, overwrite {overwrite}")
        obstacle = self.obstacle(path)
        if obstacle is not None and not (overwrite and path in self.expected):
            with pytest.raises(obstacle):
                self.root.create_group(path, attributes=attributes, overwrite=overwrite)
            return
        group = self.root.create_group(path, attributes=attributes, overwrite=overwrite)
        assert dict(group.attrs) == attributes
        self.remove(path)
        self.add(path, {"kind": "group", "attributes": attributes})

    @rule(path=PATHS, attributes=ATTRIBUTES)
    def require_group(self, path: str, attributes: dict[str, Any]) -> None:
        note(f"require group {path}")
        if self.kind(path) == "group":
            assert dict(self.root.require_group(path).attrs) == self.expected[path]["attributes"]
        elif self.obstacle(path) is not None:
            with pytest.raises(ContainsArrayError):
                self.root.require_group(path)
        else:
            self.root.require_group(path, attributes=attributes)
            self.add(path, {"kind": "group", "attributes": attributes})

    @rule(path=PATHS, attributes=ATTRIBUTES, start=st.integers(0, 9), overwrite=st.booleans())
    def create_array(self, path: str, attributes: dict[str, Any], start: int, overwrite: bool) -> None:
        note(f"create array {path}, overwrite {overwrite}")
        values = np.arange(start, start + 5)
        obstacle = self.obstacle(path)
        keywords: dict[str, Any] = {"data": values, "chunks": 2, "compressors": None, "attributes": attributes}
        if obstacle is not None and not (overwrite and path in self.expected):
            with pytest.raises(obstacle):
                self.root.create_array(path, overwrite=overwrite, **keywords)
            return
        self.root.create_array(path, overwrite=overwrite, **keywords)
        self.remove(path)
        self.add(path, {"kind": "array", "attributes": attributes, "values": values})

    @rule(path=PATHS, length=st.sampled_from([3, 5]))
    def require_array(self, path: str, length: int) -> None:
        note(f"require array {path} of {length}")
        keywords: dict[str, Any] = {"shape": length, "dtype": "i8", "compressors": None}
        if self.kind(path) == "array":
            if length == len(self.expected[path]["values"]):
                assert self.root.require_array(path, **keywords).shape == (length,)
            else:
                with pytest.raises(TypeError):
                    self.root.require_array(path, **keywords)
        elif (obstacle := self.obstacle(path)) is not None:
            with pytest.raises(obstacle):
                self.root.require_array(path, **keywords)
        else:
            self.root.require_array(path, **keywords)
            self.add(path, {"kind": "array", "attributes": {}, "values": np.zeros(length, "i8")})

    @rule(path=PATHS, start=st.integers(0, 9))
    def assign(self, path: str, start: int) -> None:
        note(f"assign {path}")
        values = np.arange(start, start + 3)
        if any(self.kind(ancestor) == "array" for ancestor in _ancestors(path)):
            with pytest.raises(ContainsArrayError):
                self.root[path] = values
            return
        self.root[path] = values
        self.remove(path)
        self.add(path, {"kind": "array", "attributes": {}, "values": values})

    # what is there changes

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), new=ATTRIBUTES)
    def update_attributes(self, data: st.DataObject, new: dict[str, Any]) -> None:
        path = data.draw(st.sampled_from(sorted(self.expected)))
        self.root[path].update_attributes(new)
        self.expected[path] = {**self.expected[path], "attributes": {**self.expected[path]["attributes"], **new}}

    @rule(path=PATHS)
    def delete(self, path: str) -> None:
        note(f"delete {path}")
        if path in self.expected:
            del self.root[path]
            self.remove(path)
        else:
            with pytest.raises(NodeNotFoundError):
                del self.root[path]

    @rule(data=st.data(), dest=PATHS)
    def move(self, data: st.DataObject, dest: str) -> None:
        source = data.draw(PATHS | st.sampled_from(sorted(self.expected))) if self.expected else data.draw(PATHS)
        note(f"move {source} to {dest}")
        if source not in self.expected:
            with pytest.raises(NodeNotFoundError):
                self.root.move(source, dest)
        elif _within(dest, source) or self.obstacle(dest) is not None:
            with pytest.raises(ContainsNodeError):
                self.root.move(source, dest)
        else:
            self.root.move(source, dest)
            moved = {path: node for path, node in self.expected.items() if _within(path, source)}
            self.remove(source)
            for path, node in sorted(moved.items()):
                self.add(dest + path[len(source) :], node)

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def consolidate(self, data: st.DataObject) -> None:
        groups = ["", *(path for path in self.expected if self.kind(path) == "group")]
        path = data.draw(st.sampled_from(sorted(groups)))
        note(f"consolidate {path!r}")
        group = zarr.consolidate_metadata(self.store, path=path)
        assert group.metadata.consolidated is not None

    # what is always true

    @invariant()
    def holds_what_it_should(self) -> None:
        for root in (self.root, zarr.open_group(self.store, mode="r")):
            found: dict[str, Any] = dict(root.members(max_depth=None))
            assert set(found) == set(self.expected)
            for path, node in self.expected.items():
                member: Any = found[path]
                assert type(member).__name__.lower() == node["kind"]
                assert dict(member.attrs) == node["attributes"]
                assert member.path == path
                if node["kind"] == "array":
                    np.testing.assert_array_equal(member[...], node["values"])

    @invariant()
    def looks_up_what_it_should(self) -> None:
        for path in ("a", "ab/b", "é", *self.expected):
            assert (path in self.root) == (path in self.expected)
        children = {path for path in self.expected if "/" not in path}
        assert set(self.root) == set(self.root.keys()) == children
        assert len(self.root) == len(children)
        assert {name for name, _ in self.root.arrays()} == {p for p in children if self.kind(p) == "array"}
        assert {name for name, _ in self.root.groups()} == {p for p in children if self.kind(p) == "group"}

    def teardown(self) -> None:
        if hasattr(self, "files"):
            self.files.cleanup()


def _ancestors(path: str) -> list[str]:
    segments = path.split("/")
    return ["/".join(segments[:depth]) for depth in range(1, len(segments))]


def _within(path: str, other: str) -> bool:
    return path == other or path.startswith(other + "/")


TestGroups = Groups.TestCase
TestGroups.settings = budget(40, steps=15)

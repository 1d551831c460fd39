"""A state machine that does at random what a store can do, and compares it with a dictionary at every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from zarr_core.abc.store import Range, ReadListStore, ReadWriteListStore

__all__ = ["StoreMachine"]

# no key is a prefix of another up to a `/`: a file system cannot have both
KEYS = ("zarr.json", "a/zarr.json", "a/c/0/0", "a/c/0/1", "a/c/1/0", "ab/c/0/0", "b/zarr.json", "b/d/e/f/zarr.json")
PREFIXES = ("", "a/", "a/c/", "a/c/0/", "ab/", "b/", "b/d/e/", "q/")

keys = st.sampled_from(KEYS)
prefixes = st.sampled_from(PREFIXES)
contents = st.binary(max_size=40) | st.builds(lambda byte, n: bytes([byte]) * n, st.integers(0, 255), st.just(5000))


def lists(machine: StoreMachine) -> bool:
    return isinstance(machine.store, ReadListStore)


def removes_prefixes(machine: StoreMachine) -> bool:
    return isinstance(machine.store, ReadWriteListStore)


class StoreMachine(RuleBasedStateMachine):
    """`do` runs what the store's coroutines do, `collect` makes a list of what its iterators give."""

    def __init__(self, store: Any, do: Callable[[Any], Any], collect: Callable[[Any], Any]) -> None:
        super().__init__()
        self.store, self.do, self.collect = store, do, collect
        self.model: dict[str, bytes] = {}
        for key in KEYS:
            do(store.delete(key))

    @rule(key=keys, value=contents)
    def set(self, key: str, value: bytes) -> None:
        self.do(self.store.set(key, value))
        self.model[key] = value

    @rule(key=keys, pieces=st.lists(contents, max_size=3))
    def set_in_pieces(self, key: str, pieces: list[bytes]) -> None:
        self.do(self.store.set(key, pieces))
        self.model[key] = b"".join(pieces)

    @rule(key=keys)
    def delete(self, key: str) -> None:
        self.do(self.store.delete(key))
        self.model.pop(key, None)

    @rule(old=keys, new=keys)
    def rename(self, old: str, new: str) -> None:
        if old == new:
            return
        if old in self.model:
            self.do(self.store.rename(old, new))
            self.model[new] = self.model.pop(old)
        else:
            with pytest.raises(FileNotFoundError):
                self.do(self.store.rename(old, new))

    @rule(key=keys, start=st.integers(0, 50), piece=contents)
    def replace_part(self, key: str, start: int, piece: bytes) -> None:
        old = self.model.get(key, b"")
        if start <= len(old):
            self.do(self.store.set_partial_values([(key, start, piece)]))
            self.model[key] = old[:start] + piece + old[start + len(piece) :]

    @precondition(removes_prefixes)
    @rule(prefix=prefixes)
    def delete_prefix(self, prefix: str) -> None:
        self.do(self.store.delete_prefix(prefix))
        self.model = {key: value for key, value in self.model.items() if not key.startswith(prefix)}

    @rule(key=keys, start=st.integers(0, 50))
    def read(self, key: str, start: int) -> None:
        expected = self.model.get(key)
        value = self.do(self.store.get(key))
        assert (value if value is None else bytes(value)) == expected
        assert self.do(self.store.getsize(key)) == (None if expected is None else len(expected))
        assert self.do(self.store.exists(key)) == (key in self.model)
        if expected is not None and start <= len(expected):
            assert bytes(self.do(self.store.get(key, Range(start)))) == expected[start:]

    @precondition(lists)
    @rule(prefix=prefixes)
    def list_all_ways(self, prefix: str) -> None:
        under = sorted(key for key in self.model if key.startswith(prefix))
        direct = {prefix + "".join(key[len(prefix) :].partition("/")[:2]) for key in under}
        assert sorted(self.collect(self.store.list())) == sorted(self.model)
        assert sorted(self.collect(self.store.list_prefix(prefix))) == under
        assert sorted(self.collect(self.store.list_dir(prefix))) == sorted(direct)
        assert self.do(self.store.getsize_prefix(prefix)) == sum(len(self.model[key]) for key in under)

"""The memory store: the author's kit, and what two stores over one dictionary share."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from zarr_core.abc.store import ABSENT
from zarr_core.engine.step import step
from zarr_core.errors import ReadOnlyError, StoreError
from zarr_core.storage import MemoryStore
from zarr_core.testing.stores import SAMPLE, StoreTests


class TestMemoryStore(StoreTests):
    @pytest.fixture
    def contents(self) -> dict[str, bytes]:
        return {}

    @pytest.fixture
    def store(self, contents: dict[str, bytes]) -> MemoryStore:
        return MemoryStore(contents)

    @pytest.fixture
    def twin(self, contents: dict[str, bytes]) -> MemoryStore:
        return MemoryStore(contents)


class TestReadOnlyMemoryStore(StoreTests):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore(dict(SAMPLE), read_only=True)


def ability(store: MemoryStore, name: Any) -> Any:
    found = store.ability(name)
    assert found is not None
    return found


def test_get_gives_the_stored_bytes_without_a_copy() -> None:
    value = bytes(100)
    store = MemoryStore()
    step(store.set("a", value))
    assert step(store.get("a")) is value


def test_stores_over_one_dictionary_share_versions() -> None:
    values: dict[str, bytes] = {"a": b"1"}
    first, second = MemoryStore(values), MemoryStore(values)
    assert first == second
    assert first != MemoryStore(dict(values))
    _, version = step(ability(first, "get_versioned")("a", []))
    step(second.set("a", b"2"))
    assert step(ability(first, "set_if")("a", b"3", version)) is None
    assert values == {"a": b"2"}


def test_writing_the_dictionary_from_outside_is_another_version() -> None:
    values: dict[str, bytes] = {"a": b"one"}
    get_versioned = ability(MemoryStore(values), "get_versioned")
    _, before = step(get_versioned("a", []))
    values["a"] = b"two" * 2
    _, after = step(get_versioned("a", []))
    assert before != after


def test_version_is_not_reused_after_a_delete() -> None:
    store = MemoryStore()
    step(store.set("a", b"1"))
    _, version = step(ability(store, "get_versioned")("a", []))
    step(store.delete("a"))
    step(store.set("a", b"1"))
    assert step(ability(store, "set_if")("a", b"2", version)) is None


def test_pickle_holds_a_copy_of_the_contents() -> None:
    store = MemoryStore()
    step(store.set("a", b"1"))
    copy = pickle.loads(pickle.dumps(store))
    step(copy.set("a", b"2"))
    assert (step(store.get("a")), step(copy.get("a"))) == (b"1", b"2")
    assert copy.address("a") != store.address("a")


@pytest.mark.parametrize("key", ["", "/a", "a/", "a/../b", "a\0"])
def test_statement_113_keys_that_are_none_are_refused(key: str) -> None:
    store = MemoryStore()
    for call in (store.set(key, b""), store.delete(key), ability(store, "set_if")(key, b"", ABSENT)):
        with pytest.raises(StoreError):
            step(call)
    with pytest.raises(StoreError):
        step(ability(store, "commit")({"fine": b"1", key: b"2"}))
    assert step(store.get("fine")) is None


def test_commit_refused_for_one_key_changes_none() -> None:
    values: dict[str, bytes] = {"a": b"1"}
    commit = ability(MemoryStore(values), "commit")
    with pytest.raises(TypeError):
        step(commit({"a": None, "b": object()}))
    assert values == {"a": b"1"}


def test_read_only_store_answers_no_writing_ability() -> None:
    store = MemoryStore({"a": b"1"}, read_only=True)
    assert [name for name in ("set_if", "commit", "set_at") if store.ability(name)] == []
    with pytest.raises(ReadOnlyError):
        step(store.delete("a"))

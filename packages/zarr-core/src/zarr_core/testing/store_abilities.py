"""The tests of what a store may be able to do besides; part of `StoreTests`, which gives the fixtures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zarr_core.abc.store import ABSENT, Range, Suffix
from zarr_core.errors import Truncated
from zarr_core.testing.driver import Driver, ability_of, can_write, in_threads, needs

__all__ = ["StoreAbilityTests"]


class StoreAbilityTests:
    """Every fast path equals the general one, and every promise beyond it is kept."""

    def test_get_many_is_many_gets(self, filled: Any, values: Any, do: Driver) -> None:
        get_many = ability_of(filled, "get_many")
        keys = [*values, "q", min(values)]
        got = [None if value is None else bytes(value) for value in do(get_many(keys))]
        assert got == [values.get(key) for key in keys]

    def test_get_into_fills_a_buffer_that_is_large_enough(self, filled: Any, values: Any, do: Driver) -> None:
        get_into = ability_of(filled, "get_into")
        for key, value in values.items():
            buffer = bytearray(b"-" * (len(value) + 2))
            assert do(get_into(key, memoryview(buffer))) == len(value)
            assert buffer == value + b"--"
            if value:
                with pytest.raises(Truncated):
                    do(get_into(key, bytearray(len(value) - 1)))
        assert do(get_into("q", bytearray(5))) is None

    def test_get_versioned_gives_values_with_the_version_they_are_of(
        self, filled: Any, values: Any, do: Driver
    ) -> None:
        get_versioned = ability_of(filled, "get_versioned")
        for key, value in values.items():
            (whole,), version = do(get_versioned(key, None))
            assert bytes(whole) == value
            parts, again = do(get_versioned(key, [Range(0, len(value)), Suffix(0), Range(len(value))]))
            assert [bytes(part) for part in parts] == [value, b"", b""]
            assert do(get_versioned(key, [])) == ([], version)
            assert again == version
            assert hash(again) == hash(version)
            with pytest.raises(Truncated):
                do(get_versioned(key, [Range(0, len(value) + 1)]))
        assert do(get_versioned("q", None)) is do(get_versioned("q", [])) is None

    def test_every_write_is_another_version(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        get_versioned = ability_of(store, "get_versioned")
        seen = []
        for turn in range(30):
            do(store.set("a", b"%02d" % turn))
            seen.append(do(get_versioned("a", []))[1])
        assert len(set(seen)) == 30

    def test_set_if_writes_only_over_the_version_given(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        set_if = ability_of(store, "set_if")
        first = do(set_if("a/b", b"1", ABSENT))
        assert first is not None
        assert do(set_if("a/b", b"other", ABSENT)) is None
        second = do(set_if("a/b", [b"2", b"2"], first))
        assert second not in (None, first)
        assert do(set_if("a/b", b"late", first)) is None
        assert bytes(do(store.get("a/b"))) == b"22"
        get_versioned = store.ability("get_versioned")
        if get_versioned is not None:
            assert do(get_versioned("a/b", []))[1] == second
        do(store.delete("a/b"))
        assert do(set_if("a/b", b"3", second)) is None
        assert do(set_if("a/b", b"3", ABSENT)) is not None

    def test_of_many_that_set_if_at_once_one_succeeds(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        set_if = ability_of(store, "set_if")
        won: list[int] = []

        def race(number: int) -> Callable[[Driver], None]:
            def run(do: Driver) -> None:
                for turn in range(20):
                    if do(set_if(f"a/{turn}", b"%d" % number, ABSENT)) is not None:
                        won.append(turn)

            return run

        in_threads(store, [race(number) for number in range(3)])
        assert sorted(won) == list(range(20))

    def test_set_at_replaces_bytes_in_place_and_leaves_no_gap(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        set_at = ability_of(store, "set_at")
        do(set_at("a/b", 0, b"0123"))
        do(set_at("a/b", 1, bytearray(b"xy")))
        do(set_at("a/b", 4, memoryview(b"45")))
        assert bytes(do(store.get("a/b"))) == b"0xy345"
        for key, start in (("a/b", 7), ("a/q", 1)):
            with pytest.raises(Truncated):
                do(set_at(key, start, b"!"))
        assert bytes(do(store.get("a/b"))) == b"0xy345"
        assert do(store.get("a/q")) is None

    def test_commit_sets_and_deletes_together(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        commit = ability_of(store, "commit")
        do(store.set("a", b"1"))
        do(commit({"a": None, "b/c": b"2", "d": [b"3", b"3"], "q": None}))
        assert do(store.get("a")) is None
        assert [bytes(do(store.get(key))) for key in ("b/c", "d")] == [b"2", b"33"]

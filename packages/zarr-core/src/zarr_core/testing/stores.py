"""The tests that every store passes. Subclass `StoreTests`, give it your store in one fixture, and run pytest.

    class TestTarStore(StoreTests):
        @pytest.fixture
        def values(self):
            return {"zarr.json": b"{}", "c/0": bytes(100)}

        @pytest.fixture
        def store(self, values, tmp_path):
            return TarStore(made_from(values, tmp_path / "a.tar"))

Of a store that can be written, `store` is empty and `values` need not be given. What is tested is what the object
can do: its contract, whether it blocks, its abilities. A blocking store is stepped throughout, so that one that
suspends fails; the others run on event loops. Numbers in names are statements of the Zarr v3 specification.
"""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from zarr_core.abc.store import (
    AbilityName,
    Range,
    ReadListStore,
    ReadStore,
    ReadWriteListStore,
    ReadWriteStore,
    Store,
    Suffix,
)
from zarr_core.errors import ReadOnlyError, StoreError, Truncated
from zarr_core.storage.read_only import ReadOnlyStore
from zarr_core.testing.driver import Driver, can_write, in_threads, needs
from zarr_core.testing.store_abilities import StoreAbilityTests
from zarr_core.testing.store_machine import StoreMachine

__all__ = ["SAMPLE", "StoreTests"]

SAMPLE: Mapping[str, bytes] = {
    # the store of the specification's examples for listing
    "zarr.json": b'{"node_type": "group"}',
    "x/zarr.json": b"{}",
    "x/y/zarr.json": bytes(range(256)) * 20,
    "x/y/c/0": b"",
    "z/zarr.json": b"\0",
}
ABSENT_KEYS = ("q", "x/q", "x/zarr.jso", "x/y/c/00", "q/zarr.json")
ANY_TIME = settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))


class StoreTests(StoreAbilityTests):
    """Write the fixture `store`; for a store that cannot be written also `values`, what it holds."""

    @pytest.fixture
    def store(self) -> Any:
        """The store: an empty one if it can be written, else one that holds `values`."""
        raise NotImplementedError("a subclass of StoreTests needs the fixture `store`")

    @pytest.fixture
    def values(self) -> Mapping[str, bytes]:
        """What the store holds, or will hold if it can be written."""
        return SAMPLE

    @pytest.fixture
    def twin(self, store: Any) -> Any:
        """A second handle on what `store` holds, opened independently; None if there can be no such thing."""
        return None

    @pytest.fixture
    def do(self, store: Store) -> Iterator[Driver]:
        driver = Driver(store)
        yield driver
        store.close()
        driver.close()

    @pytest.fixture
    def filled(self, store: Any, values: Mapping[str, bytes], do: Driver) -> Any:
        """The store, holding `values`."""
        if can_write(store):
            for key, value in values.items():
                do(store.set(key, value))
        return store

    # ---- reading -----------------------------------------------------------------------------------------------

    def test_it_is_a_store_of_this_contract(self, store: Any) -> None:
        assert isinstance(store, ReadStore)
        assert store.contract == 1
        assert isinstance(repr(store), str)

    def test_statement_104_values_read_back_identical(self, filled: Any, values: Any, do: Driver) -> None:
        assert {key: bytes(do(filled.get(key))) for key in values} == dict(values)

    def test_statement_103_absent_keys_are_none_and_empty_values_are_not(
        self, filled: Any, values: Any, do: Driver
    ) -> None:
        for key in ABSENT_KEYS:
            if key not in values:
                assert do(filled.get(key)) is None
                assert do(filled.get(key, Range(0, 1))) is None
                assert do(filled.get_ranges(key, [Range(0, 1), Suffix(1)])) is None
                assert do(filled.getsize(key)) is None
                assert not do(filled.exists(key))
        for key, value in values.items():
            assert do(filled.getsize(key)) == len(value)
            assert do(filled.exists(key))

    @ANY_TIME
    @given(data=st.data())
    def test_statement_106_ranges_are_what_slices_are(self, filled: Any, values: Any, do: Driver, data: Any) -> None:
        key = data.draw(st.sampled_from(sorted(values)))
        value = values[key]
        start = data.draw(st.integers(0, len(value)))
        stop = data.draw(st.integers(start, len(value)))
        wanted = {
            Range(start, stop): value[start:stop],
            Range(start): value[start:],
            Suffix(stop - start): value[len(value) - (stop - start) :],
        }
        for byte_range, expected in wanted.items():
            assert bytes(do(filled.get(key, byte_range))) == expected, byte_range
        assert [bytes(part) for part in do(filled.get_ranges(key, list(wanted)))] == list(wanted.values())

    def test_statement_106_ranges_past_the_end_are_truncated(self, filled: Any, values: Any, do: Driver) -> None:
        for key, value in values.items():
            n = len(value)
            for byte_range in (Range(0, n + 1), Range(n, n + 1), Range(n + 1), Range(n + 5, n + 9), Suffix(n + 1)):
                with pytest.raises(Truncated):
                    do(filled.get(key, byte_range))

    def test_partial_values_come_in_the_order_asked_with_none_for_absent_keys(
        self, filled: Any, values: Any, do: Driver
    ) -> None:
        key, value = max(values.items(), key=lambda item: len(item[1]))
        half = len(value) // 2
        asked = [(key, Range(half)), ("q", Range(0, 1)), (key, None), (key, Range(0, half)), (key, Suffix(half))]
        got = [part if part is None else bytes(part) for part in do(filled.get_partial_values(asked))]
        assert got == [value[half:], None, value, value[:half], value[len(value) - half :]]

    def test_statement_113_no_value_has_a_second_key(self, filled: Any, values: Any, do: Driver) -> None:
        for key in values:
            for other in (f"/{key}", f"./{key}", f"q/../{key}", f"../{key}", key.replace("/", "//", 1), f"{key}\0"):
                if other != key:
                    with suppress(StoreError):
                        assert do(filled.get(other)) is None

    def test_threads_may_read_at_once(self, filled: Any, values: Any) -> None:
        def read(do: Driver) -> None:
            for _ in range(5):
                for key, value in values.items():
                    assert bytes(do(filled.get(key))) == value

        in_threads(filled, [read] * 4)

    def test_event_loops_may_follow_each_other_and_many_requests_go_at_once(self, filled: Any, values: Any) -> None:
        needs(not filled.blocking, "a blocking store is used without event loops")

        async def read_all() -> dict[str, bytes]:
            found = await asyncio.gather(*(filled.get(key) for key in values))
            return {key: bytes(value) for key, value in zip(values, found, strict=True)}

        for _ in range(3):
            assert asyncio.run(read_all()) == dict(values)

    def test_pickle_of_it_reads_the_same(self, filled: Any, values: Any) -> None:
        try:
            again = pickle.loads(pickle.dumps(filled))
        except StoreError as error:
            needs(False, f"the store says why it cannot be pickled: {error}")
        do = Driver(again)
        assert {key: bytes(do(again.get(key))) for key in values} == dict(values)
        assert (again.blocking, again.waits, again.read_only) == (filled.blocking, filled.waits, filled.read_only)
        again.close()
        do.close()

    def test_adapting_with_what_changes_nothing_changes_nothing(self, filled: Any, values: Any, do: Driver) -> None:
        adapted: Any = filled.adapt(lambda part: part)
        assert {key: bytes(do(adapted.get(key))) for key in values} == dict(values)
        assert adapted.address("x/y") == filled.address("x/y")

    def test_two_handles_meet_at_the_same_addresses(self, filled: Any, twin: Any, values: Any, do: Driver) -> None:
        assert hash(filled.address("x/y")) == hash(filled.address("x/y"))
        assert filled.address("x/y") != filled.address("x/z")
        needs(twin is not None, "the fixture `twin` gives no second handle")
        assert twin.address("x/y") == filled.address("x/y")
        twin.close()

    def test_closing_twice_is_harmless(self, filled: Any) -> None:
        filled.close()
        filled.close()

    # ---- listing -----------------------------------------------------------------------------------------------

    def test_listings_are_those_of_a_dictionary(self, filled: Any, values: Any, do: Driver) -> None:
        needs(isinstance(filled, ReadListStore), "the store cannot list")
        assert sorted(do.all(filled.list())) == sorted(values)
        prefixes = {key[: at + 1] for key in values for at, letter in enumerate(key) if letter == "/"}
        for prefix in ("", "q/", *sorted(prefixes)):
            under = sorted(key for key in values if key.startswith(prefix))
            assert sorted(do.all(filled.list_prefix(prefix))) == under
            direct = {prefix + "".join(key[len(prefix) :].partition("/")[:2]) for key in under}
            assert sorted(do.all(filled.list_dir(prefix))) == sorted(direct)
            assert do(filled.getsize_prefix(prefix)) == sum(len(values[key]) for key in under)

    def test_statements_107_to_110_listings_of_the_specification(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        needs(isinstance(store, ReadListStore), "the store cannot list")
        for key in SAMPLE:
            do(store.set(key, b"1"))
        assert sorted(do.all(store.list_prefix("x/y/"))) == ["x/y/c/0", "x/y/zarr.json"]
        assert sorted(do.all(store.list_dir("x/"))) == ["x/y/", "x/zarr.json"]
        assert sorted(do.all(store.list_dir(""))) == ["x/", "z/", "zarr.json"]
        assert do.all(store.list_dir("q/")) == []
        do(store.set("xy/zarr.json", b"1"))
        assert sorted(do.all(store.list_prefix("x/"))) == ["x/y/c/0", "x/y/zarr.json", "x/zarr.json"]

    def test_listing_may_be_left_early(self, filled: Any, do: Driver) -> None:
        needs(isinstance(filled, ReadListStore), "the store cannot list")

        async def first() -> str:
            keys = filled.list()
            try:
                return await anext(keys)
            finally:
                await keys.aclose()

        assert do(filled.exists(do(first())))

    # ---- writing -----------------------------------------------------------------------------------------------

    def test_statement_114_read_only_store_refuses_writes(self, filled: Any, values: Any, do: Driver) -> None:
        refusing: Any = ReadOnlyStore(filled) if can_write(filled) else filled
        if not isinstance(refusing, ReadWriteStore):
            return  # it has no such methods
        key = min(values)
        writes = [refusing.set(key, b"new"), refusing.delete(key), refusing.rename(key, "new")]
        writes += [refusing.set("new", b""), refusing.set_partial_values([(key, 0, b"n")])]
        if isinstance(refusing, ReadWriteListStore):
            writes.append(refusing.delete_prefix(""))
        for write in writes:
            with pytest.raises(ReadOnlyError):
                do(write)
        names: tuple[AbilityName, ...] = ("set_if", "set_at", "commit")
        assert [name for name in names if refusing.ability(name) is not None] == []
        assert bytes(do(filled.get(key))) == values[key]
        assert do(filled.get("new")) is None

    @ANY_TIME
    @given(value=st.binary(max_size=3000), cut=st.integers(0, 3000))
    def test_statement_104_any_bytes_in_any_buffer_read_back(
        self, store: Any, do: Driver, value: bytes, cut: int
    ) -> None:
        needs(can_write(store), "the store cannot be written")
        for given_value in (value, bytearray(value), memoryview(value), [value[:cut], bytearray(value[cut:])], [value]):
            do(store.set("a/b", given_value))
            assert bytes(do(store.get("a/b"))) == value
            do(store.delete("a/b"))
        do(store.set("a/b", []))
        assert bytes(do(store.get("a/b"))) == b""

    def test_buffer_may_change_after_it_was_written(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        buffer = bytearray(b"before")
        do(store.set("a", buffer))
        buffer[:] = b"after!"
        assert bytes(do(store.get("a"))) == b"before"

    def test_statement_105_deleting_what_is_not_there_is_harmless(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        do(store.delete("a/b"))
        do(store.set("a/b", b"1"))
        do(store.delete("a/b"))
        do(store.delete("a/b"))
        assert do(store.get("a/b")) is None
        if isinstance(store, ReadWriteListStore):
            do(store.delete_prefix("a/"))
            do(store.delete_prefix(""))

    def test_keys_are_any_unicode_and_case_matters(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        keys = ["a/zarr.json", "A/zarr.json", "größe/0", "日本/c/0", "a b/%41?#[*]~", "a/.zarray", "...a/..b/c..", "👍"]
        for key in keys:
            do(store.set(key, key.encode()))
        assert [bytes(do(store.get(key))).decode() for key in keys] == keys
        if isinstance(store, ReadListStore):
            assert sorted(do.all(store.list())) == sorted(keys)

    def test_set_partial_values_replaces_and_appends_but_leaves_no_gap(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        do(store.set("a", b"0123456789"))
        do(store.set_partial_values([("a", 2, b"xy"), ("b", 0, b"new"), ("a", 10, b"z")]))
        assert (bytes(do(store.get("a"))), bytes(do(store.get("b")))) == (b"01xy456789z", b"new")
        with pytest.raises(Truncated):
            do(store.set_partial_values([("a", 12, b"!")]))
        assert bytes(do(store.get("a"))) == b"01xy456789z"

    def test_renaming_what_is_not_there_says_so(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        with pytest.raises(FileNotFoundError):
            do(store.rename("a", "b"))
        assert do(store.get("b")) is None

    def test_what_one_handle_writes_the_other_reads(self, store: Any, twin: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        needs(twin is not None, "the fixture `twin` gives no second handle")
        do(store.set("a/b", b"one"))
        assert bytes(do(twin.get("a/b"))) == b"one"
        do(twin.set("a/b", b"two"))
        assert bytes(do(store.get("a/b"))) == b"two"
        do(twin.delete("a/b"))
        assert do(store.get("a/b")) is None
        twin.close()

    def test_statement_112_readers_see_the_old_value_or_the_new(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        old, new = b"o" * 200_000, b"n" * 300_000
        do(store.set("a/b", old))
        done = threading.Event()

        def write(do: Driver) -> None:
            try:
                for _ in range(10):
                    do(store.set("a/b", new))
                    do(store.set("a/b", old))
            finally:
                done.set()

        def read(do: Driver) -> None:
            while not done.is_set():
                value = do(store.get("a/b"))
                assert value is not None
                assert bytes(value) in (old, new)

        in_threads(store, [write, read, read])

    def test_threads_may_write_and_delete_neighbours(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")

        def work(number: int) -> Callable[[Driver], None]:
            def run(do: Driver) -> None:
                for turn in range(20):
                    key = f"deep/er/{turn % 3}/{number}"
                    do(store.set(key, b"%d" % turn))
                    assert bytes(do(store.get(key))) == b"%d" % turn
                    if turn % 4:
                        do(store.delete(key))
                do(store.set(f"last/{number}", b"%d" % number))

            return run

        in_threads(store, [work(number) for number in range(4)])
        assert [bytes(do(store.get(f"last/{number}"))) for number in range(4)] == [b"0", b"1", b"2", b"3"]

    def test_any_history_gives_what_a_dictionary_gives(self, store: Any, do: Driver) -> None:
        needs(can_write(store), "the store cannot be written")
        run_state_machine_as_test(
            lambda: StoreMachine(store, do, do.all),  # type: ignore[arg-type]
            settings=settings(ANY_TIME, stateful_step_count=25),
        )

"""Sources over stores: exact parts, few requests, one version, and what is remembered of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_core.abc.store import Buffer, Buffers, Range, Suffix
from zarr_core.engine.asynchronous import ASYNC
from zarr_core.engine.blocking import BLOCKING, METER
from zarr_core.engine.memo import MEMO, Memo
from zarr_core.engine.sources import Reader, StoreSource
from zarr_core.engine.step import step
from zarr_core.errors import Changed, Truncated
from zarr_core.indexing.ranges import merge
from zarr_core.storage.memory import MemoryStore


class Versioned(MemoryStore):
    """Counts requests; every write makes a version."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.requests: list[Any] = []

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        self.requests.append(byte_range)
        return await super().get(key, byte_range)

    async def get_ranges(self, key: str, ranges: Any) -> Buffers | None:
        self.requests.append(list(ranges))
        value = await super().get(key)
        return None if value is None else [part.of(value) for part in ranges]

    def ability(self, name: Any) -> Any:
        found = super().ability(name)
        if name != "get_versioned" or found is None:
            return found

        async def get_versioned(key: str, ranges: Any) -> Any:
            self.requests.append(ranges)
            return await found(key, ranges)

        return get_versioned


class Unversioned(Versioned):
    """Cannot tell versions."""

    def ability(self, name: Any) -> Any:
        return None


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    MEMO.reset()
    yield
    MEMO.reset()


@pytest.fixture(params=[Versioned, Unversioned])
def store(request: pytest.FixtureRequest) -> Versioned:
    return request.param({"a": b"0123456789"})


def source(store: Versioned, key: str = "a", *, gap: int = 0, pin: bool = False) -> StoreSource:
    reader = Reader(store, BLOCKING, pin=pin)
    reader.gap = gap
    return StoreSource(reader, key)


def write(store: Versioned, value: bytes | None, key: str = "a") -> None:
    """As another process does it: nobody here is told."""
    step(store.delete(key) if value is None else store.set(key, value))


# merging ranges

ranges = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda r: (r[0], r[0] + r[1])), max_size=12)


@given(ranges, st.integers(0, 25))
def test_merged_requests_hold_every_range_and_no_gap_that_is_too_wide(wanted, gap):
    value = bytes(range(100))
    requests, places = merge(wanted, gap)
    for (start, stop), (number, offset) in zip(wanted, places, strict=True):
        begin, end = requests[number]
        assert value[begin:end][offset : offset + stop - start] == value[start:stop]
        assert begin <= start <= stop <= end
    assert requests == sorted(requests)
    assert all(later[0] - earlier[1] > gap for earlier, later in pairwise(requests))
    borders = {border for wanted_range in wanted for border in wanted_range}
    needed = {byte for start, stop in wanted for byte in range(start, stop)}
    for begin, end in requests:
        for byte in range(begin, end - gap):  # nowhere more than `gap` bytes that nobody wants and no range divides
            skipped = range(byte, byte + gap + 1)
            assert needed.intersection(skipped) or borders.intersection(skipped[1:])


def test_merging_nothing_asks_nothing():
    assert merge([], 512) == ([], [])


# reading

parts = st.one_of(
    st.tuples(st.integers(0, 20), st.integers(0, 10)).map(lambda r: Range(r[0], r[0] + r[1])),
    st.integers(0, 30).map(Range),
    st.integers(0, 20).map(Suffix),
)


@given(st.binary(min_size=30, max_size=30), st.lists(parts, max_size=8), st.integers(0, 8), st.booleans())
def test_a_source_gives_exactly_what_is_asked_in_order(value, wanted, gap, versioned):
    store = (Versioned if versioned else Unversioned)({"a": value})
    given_back = step(source(store, gap=gap).read(wanted))
    assert [bytes(part) for part in given_back] == [bytes(part.of(value)) for part in wanted]


def test_ranges_that_are_near_are_read_in_one_request(store):
    values = step(source(store, gap=2).read([Range(8, 9), Range(0, 2), Range(4, 6), Range(1, 3)]))
    assert [bytes(value) for value in values] == [b"8", b"01", b"45", b"12"]
    assert len(store.requests) == 1
    asked = store.requests[0]
    assert asked == [Range(0, 9)] or asked == Range(0, 9)


def test_a_value_that_is_not_there_is_none(store):
    absent = source(store, "none")
    assert step(absent.value()) is None
    assert step(absent.read([Range(0, 1)])) is None
    assert step(absent.read([Range(0, 1), Range(5, 7)])) is None
    assert step(absent.read([Suffix(3)])) is None
    assert step(absent.read([])) is None


def test_no_ranges_ask_only_whether_the_value_is_there(store):
    assert step(source(store).read([])) == []


def test_an_empty_value_is_a_value(store):
    write(store, b"")
    assert bytes(step(source(store).value())) == b""
    assert [bytes(part) for part in step(source(store).read([Range(0, 0)]))] == [b""]


@pytest.mark.parametrize(
    "wanted", [[Range(8, 11)], [Range(0, 1), Range(9, 12)], [Suffix(11)], [Range(11)], [Range(0, 1), Suffix(20)]]
)
def test_a_part_that_the_value_does_not_hold_is_truncated(store, wanted):
    with pytest.raises(Truncated):
        step(source(store).read(wanted))


@pytest.mark.parametrize("wanted", [[Range(8, 11)], [Range(0, 1), Range(9, 12)], [Suffix(11)]])
@pytest.mark.parametrize("kind", [Versioned, Unversioned])
def test_a_store_that_answers_with_too_little_is_truncated(kind, wanted):
    class Short(kind):
        async def get(self, key: str, byte_range: Any = None) -> Buffer | None:
            return b"01234"[slice(*byte_range)] if isinstance(byte_range, Range) else b"01234"

        async def get_ranges(self, key: str, ranges: Any) -> Buffers | None:
            return [await self.get(key, part) for part in ranges]

        def ability(self, name: Any) -> Any:
            return self.get_versioned if kind is Versioned and name == "get_versioned" else None

        async def get_versioned(self, key: str, ranges: Any) -> Any:
            return await self.get_ranges(key, ranges), 1

    with pytest.raises(Truncated, match="'a'"):
        step(source(Short()).read(wanted))


# versions


def test_a_value_that_is_replaced_between_two_reads_is_changed():
    store = Versioned({"a": b"0123456789"})
    both = source(store)
    step(both.read([Range(0, 1)]))
    write(store, b"9876543210")
    for read in both.read([Range(1, 2)]), both.read([Range(1, 2), Range(5, 6)]), both.read([]), both.value():
        with pytest.raises(Changed, match="'a'"):
            step(read)


def test_a_value_that_is_deleted_between_two_reads_is_changed():
    store = Versioned({"a": b"0123456789"})
    both = source(store)
    step(both.read([Range(0, 1)]))
    write(store, None)
    for read in both.read([Range(1, 2)]), both.read([]), both.value():
        with pytest.raises(Changed):
            step(read)


def test_a_source_knows_the_version_it_has_seen():
    store = Versioned({"a": b"0123456789"})
    parts, whole, pinned = source(store), source(store), source(store, pin=True)
    assert parts.seen is None
    step(parts.read([Range(0, 1)]))
    step(whole.value())
    step(pinned.value())
    assert parts.seen == pinned.seen is not None
    assert whole.seen is None, "a plain read of the whole is cheaper without"
    absent = source(store, "none", pin=True)
    step(absent.value())
    assert absent.seen is None
    assert step(store.ability("set_if")("a", b"new", pinned.seen)) is not None
    assert step(store.ability("set_if")("a", b"newer", pinned.seen)) is None


# parts of a value as values


@given(st.data())
def test_a_part_of_a_value_is_a_value(data):
    value = bytes(range(50))
    inner: Any = source(Versioned({"a": value}))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(value)))
        stop = data.draw(st.integers(start, len(value)))
        inner, value = inner.sub(Range(start, stop)), value[start:stop]
    assert bytes(step(inner.value())) == value
    n = len(value)
    wanted = data.draw(
        st.lists(
            st.one_of(
                st.tuples(st.integers(0, n), st.integers(0, n)).map(lambda r: Range(min(r), max(r))),
                st.integers(0, n).map(Range),
                st.integers(0, n).map(Suffix),
            ),
            max_size=5,
        )
    )
    assert [bytes(part) for part in step(inner.read(wanted))] == [bytes(part.of(value)) for part in wanted]


@pytest.mark.parametrize("wanted", [Range(3, 6), Range(6), Range(0, 6), Suffix(6), Range(7, 8), Range(5, 6)])
def test_a_part_never_reaches_beyond_its_bounds(store, wanted):
    inner = source(store).sub(Range(2, 7))
    with pytest.raises(Truncated):
        step(inner.read([wanted]))
    if isinstance(wanted, Range):
        with pytest.raises(Truncated):
            step(inner.sub(Range(wanted.start, wanted.stop)).value())


def test_a_part_without_end_ends_where_the_value_ends(store):
    inner = source(store).sub(Range(6))
    assert bytes(step(inner.value())) == b"6789"
    assert [bytes(part) for part in step(inner.read([Range(1, 3), Range(2)]))] == [b"78", b"89"]


def test_parts_share_version_and_changes_with_the_value():
    store = Versioned({"a": b"0123456789"})
    outer = source(store)
    inner = outer.sub(Range(2, 6)).sub(Range(1, 3))
    assert bytes(step(inner.value())) == b"34"
    assert inner.seen == outer.seen is not None
    write(store, b"9876543210")
    with pytest.raises(Changed):
        step(inner.value())


def test_a_part_of_a_value_that_vanished_is_none(store):
    inner = source(store, "none").sub(Range(2, 6))
    assert step(inner.value()) is None
    assert step(inner.read([Range(0, 1), Range(2, 3)])) is None


def test_an_absent_part_reads_as_absent_whatever_is_asked(store):
    made = []

    async def make() -> tuple[str, int]:
        made.append(1)
        return "thing", 5

    for absent in source(store).sub(None), source(store).sub(Range(0, 5)).sub(None), source(store).sub(None).sub(None):
        assert step(absent.value()) is None
        assert step(absent.read([Range(0, 1)])) is None
        assert step(absent.sub(Range(0, 3)).value()) is None
        assert absent.runtime is BLOCKING
        assert step(absent.memo("index", make)) == "thing"
    assert store.requests == []
    assert len(made) == 3


# the memo of a source


def index_of(value: StoreSource, made: list[bytes] | None = None) -> bytes:
    """The first two bytes, as if they were an index."""

    async def make() -> tuple[bytes, int]:
        found = await value.read([Range(0, 2)])
        index = b"absent" if found is None else bytes(found[0])
        if made is not None:
            made.append(index)
        return index, 2

    return step(value.memo("index", make))


def test_what_was_made_is_remembered_by_all_handles_on_the_value(store):
    made: list[bytes] = []
    other = type(store)(store._values)
    assert [index_of(source(handle), made) for handle in (store, store, other)] == [b"01"] * 3
    assert made == [b"01"]


def test_what_was_made_is_remembered_by_name_and_part(store):
    async def make(name: str) -> tuple[str, int]:
        return name, 1

    outer = source(store)
    inner = outer.sub(Range(0, 5))
    for value, name, thing in [
        (outer, "x", "1"),
        (outer, "y", "2"),
        (inner, "x", "3"),
        (inner.sub(Range(1, 2)), "x", "4"),
    ]:
        step(outer.read([Range(0, 1)]))
        assert step(value.memo(name, lambda thing=thing: make(thing))) == thing
        assert step(value.memo(name, lambda: make("other"))) == thing


def test_what_another_process_wrote_is_found_out_by_the_next_read():
    store = Versioned({"a": b"0123456789"})
    index_of(source(store))
    write(store, b"9876543210")
    late = source(store)
    assert index_of(late) == b"01"  # remembered, and not yet compared
    with pytest.raises(Changed):
        step(late.read([Range(5, 6)]))
    assert index_of(source(store)) == b"98"  # the operation starts anew
    assert bytes(step(source(store).read([Range(5, 6)]))[0]) == b"4"


def test_a_source_that_saw_a_version_does_not_take_what_was_made_of_another():
    store = Versioned({"a": b"0123456789"})
    index_of(source(store))
    write(store, b"9876543210")
    late = source(store)
    step(late.read([Range(5, 6)]))
    assert index_of(late) == b"98"


def test_a_write_of_this_process_drops_what_was_made(store):
    index_of(source(store))
    write(store, b"9876543210")
    MEMO.drop(store.address("a"))
    assert index_of(source(store)) == b"98"


def test_what_is_made_while_the_value_is_written_is_not_remembered(store):
    """Read before the write, kept after the writer dropped it: without versions it would be wrong for good."""
    reading = source(store)

    async def make() -> tuple[bytes, int]:
        found = await reading.read([Range(0, 2)])
        write(store, b"9876543210")
        MEMO.drop(store.address("a"))
        return bytes(found[0]), 2

    assert step(reading.memo("index", make)) == b"01"
    assert index_of(source(store)) == b"98"


def test_that_a_value_is_absent_is_not_remembered_where_versions_would_tell_otherwise():
    store = Versioned({})
    assert index_of(source(store)) == b"absent"
    write(store, b"0123456789")
    assert index_of(source(store)) == b"01"


def test_what_was_made_of_a_read_without_version_is_not_remembered_where_there_are_versions():
    store = Versioned({"a": b"0123456789"})
    reading = source(store)

    async def make() -> tuple[bytes, int]:
        return bytes(await reading.value()), 10

    assert step(reading.memo("whole", make)) == b"0123456789"
    write(store, b"new")
    reading = source(store)
    assert step(reading.memo("whole", make)) == b"new"


def test_what_could_not_be_made_is_not_remembered(store):
    async def fail() -> tuple[bytes, int]:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        step(source(store).memo("index", fail))
    assert index_of(source(store)) == b"01"


# the memo alone


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["keep", "find", "drop"]),
            st.sampled_from("abc"),
            st.sampled_from("xy"),
            st.integers(1, 2),
            st.integers(0, 60),
        ),
        max_size=40,
    )
)
def test_the_memo_gives_what_was_kept_last_and_keeps_to_its_limit(steps):
    memo, model = Memo(limit=100), {}
    for number, (what, address, name, version, size) in enumerate(steps):
        if what == "keep":
            memo.keep(address, name, version, number, size, memo.mark(address))
            model = {k: v for k, v in model.items() if k[0] != address or v[0] == version}
            model[address, name] = (version, number)
        elif what == "drop":
            memo.drop(address)
            model = {k: v for k, v in model.items() if k[0] != address}
            assert memo.find(address, name) is None
        else:
            assert memo.find(address, name) in (None, model.get((address, name)))
        assert memo._size <= 100
        assert memo._size == sum(entry[2] for entry in memo._entries.values())


def test_the_memo_forgets_first_what_was_not_used_for_longest():
    memo = Memo(limit=30)
    for address in "abc":
        memo.keep(address, "index", 1, address, 10, memo.mark(address))
    memo.find("a", "index")
    memo.keep("d", "index", 1, "d", 10, memo.mark("d"))
    assert [memo.find(address, "index") for address in "abcd"] == [(1, "a"), None, (1, "c"), (1, "d")]


def test_what_is_larger_than_the_memo_is_not_kept():
    memo = Memo(limit=30)
    memo.keep("a", "index", 1, "a", 31, memo.mark("a"))
    assert memo.find("a", "index") is None


def test_the_memo_is_used_by_many_threads_at_once():
    memo, errors = Memo(limit=50), []

    def work(seed: int) -> None:
        try:
            for i in range(3000):
                address = (seed * i) % 7
                found = memo.find(address, "x")
                assert found is None or found[1] == address
                memo.keep(address, "x", 1, address, 10, memo.mark(address))
                if i % 5 == 0:
                    memo.drop(address)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=[seed]) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert memo._size == sum(entry[2] for entry in memo._entries.values()) <= 50


# readers


def test_many_values_are_read_in_one_request_where_the_store_can():
    class Many(MemoryStore):
        def ability(self, name: Any) -> Any:
            return self.get_many if name == "get_many" else None

        async def get_many(self, keys: Any) -> list[Any]:
            return ["many", *keys]

    assert step(Reader(Many(), BLOCKING).values(["a", "b"])) == ["many", "a", "b"]


def test_many_values_are_read_in_order_from_any_store(remote_store, slow_store):
    values = {str(i): b"%d" % i for i in range(0, 20, 2)}
    wanted = [values.get(str(i)) for i in range(20)]
    keys = [str(i) for i in range(20)]
    assert step(Reader(MemoryStore(dict(values)), BLOCKING).values(keys)) == wanted
    assert step(Reader(slow_store(values), BLOCKING).values(keys)) == wanted
    remote = remote_store(values, delay=0.002)
    assert asyncio.run(Reader(ASYNC.adapt(remote), ASYNC).values(keys)) == wanted
    assert remote.most > 10


def test_long_reads_of_a_store_that_waits_are_told_to_map(slow_store):
    before = METER.free
    assert step(Reader(slow_store({"a": b"1"}, delay=0.002), BLOCKING).get("a")) == b"1"
    assert METER.free - before >= 0.002
    before = METER.free
    step(Reader(MemoryStore({"a": b"1"}), BLOCKING).get("a"))
    assert METER.free == before

"""Wrappers: of the contract of what they wrap, and bypassed only when they allow it."""

from __future__ import annotations

import pickle
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, ClassVar

import pytest

from zarr_core.abc.store import (
    Buffer,
    Range,
    ReadListStore,
    ReadStore,
    ReadWriteListStore,
    ReadWriteStore,
    Store,
    Suffix,
    Value,
    join_buffers,
)
from zarr_core.engine.step import step, step_iter
from zarr_core.errors import ReadOnlyError, StoreError
from zarr_core.storage import MemoryStore, PrefixStore, ReadOnlyStore, WrapperStore
from zarr_core.testing.stores import SAMPLE, StoreTests


class OnlyReads(ReadStore):
    blocking = True
    waits = False

    def __init__(self, values: dict[str, bytes]) -> None:
        self.values = values

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        value = self.values.get(key)
        return value if value is None or byte_range is None else byte_range.of(value)


class ReadsAndWrites(OnlyReads, ReadWriteStore):
    async def set(self, key: str, value: Value) -> None:
        self.values[key] = bytes(join_buffers(value))

    async def delete(self, key: str) -> None:
        self.values.pop(key, None)


class ReadsAndLists(OnlyReads, ReadListStore):
    async def list(self) -> AsyncIterator[str]:
        for key in self.values:
            yield key


class Inverted(WrapperStore):
    """Changes values: every bit is stored the other way round."""

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        value = await self.store.get(key, byte_range)
        return None if value is None else invert(value)

    async def set(self, key: str, value: Value) -> None:
        await self.store.set(key, invert(join_buffers(value)))


def invert(value: Buffer) -> bytes:
    return bytes(byte ^ 255 for byte in value)


class Counted(WrapperStore):
    """Changes nothing, and says so; has state of its own and a second argument."""

    transparent: ClassVar[bool] = True

    def __init__(self, store: Store, label: str = "") -> None:
        super().__init__(store)
        self.label, self.count = label, 0

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        self.count += 1
        return await self.store.get(key, byte_range)  # type: ignore[no-any-return]


class TestPlainWrapper(StoreTests):
    @pytest.fixture
    def inner(self) -> MemoryStore:
        return MemoryStore()

    @pytest.fixture
    def store(self, inner: MemoryStore) -> WrapperStore:
        return WrapperStore(inner)

    @pytest.fixture
    def twin(self, inner: MemoryStore) -> WrapperStore:
        return WrapperStore(inner)


class TestTransparentWrapper(TestPlainWrapper):
    @pytest.fixture
    def store(self, inner: MemoryStore) -> Counted:
        return Counted(inner)


class TestWrapperThatChangesValues(StoreTests):
    @pytest.fixture
    def store(self) -> Inverted:
        return Inverted(MemoryStore())


class TestWrapperThatChangesKeys(StoreTests):
    @pytest.fixture
    def inner(self) -> MemoryStore:
        return MemoryStore({"outside/zarr.json": b"{}", "in": b"1", "in/sidezz": b"2"})

    @pytest.fixture
    def store(self, inner: MemoryStore) -> PrefixStore:
        return PrefixStore(inner, "in/side")

    @pytest.fixture
    def twin(self, inner: MemoryStore) -> PrefixStore:
        return PrefixStore(PrefixStore(inner, "in"), "side/")


class TestReadOnlyView(StoreTests):
    @pytest.fixture
    def store(self) -> ReadOnlyStore:
        return ReadOnlyStore(MemoryStore(dict(SAMPLE)))


class TestWrapperOfAStoreThatOnlyReads(StoreTests):
    @pytest.fixture
    def store(self) -> Counted:
        return Counted(OnlyReads(dict(SAMPLE)))


class TestWrapperOfAStoreThatCannotList(StoreTests):
    @pytest.fixture
    def store(self) -> WrapperStore:
        return WrapperStore(ReadsAndWrites({}))


CONTRACTS = (ReadStore, ReadWriteStore, ReadListStore, ReadWriteListStore)
MAKERS: Sequence[Callable[[Any], Store]] = (
    WrapperStore,
    Counted,
    Inverted,
    ReadOnlyStore,
    lambda store: PrefixStore(store, "a"),
    lambda store: Counted(Inverted(store)),
)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("kind", [OnlyReads, ReadsAndWrites, ReadsAndLists, MemoryStore])
def test_wrapper_is_of_the_contract_of_what_it_wraps(make: Callable[[Store], Store], kind: Any) -> None:
    store = kind({})
    wrapper = make(store)
    for contract in CONTRACTS:
        assert isinstance(wrapper, contract) == isinstance(store, contract)
    assert (wrapper.blocking, wrapper.waits, wrapper.gap) == (store.blocking, store.waits, store.gap)
    again = pickle.loads(pickle.dumps(wrapper))
    assert type(again) is type(wrapper)


def test_classes_are_composed_once_and_look_as_written() -> None:
    first, second = Counted(MemoryStore()), Counted(MemoryStore())
    assert type(first) is type(second)
    assert isinstance(first, Counted)
    assert (type(first).__name__, type(first).__module__) == ("Counted", Counted.__module__)
    assert type(type(first)(OnlyReads({}))) is Counted


def test_wrapper_that_does_not_say_it_is_transparent_answers_no_ability_and_is_not_passed_by() -> None:
    inner = MemoryStore()
    wrapper: Any = Inverted(inner)
    step(wrapper.set("a", b"\x00\x0f"))
    assert step(inner.get("a")) == b"\xff\xf0"
    assert [name for name in ("get_versioned", "set_if", "commit", "get_into") if wrapper.ability(name)] == []
    assert step(wrapper.get_ranges("a", [Range(1, 2), Suffix(1)])) == [b"\x0f", b"\x0f"]
    step(wrapper.set_partial_values([("a", 0, b"\x01")]))
    assert step(inner.get("a")) == b"\xfe\xf0"


def test_ability_of_a_wrapper_that_changes_keys_sees_changed_keys() -> None:
    values: dict[str, bytes] = {}
    wrapper = PrefixStore(MemoryStore(values), "in")
    ability: Any = wrapper.ability
    step(ability("commit")({"a": b"1", "b": b"2"}))
    assert values == {"in/a": b"1", "in/b": b"2"}
    _, version = step(ability("get_versioned")("a", None))
    assert step(ability("set_if")("a", b"3", version)) is not None
    assert values["in/a"] == b"3"
    assert ability("get_into") is None


def test_keys_of_a_part_of_a_store_cannot_leave_it() -> None:
    wrapper: Any = PrefixStore(MemoryStore({"secret": b"1", "in/a": b"2"}), "in")
    for call in (wrapper.get("../secret"), wrapper.set("../secret", b"2"), wrapper.delete("a/../../secret")):
        with pytest.raises(StoreError):
            step(call)
    with pytest.raises(StoreError):
        PrefixStore(MemoryStore(), "../out")


def test_adapting_rebuilds_every_layer_and_keeps_its_state() -> None:
    class Waiting(WrapperStore):
        waits = True

    inner = MemoryStore()
    wrapper = Counted(PrefixStore(inner, "in"), "mine")
    wrapper.count = 7
    adapted = wrapper.adapt(Waiting)
    assert isinstance(adapted, Counted)
    assert isinstance(adapted, ReadWriteListStore)
    assert (adapted.label, adapted.count) == ("mine", 7)
    assert adapted.waits
    assert not wrapper.waits
    assert isinstance(adapted.store, PrefixStore)
    assert isinstance(adapted.store.store, Waiting)
    assert wrapper.adapt(lambda part: part) is wrapper


def test_pickled_wrapper_keeps_its_arguments_and_equal_wrappers_are_equal() -> None:
    inner = MemoryStore()
    again = pickle.loads(pickle.dumps(Counted(inner, "mine")))
    assert (again.label, again.count) == ("mine", 0)
    assert Counted(inner, "a") == Counted(inner, "a")
    assert Counted(inner, "a") != Counted(inner, "b")
    assert len({Counted(inner), Counted(inner)}) == 1


def test_read_only_view_refuses_and_the_store_behind_it_does_not() -> None:
    inner = MemoryStore({"a": b"1"})
    view: Any = ReadOnlyStore(inner)
    assert view.read_only
    with pytest.raises(ReadOnlyError):
        step(view.set("a", b"2"))
    step(inner.set("a", b"2"))
    assert step(view.get("a")) == b"2"
    assert view.address("a") == inner.address("a")


def test_wrapper_may_hide_keys_in_its_list_alone() -> None:
    class Hiding(WrapperStore):
        async def list(self) -> AsyncIterator[str]:
            async for key in self.store.list():
                if "secret" not in key:
                    yield key

    wrapper: Any = Hiding(MemoryStore({"a/secret": b"1", "a/b": b"2", "secret/c": b"3"}))
    assert list(step_iter(wrapper.list_prefix("a/"))) == ["a/b"]
    assert list(step_iter(wrapper.list_dir(""))) == ["a/"]

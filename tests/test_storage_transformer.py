"""Storage transformers of a plugin: one that changes values and one that changes keys, in a chain, under real arrays.

Registered at run time, as an installed plugin would be by its entry point.
"""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest
from pydantic import Field

import zarr_core as zarr
from tests.support.stores import SuspendingStore
from zarr_core import asynchronous
from zarr_core.abc.storage_transformer import StorageTransformer
from zarr_core.abc.store import Buffer, Range, Store, Suffix, Value, join_buffers
from zarr_core.errors import ChunkError, MetadataError, PluginNotInstalledError, ReadOnlyError, StoreError
from zarr_core.plugins import storage_transformers
from zarr_core.storage import LocalStore, MemoryStore, WrapperStore
from zarr_core.testing import StorageTransformerTests


class _Backwards(WrapperStore):
    """Values with their bytes in reverse."""

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        value = await self.store.get(key)
        if value is None:
            return None
        value = bytes(value)[::-1]
        return value if byte_range is None else byte_range.of(value)

    async def set(self, key: str, value: Value) -> None:
        await self.store.set(key, bytes(join_buffers(value))[::-1])


@dataclass(frozen=True)
class Backwards(StorageTransformer):
    """Reverses the bytes of each value."""

    name: ClassVar[str] = "acme.backwards"

    def view(self, store: Store, prefix: str) -> Store:
        return _Backwards(store)


class _Drawer(WrapperStore):
    """Keys below the array in a drawer of their own."""

    transparent = True

    def __init__(self, store: Store, prefix: str, drawer: str) -> None:
        super().__init__(store)
        self.here, self.there = prefix, f"{prefix}{drawer}/"

    def key(self, key: str) -> str:
        return self.there + key.removeprefix(self.here)

    def unkey(self, key: str) -> str | None:
        return self.here + key.removeprefix(self.there) if key.startswith(self.there) else None

    async def list(self) -> AsyncIterator[str]:
        async with aclosing(self.store.list_prefix(self.there)) as keys:
            async for key in keys:
                yield self.here + key.removeprefix(self.there)


@dataclass(frozen=True)
class Drawer(StorageTransformer):
    """Puts the chunks of the array under `drawer`."""

    name: ClassVar[str] = "acme.drawer"
    required: ClassVar[frozenset[str]] = frozenset({"drawer"})
    drawer: Annotated[str, Field(min_length=1)] = "d"

    def __post_init__(self) -> None:
        self.check_fields()

    def view(self, store: Store, prefix: str) -> Store:
        return _Drawer(store, prefix, self.drawer)


CHAINS: dict[str, list[StorageTransformer]] = {
    "values": [Backwards()],
    "keys": [Drawer("data")],
    "values, then keys": [Backwards(), Drawer("data")],
    "keys, then values": [Drawer("data"), Backwards()],
    "keys twice": [Drawer("inner"), Drawer("outer")],
    "values twice": [Backwards(), Backwards()],
}
VALUES = np.arange(1, 401, dtype="i4").reshape(20, 20)


@pytest.fixture(autouse=True)
def _installed() -> Iterator[None]:
    with ExitStack() as registrations:
        for transformer in (Backwards, Drawer):
            registrations.enter_context(storage_transformers.register(transformer.name, transformer))
        yield


@pytest.fixture(params=["memory", "local", "suspending"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return {"memory": MemoryStore, "suspending": SuspendingStore}.get(request.param, lambda: LocalStore(tmp_path))()


@pytest.fixture(params=CHAINS)
def transformers(request: pytest.FixtureRequest) -> list[StorageTransformer]:
    return CHAINS[request.param]


LAYOUTS: dict[str, dict[str, Any]] = {
    "raw": {"chunks": (8, 8), "compressors": None},
    "zstd": {"chunks": (8, 8)},
    "shards": {"chunks": (4, 4), "shards": (8, 8)},
}


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> dict[str, Any]:
    return LAYOUTS[request.param]


def _keys(store: Any) -> set[str]:
    async def listed() -> set[str]:
        return {key async for key in store.list()}

    return asyncio.run(listed())


class TestBackwards(StorageTransformerTests):
    @pytest.fixture
    def transformer(self) -> Backwards:
        return Backwards()


class TestDrawer(StorageTransformerTests):
    @pytest.fixture
    def transformer(self) -> Drawer:
        return Drawer("data")


def test_an_array_reads_back_through_the_chain(store: Any, transformers: Any, layout: dict[str, Any]) -> None:
    array = zarr.create_array(store, name="run/a", data=VALUES, storage_transformers=transformers, **layout)
    expected = VALUES.copy()
    for handle in (array, zarr.open_array(store, path="run/a"), pickle.loads(pickle.dumps(array))):
        np.testing.assert_array_equal(handle[...], expected)
        np.testing.assert_array_equal(handle[3:17:2, ::-3], expected[3:17:2, ::-3])
        assert handle[19, 19] == 400
    again = zarr.open_array(store, path="run/a")
    again[5:11, 2:] = expected[5:11, 2:] = 7
    again.vindex[[0, 19], [3, 4]] = expected[[0, 19], [3, 4]] = -1
    np.testing.assert_array_equal(array[...], expected)
    np.testing.assert_array_equal(array.oindex[[10, 3], [2, 1, 19]], expected[np.ix_([10, 3], [2, 1, 19])])


def test_resize_append_and_erase_go_through_the_chain(store: Any, transformers: Any, layout: dict[str, Any]) -> None:
    array = zarr.create_array(store, name="run/a", data=VALUES, storage_transformers=transformers, **layout)
    array.resize((6, 20))
    array.resize((20, 20))
    expected = np.zeros_like(VALUES)
    expected[:6] = VALUES[:6]
    np.testing.assert_array_equal(array[...], expected)
    assert array.append(VALUES[:2]) == (22, 20)
    np.testing.assert_array_equal(zarr.open_array(store, path="run/a")[...], np.concatenate([expected, VALUES[:2]]))
    array[...] = 0
    assert _keys(store) == {"zarr.json", "run/zarr.json", "run/a/zarr.json"}


def test_documents_do_not_pass_through(store: Any, transformers: Any) -> None:
    array = zarr.create_array(store, name="run/a", data=VALUES, storage_transformers=transformers, attributes={"a": 1})
    array.attrs["b"] = 2
    document = json.loads(bytes(asyncio.run(store.get("run/a/zarr.json"))))
    assert [entry["name"] for entry in document["storage_transformers"]] == [t.name for t in transformers]
    assert document["attributes"] == {"a": 1, "b": 2}
    assert zarr.open_array(store, path="run/a").metadata.storage_transformers == tuple(transformers)
    assert list(zarr.open_group(store, path="run")) == ["a"]


def test_the_array_talks_to_the_first_and_the_last_talks_to_the_store(store: Any) -> None:
    keywords: dict[str, Any] = {"data": np.arange(1, 3, dtype="u1"), "chunks": 2, "compressors": None}
    zarr.create_array(store, name="a", storage_transformers=[Drawer("inner"), Drawer("outer")], **keywords)
    assert "a/outer/inner/c/0" in _keys(store)
    zarr.create_array(store, name="b", storage_transformers=[Backwards(), Drawer("outer")], **keywords)
    assert bytes(asyncio.run(store.get("b/outer/c/0"))) == b"\x02\x01"


def test_chunks_are_counted_through_the_chain(store: Any, transformers: Any) -> None:
    array = zarr.create_array(store, name="run/a", data=VALUES, chunks=(8, 8), storage_transformers=transformers)
    assert array.nchunks_initialized == 9
    array[:8, :8] = 0
    assert array.nchunks_initialized == 8


def test_two_handles_meet_in_one_lock_whatever_the_chain(store: Any, transformers: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    zarr.create_array(store, name="a", shape=64, dtype="i4", chunks=64, storage_transformers=transformers)

    def write(at: int) -> None:
        zarr.open_array(store, path="a")[at] = at + 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(64)))
    np.testing.assert_array_equal(zarr.open_array(store, path="a")[...], np.arange(1, 65))


def test_tasks_read_and_write_through_the_chain(store: Any, transformers: Any, layout: dict[str, Any]) -> None:
    async def work() -> Any:
        array = await asynchronous.create_array(
            store, name="run/a", data=VALUES, storage_transformers=transformers, **layout
        )
        await asyncio.gather(*(array.setitem((slice(row, row + 1),), row) for row in range(10)))
        return await (await asynchronous.open_array(store, path="run/a")).getitem(...)

    expected = VALUES.copy()
    expected[:10] = np.arange(10)[:, None]
    np.testing.assert_array_equal(asyncio.run(work()), expected)


def test_damage_is_told_with_array_chunk_and_key(store: Any, transformers: Any, layout: dict[str, Any]) -> None:
    array = zarr.create_array(store, name="run/a", data=VALUES, storage_transformers=transformers, **layout)
    (key,) = (key for key in _keys(store) if key.endswith("c/1/2"))
    asyncio.run(store.set(key, b"\x01\x02\x03"))
    with pytest.raises(ChunkError) as caught:
        array[...]
    assert (caught.value.array, caught.value.chunk, caught.value.key) == ("run/a", (1, 2), "run/a/c/1/2")


def test_a_read_only_store_refuses_through_the_chain(tmp_path: Path, transformers: Any) -> None:
    zarr.create_array(tmp_path, name="a", data=VALUES, storage_transformers=transformers)
    array = zarr.open_array(tmp_path, path="a", mode="r")
    np.testing.assert_array_equal(array[...], VALUES)
    for change in (lambda: array.__setitem__(..., 0), lambda: array.resize((1, 1)), lambda: array.append(VALUES)):
        with pytest.raises(ReadOnlyError):
            change()


def test_copies_and_moves_take_the_chain_along(store: Any, transformers: Any, layout: dict[str, Any]) -> None:
    zarr.create_array(store, name="run/a", data=VALUES, storage_transformers=transformers, **layout)
    root: Any = zarr.open_group(store)
    zarr.copy(root["run/a"], root, name="b")
    root.move("run/a", "c/d")
    for path in ("b", "c/d"):
        np.testing.assert_array_equal(root[path][...], VALUES)
    other = zarr.from_array(data=root["b"])
    np.testing.assert_array_equal(other[...], VALUES)


@pytest.mark.parametrize("must_understand", [True, False])
def test_statement_35_an_unknown_transformer_is_an_error_unless_it_may_be_ignored(must_understand: bool) -> None:
    values: dict[str, bytes] = {}
    zarr.create_array(values, data=VALUES, compressors=None)
    document = json.loads(values["zarr.json"])
    document["storage_transformers"] = [{"name": "nobody.knows", "must_understand": must_understand}]
    values["zarr.json"] = json.dumps(document).encode()
    if must_understand:
        with pytest.raises(PluginNotInstalledError, match=r"storage transformer 'nobody\.knows'"):
            zarr.open_array(values)
        return
    array = zarr.open_array(values)
    np.testing.assert_array_equal(array[...], VALUES)
    with pytest.raises(StoreError, match=r"nobody\.knows"):  # statement 50
        array[0] = 1


def test_a_configuration_that_does_not_fit_is_refused() -> None:
    values: dict[str, bytes] = {}
    zarr.create_array(values, data=VALUES, storage_transformers=[Drawer("x")])
    document = json.loads(values["zarr.json"])
    for configuration in ({}, {"drawer": 3}, {"drawer": ""}, {"drawer": "x", "more": 1}):
        document["storage_transformers"] = [{"name": "acme.drawer", "configuration": configuration}]
        values["zarr.json"] = json.dumps(document).encode()
        with pytest.raises(MetadataError, match=r"acme\.drawer"):
            zarr.open_array(values)


def test_a_transformer_that_is_gone_is_named() -> None:
    values: dict[str, bytes] = {}

    class Gone(Backwards):
        name: ClassVar[str] = "acme.gone"

    with storage_transformers.register("acme.gone", Gone):
        zarr.create_array(values, data=VALUES, storage_transformers=[Gone()])
        np.testing.assert_array_equal(zarr.open_array(values)[...], VALUES)
    with pytest.raises(PluginNotInstalledError, match=r"acme\.gone"):
        zarr.open_array(values)

"""Whatever users hold pickles, travels to other processes by spawn and by fork, and works there."""

from __future__ import annotations

import copy
import multiprocessing
import operator
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

import zarr_core as zarr
from tests.support.chains import CHAINS, codecs, keywords
from zarr_core import errors
from zarr_core.plugins import codecs as codec_registry
from zarr_core.plugins import data_types, storage_transformers, v2_codecs
from zarr_core.storage import LocalStore, MemoryStore, PrefixStore, ReadOnlyStore
from zarr_stores.fsspec import FsspecStore
from zarr_stores.zip import ZipStore

VALUES = np.arange(120).reshape(10, 12)
PROTOCOLS = [2, pickle.HIGHEST_PROTOCOL]


def _again(thing: Any, protocol: int = pickle.HIGHEST_PROTOCOL) -> Any:
    return pickle.loads(pickle.dumps(thing, protocol))


def _zip(path: Path) -> ZipStore:
    with ZipStore(path / "a.zip", mode="w") as store:
        zarr.create_array(store, data=VALUES, chunks=5)
    return ZipStore(path / "a.zip", mode="r")


STORES = {
    "memory": lambda path: MemoryStore(),
    "local": lambda path: LocalStore(path / "a"),
    "local, read-only": lambda path: LocalStore(path / "a", read_only=True, fsync=True),
    "read-only": lambda path: ReadOnlyStore(LocalStore(path / "a")),
    "prefix": lambda path: PrefixStore(LocalStore(path / "a"), "b/c"),
    "fsspec": lambda path: FsspecStore(fsspec.filesystem("file"), str(path / "a")),
    "fsspec, memory": lambda path: FsspecStore(fsspec.filesystem("memory"), "/pickling"),
    "zip": _zip,
}


@pytest.mark.parametrize("name", STORES)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_stores_pickle(name: str, protocol: int, tmp_path: Path) -> None:
    store = STORES[name](tmp_path)
    again = _again(store, protocol)
    assert type(again) is type(store)
    assert (again.read_only, again.blocking, again.waits) == (store.read_only, store.blocking, store.waits)
    if name != "memory":  # a pickle of a memory store is another container
        assert again == store
        assert again.address("k") == store.address("k")
    assert repr(again) == repr(store)
    store.close()
    again.close()


@pytest.mark.parametrize("chain", CHAINS)
def test_arrays_of_every_chain_pickle_with_their_metadata(chain: str) -> None:
    array = zarr.create_array(data=VALUES, chunks=(8, 8), **keywords(codecs(chain, (8, 8))), attributes={"a": 1})
    array[3]  # with bound codecs, a memo and whatever else
    for again in (_again(array), copy.deepcopy(array), copy.copy(array)):
        np.testing.assert_array_equal(again[...], VALUES)
        assert again.metadata == array.metadata
        assert dict(again.attrs) == {"a": 1}
        assert again.filters == array.filters
        assert again.serializer == array.serializer
        assert again.compressors == array.compressors
    for codec in array.metadata.codecs:
        assert _again(codec) == codec
        assert hash(_again(codec)) == hash(codec)


def test_options_mode_and_position_travel(tmp_path: Path) -> None:
    root = zarr.create_group(tmp_path / "a.zarr", attributes={"a": 1})
    root.create_array("run/t", data=VALUES, chunks=5)
    array = zarr.open_array(
        tmp_path / "a.zarr", path="run/t", mode="r", config={"order": "F", "missing_chunk": "error"}
    )
    again = _again(array)
    assert again == array
    assert (again.path, again.read_only, again.order, again.config) == ("run/t", True, "F", array.config)
    assert again[...].flags.f_contiguous
    group = _again(zarr.open_group(tmp_path / "a.zarr", path="run", mode="r"))
    assert group.read_only
    assert [name for name, _ in group.arrays()] == ["t"]
    for node in (array.async_array, root.async_group, root, root["run"], zarr.Array(shape=3, dtype="i4")):
        assert type(_again(node)) is type(node)


def test_a_pickled_array_is_small_and_opens_without_a_request(tmp_path: Path) -> None:
    array = zarr.create_array(tmp_path / "a.zarr", shape=(10**6, 10**6), chunks=1000, dtype="f4")
    pickled = pickle.dumps(array)
    assert len(pickled) < 4096
    (tmp_path / "a.zarr" / "zarr.json").unlink()
    assert pickle.loads(pickled)[5, 5] == 0


def test_a_consolidated_group_takes_its_members_along(tmp_path: Path) -> None:
    root = zarr.create_group(tmp_path / "a.zarr")
    root.create_array("t", data=VALUES)
    group = _again(zarr.consolidate_metadata(tmp_path / "a.zarr"))
    assert group.metadata.consolidated is not None
    np.testing.assert_array_equal(group["t"][...], VALUES)


ERRORS = [
    errors.ArrayNotFoundError("no array at path 'a'"),
    errors.GroupNotFoundError("no group at path 'a'"),
    errors.ContainsArrayError("an array is stored at path 'a'"),
    errors.ContainsGroupError("a group is stored at path 'a'"),
    errors.MetadataError("shape", document="a/zarr.json", member="shape"),
    errors.CodecError("codec 'gzip' found damaged data", codec="gzip"),
    errors.ChunkError("chunk (1, 2) of array 'a'", array="a", chunk=(1, 2), key="a/c/1/2", codec="gzip"),
    errors.MissingChunkError("chunk (1, 2) is not stored", array="a", chunk=(1, 2), key="a/c/1/2"),
    errors.SelectionError("index 3 is out of bounds"),
    errors.ReadOnlyError("cannot write"),
    errors.UnsupportedByStoreError("cannot list"),
    errors.StoreSuspendedError("it suspended"),
    errors.PluginNotInstalledError("codec 'zstd'", kind="codec", name="zstd"),
    errors.PluginBrokenError("codec 'zstd'", kind="codec", name="zstd"),
    errors.PluginConflictError("codec 'zstd'", kind="codec", name="zstd"),
    errors.Changed("replaced"),
    errors.Truncated("too short"),
    errors.OperationCancelledError("cancelled"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_errors_pickle_with_their_facts(error: Exception, protocol: int) -> None:
    error.add_note("a note")
    again = _again(error, protocol)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.args == error.args
    assert again.__dict__ == error.__dict__
    assert isinstance(again, errors.ZarrError)


def test_no_kind_of_error_is_forgotten_here() -> None:
    known = {getattr(errors, name) for name in errors.__all__}
    bases = {
        errors.ZarrError,
        errors.NodeNotFoundError,
        errors.ContainsNodeError,
        errors.StoreError,
        errors.PluginError,
    }
    assert known - bases == {type(error) for error in ERRORS}


def test_errors_as_they_are_raised_pickle(tmp_path: Path) -> None:
    array = zarr.create_array(tmp_path, name="a", data=VALUES, chunks=5)
    (tmp_path / "a" / "c" / "0" / "1").write_bytes(b"x")
    for call in (
        lambda: array[...],
        lambda: array[99],
        lambda: zarr.open_array(tmp_path, path="b"),
        lambda: zarr.create_array(tmp_path, name="a", shape=3),
        lambda: zarr.create_array(shape=3, dtype="nonsense"),
        lambda: zarr.create_array(shape=3, dtype="i4", fill_value="x"),
        lambda: zarr.open_array(tmp_path, path="a", mode="r").resize(3),
    ):
        with pytest.raises(errors.ZarrError) as caught:
            call()
        again = _again(caught.value)
        assert (type(again), str(again), again.__dict__) == (
            type(caught.value),
            str(caught.value),
            caught.value.__dict__,
        )


@pytest.mark.parametrize(
    "registry", [codec_registry, data_types, v2_codecs, storage_transformers], ids=lambda r: r.kind
)
def test_the_classes_of_all_plugins_pickle_by_name(registry: Any) -> None:
    installed = [entry.name for entry in registry.entries() if entry.state != "run time" and "*" not in entry.name]
    for name in installed:
        plugin = registry.get(name)
        assert _again(plugin) is plugin


# other processes


@pytest.fixture(params=["spawn", "fork", "forkserver"])
def pool(request: pytest.FixtureRequest) -> Iterator[ProcessPoolExecutor]:
    if request.param not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {request.param}")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(request.param)) as pool:
        yield pool


pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@pytest.mark.parametrize("layout", [{"chunks": 4}, {"chunks": 2, "shards": 4}, {"chunks": 4, "zarr_format": 2}])
def test_other_processes_read_and_write_an_array(pool: ProcessPoolExecutor, layout: Any, tmp_path: Path) -> None:
    values = np.arange(64 * 8).reshape(64, 8)
    array = zarr.create_array(tmp_path / "a.zarr", data=values, **layout)
    array[...]  # threads, locks and memo are in use before the fork
    rows = [pool.submit(operator.getitem, array, slice(start, start + 4)) for start in range(0, 64, 4)]
    np.testing.assert_array_equal(np.concatenate([row.result() for row in rows]), values)
    np.testing.assert_array_equal(pool.submit(np.asarray, array).result(), values)
    assign: Any = operator.setitem
    writes = [pool.submit(assign, array, slice(start, start + 4), start) for start in range(0, 64, 4)]
    for write in writes:
        write.result()
    np.testing.assert_array_equal(array[:, 0], np.arange(64) // 4 * 4)
    np.testing.assert_array_equal(array[...], np.broadcast_to((np.arange(64) // 4 * 4)[:, None], (64, 8)))


def test_other_processes_tell_their_errors(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    array = zarr.create_array(tmp_path / "a.zarr", data=VALUES, chunks=5)
    (tmp_path / "a.zarr" / "c" / "0" / "1").write_bytes(b"x")
    with pytest.raises(errors.ChunkError) as caught:
        pool.submit(np.asarray, array).result()
    assert (caught.value.chunk, caught.value.key) == ((0, 1), "c/0/1")


def test_other_processes_use_groups_and_async_stores(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    store = FsspecStore(fsspec.filesystem("file"), str(tmp_path / "a.zarr"))
    root = zarr.create_group(store)
    root.create_array("t", data=VALUES, chunks=5)
    assert [*pool.submit(dict, root).result()] == ["t"]
    np.testing.assert_array_equal(pool.submit(np.asarray, root["t"]).result(), VALUES)

"""The local store: the author's kit, and what only files have."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from zarr_core.abc.store import Range
from zarr_core.config import config
from zarr_core.engine.step import step, step_iter
from zarr_core.errors import ReadOnlyError, StoreError
from zarr_core.storage import LocalStore, files
from zarr_core.testing.stores import SAMPLE, StoreTests


class TestLocalStore(StoreTests):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "data.zarr")

    @pytest.fixture
    def twin(self, tmp_path: Path) -> LocalStore:
        (tmp_path / "link").symlink_to(tmp_path / "data.zarr")
        return LocalStore(tmp_path / "link")


class TestLocalStoreWithFsync(StoreTests):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "not" / "there" / "yet", fsync=True)


class TestReadOnlyLocalStore(StoreTests):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        for key, value in SAMPLE.items():
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(value)
        return LocalStore(tmp_path, read_only=True)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "data.zarr")


def ability(store: LocalStore, name: Any) -> Any:
    found = store.ability(name)
    assert found is not None
    return found


def everything(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def test_statement_111_key_is_a_file_under_the_root_and_directories_are_made(store: LocalStore) -> None:
    assert not store.root.exists()
    step(store.set("a/b", b"1"))
    assert (store.root / "a" / "b").read_bytes() == b"1"


BAD_KEYS = [
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "../a",
    "a/..",
    "a/../b",
    "a/./b",
    "./a",
    "a\0b",
    "a/\ud800",
    "../..",
]


@pytest.mark.parametrize("key", BAD_KEYS, ids=ascii)
def test_statement_113_keys_that_are_none_are_refused_by_every_method(store: LocalStore, key: str) -> None:
    outside = store.root.parent / "a"
    outside.write_bytes(b"secret")
    step(store.set("a", b"1"))
    get_into, get_versioned, set_at = (ability(store, name) for name in ("get_into", "get_versioned", "set_at"))
    calls: list[Any] = [store.get(key), store.get(key, Range(0, 1)), store.get_ranges(key, []), store.exists(key)]
    calls += [store.getsize(key), get_into(key, bytearray(9)), get_versioned(key, None)]
    calls += [store.set(key, b"2"), store.delete(key), set_at(key, 0, b"2"), store.rename("a", key)]
    for call in calls:
        with pytest.raises(StoreError):
            step(call)
    for prefix in ("../", "/", "a/../../", "a/../"):
        for iterator in (store.list_prefix(prefix), store.list_dir(prefix)):
            with pytest.raises(StoreError):
                list(step_iter(iterator))
        with pytest.raises(StoreError):
            step(store.delete_prefix(prefix))
    assert outside.read_bytes() == b"secret"
    assert everything(store.root.parent) == ["a", "data.zarr", "data.zarr/a"]


def test_directory_where_a_value_should_be_is_an_error_that_names_key_and_path(store: LocalStore) -> None:
    step(store.set("a/b", b"1"))
    get_into, get_versioned = ability(store, "get_into"), ability(store, "get_versioned")
    (store.root / "empty").mkdir()
    for key in ("a", "empty"):
        for call in (
            store.get(key),
            store.get(key, Range(0, 1)),
            store.exists(key),
            store.getsize(key),
            get_into(key, bytearray(1 << 16)),
            get_versioned(key, None),
            store.delete(key),
            store.set(key, b"2"),
        ):
            with pytest.raises(OSError) as caught:
                step(call)
            assert caught.value.errno in (errno.EISDIR, errno.EPERM)
            assert repr(key) in str(caught.value)
            assert str(store.root / key) in str(caught.value)
    assert everything(store.root) == ["a", "a/b", "empty"]


def test_key_below_a_value_is_absent_and_cannot_be_written(store: LocalStore) -> None:
    step(store.set("a", b"1"))
    assert step(store.get("a/b")) is None
    assert not step(store.exists("a/b"))
    step(store.delete("a/b"))
    assert list(step_iter(store.list_prefix("a/"))) == []
    with pytest.raises(NotADirectoryError):
        step(store.set("a/b", b"2"))


def test_read_that_fails_is_an_error_that_names_key_and_path_and_not_absence(store: LocalStore) -> None:
    store.root.mkdir()
    (store.root / "circle").symlink_to("circle")
    for key, kind in (("circle", errno.ELOOP), ("x" * 300, errno.ENAMETOOLONG)):
        for call in (store.get(key), store.exists(key), ability(store, "get_versioned")(key, [])):
            with pytest.raises(OSError, match="cannot read key") as caught:
                step(call)
            assert caught.value.errno == kind
            assert repr(key) in str(caught.value)
            assert str(store.root / key) in str(caught.value)


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="nothing is denied to root, nor on Windows by modes")
def test_denied_read_is_an_error_and_not_absence(store: LocalStore) -> None:
    step(store.set("a/b", b"1"))
    (store.root / "a" / "b").chmod(0)
    with pytest.raises(PermissionError, match="cannot read key 'a/b'"):
        step(store.get("a/b"))


def test_failed_write_leaves_the_old_value_and_nothing_else(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    step(store.set("a/b", b"old"))

    def full(fd: int, views: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "_writev", full)
    for key in ("a/b", "c/d"):
        with pytest.raises(OSError, match=f"cannot write key '{key}'"):
            step(store.set(key, b"new"))
    assert step(store.get("a/b")) == b"old"
    assert list(step_iter(store.list())) == ["a/b"]
    assert [name for name in everything(store.root) if "partial" in name] == []


def test_short_reads_and_writes_are_completed(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    value = os.urandom(1000)
    real_read, real_pread, real_readv, real_writev = os.read, os.pread, os.readv, os.writev
    monkeypatch.setattr(files, "_writev", lambda fd, views: real_writev(fd, [views[0][:7]]))
    step(store.set("a", [value[:10], b"", value[10:]]))
    monkeypatch.setattr(os, "read", lambda fd, n: real_read(fd, min(n, 7)))
    monkeypatch.setattr(files, "_pread", lambda fd, n, start: real_pread(fd, min(n, 7), start))
    monkeypatch.setattr(files, "_readv", lambda fd, views: real_readv(fd, [views[0][:7]]))
    assert step(store.get("a")) == value
    assert step(store.get("a", Range(5, 500))) == value[5:500]
    buffer = bytearray(1000)
    assert step(ability(store, "get_into")("a", buffer)) == 1000
    assert buffer == value
    monkeypatch.setattr(files, "_ONCE", 100)
    assert bytes(step(store.get("a")) or b"") == value


def test_written_pieces_may_be_many_and_of_any_shape(store: LocalStore) -> None:
    pieces: list[Any] = [bytes([i % 256]) * (i % 5) for i in range(2500)]
    pieces.append(memoryview(bytes(24)).cast("B", (2, 3, 4)))
    step(store.set("a", pieces))
    assert step(store.get("a")) == b"".join(pieces)


def test_leftovers_of_killed_writers_are_no_keys(store: LocalStore) -> None:
    step(store.set("a/b", b"1"))
    leftover = ".__partial.0123456789abcdef"
    (store.root / leftover).write_bytes(b"half")
    (store.root / "a" / leftover).write_bytes(b"half")
    (store.root / "only-that").mkdir()
    (store.root / "only-that" / leftover).write_bytes(b"half")
    assert list(step_iter(store.list())) == ["a/b"]
    assert list(step_iter(store.list_dir(""))) == ["a/"]
    assert list(step_iter(store.list_dir("a/"))) == ["a/b"]
    assert step(store.getsize_prefix("")) == 1
    for call in (store.get(leftover), store.set(f"a/{leftover}", b"2"), store.get(f"{leftover}/c")):
        with pytest.raises(StoreError):
            step(call)
    step(store.delete_prefix(""))
    assert everything(store.root) == []


WRITER = """
import sys
from zarr_core.engine.step import step
from zarr_core.storage.local import LocalStore
store = LocalStore(sys.argv[1])
print("ready", flush=True)
turn = 0
while True:
    turn += 1
    for number in range(5):
        step(store.set(f"c/{number % 2}/{number}", bytes([turn % 256]) * 300_000))
"""


def test_statement_112_killed_writer_leaves_old_or_new_and_no_key_of_its_own(store: LocalStore) -> None:
    keys = [f"c/{number % 2}/{number}" for number in range(5)]
    for key in keys:
        step(store.set(key, bytes(300_000)))
    for pause in (0.0, 0.02, 0.05):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(store.root)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        for key in keys:
            value = step(store.get(key))
            assert value is not None
            assert len(value) == 300_000
            assert len(set(bytes(value))) == 1
        assert sorted(step_iter(store.list())) == sorted(keys)
        for directory in ("c/0/", "c/1/"):
            assert set(step_iter(store.list_dir(directory))) <= set(keys)


def test_deleting_the_last_key_removes_its_directories_but_not_the_root(store: LocalStore) -> None:
    step(store.set("a/b/c", b"1"))
    step(store.set("a/d", b"1"))
    step(store.delete("a/b/c"))
    assert everything(store.root) == ["a", "a/d"]
    step(store.rename("a/d", "e/f"))
    assert everything(store.root) == ["e", "e/f"]
    step(store.delete_prefix("e/"))
    assert store.root.is_dir()
    assert everything(store.root) == []


def test_directories_without_files_are_no_prefixes(store: LocalStore) -> None:
    (store.root / "empty" / "deep").mkdir(parents=True)
    assert list(step_iter(store.list_dir(""))) == []
    assert list(step_iter(store.list())) == []


def test_links_are_followed_but_not_in_circles_and_deleting_removes_the_link(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "0").write_bytes(b"1")
    step(store.set("a/b", b"1"))
    (store.root / "a" / "linked").symlink_to(tmp_path / "elsewhere")
    (store.root / "a" / "circle").symlink_to(store.root)
    assert sorted(step_iter(store.list())) == ["a/b", "a/linked/0"]
    assert sorted(step_iter(store.list_dir("a/"))) == ["a/b", "a/linked/"]
    assert step(store.get("a/linked/0")) == b"1"
    step(store.delete_prefix("a/"))
    assert list(step_iter(store.list())) == []
    assert (tmp_path / "elsewhere" / "0").exists()


def test_read_only_store_refuses_before_it_touches_anything(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "data.zarr", read_only=True)
    for call in (store.set("a/b", b"1"), store.delete("a"), store.delete_prefix(""), store.rename("a", "b")):
        with pytest.raises(ReadOnlyError):
            step(call)
    assert not (tmp_path / "data.zarr").exists()


def test_stores_at_different_depths_meet_at_one_address(tmp_path: Path) -> None:
    assert LocalStore(tmp_path).address("a/b/c") == LocalStore(tmp_path / "a").address("b/c")
    assert LocalStore(tmp_path / "x").address("a") != LocalStore(tmp_path / "y").address("a")


def test_relative_root_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = LocalStore("data.zarr")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    step(store.set("a", b"1"))
    assert everything(tmp_path) == ["data.zarr", "data.zarr/a", "other"]
    assert store == pickle.loads(pickle.dumps(store)) == LocalStore(tmp_path / "data.zarr")
    assert repr(store) == f"LocalStore({str(tmp_path / 'data.zarr')!r})"
    assert store != LocalStore(tmp_path)


def test_fsync_comes_from_the_configuration_at_construction(tmp_path: Path) -> None:
    with config.set({"write.fsync": True}):
        store = LocalStore(tmp_path)
    assert store.fsync
    assert not LocalStore(tmp_path).fsync


def test_sizes_are_asked_for_without_reading(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    step(store.set("a", bytes(100)))
    monkeypatch.setattr(os, "open", None)
    assert step(store.getsize("a")) == 100
    assert step(store.exists("a"))

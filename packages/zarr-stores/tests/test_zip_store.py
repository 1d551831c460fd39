"""The zip store: the author's kit, and what only zip files have."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import zarr_core
from zarr_core.abc.store import Range
from zarr_core.engine.step import step, step_iter
from zarr_core.errors import ReadOnlyError, StoreError
from zarr_core.plugins import urls
from zarr_core.storage import open_store
from zarr_core.testing.stores import SAMPLE, StoreTests
from zarr_stores.urls import open_zip
from zarr_stores.zip import ZipStore


def made(path: Path, values: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.mkdir("x")
        for key, value in values.items():
            archive.writestr(key, value)
    return path


class TestWritableZipStore(StoreTests):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ZipStore:
        return ZipStore(tmp_path / "a.zip", "w")


class TestAppendedZipStore(StoreTests):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ZipStore:
        path = made(tmp_path / "a.zip", dict(SAMPLE))
        store = ZipStore(path, "a")
        for key in SAMPLE:
            step(store.delete(key))
        return store


class TestCompressingZipStore(StoreTests):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ZipStore:
        return ZipStore(tmp_path / "a.zip", "x", compression=zipfile.ZIP_DEFLATED, compresslevel=1)


class TestReadOnlyZipStore(StoreTests):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return made(tmp_path / "a.zip", dict(SAMPLE))

    @pytest.fixture
    def store(self, path: Path) -> ZipStore:
        return ZipStore(path)

    @pytest.fixture
    def twin(self, path: Path) -> ZipStore:
        return ZipStore(os.path.relpath(path))


class TestReadOnlyZipStoreOfBzip2(TestReadOnlyZipStore):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return made(tmp_path / "a.zip", dict(SAMPLE), zipfile.ZIP_BZIP2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.zip"


@pytest.fixture(autouse=True)
def no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def read_by_zipfile(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(set(archive.namelist()))
        return {name: archive.read(name) for name in archive.namelist()}


def test_closed_file_is_an_ordinary_zip_file_with_each_key_once(path: Path) -> None:
    with ZipStore(path, "w") as store:
        step(store.set("a/b", b"old"))
        step(store.set("größe/0", [b"1", b"2"]))
        step(store.set("a/b", b"new"))
        step(store.set("gone", b"x"))
        step(store.delete("gone"))
    assert read_by_zipfile(path) == {"a/b": b"new", "größe/0": b"12"}
    with ZipStore(path, "a") as store:
        step(store.set("a/c", b"3"))
        step(store.rename("größe/0", "a/d"))
    assert read_by_zipfile(path) == {"a/b": b"new", "a/c": b"3", "a/d": b"12"}
    with ZipStore(path, "a") as store:
        step(store.delete_prefix("a/"))
    assert read_by_zipfile(path) == {}


def test_store_that_was_only_looked_at_leaves_the_file_alone(path: Path) -> None:
    made(path, {"a": b"1"})
    before = path.read_bytes()
    for mode in ("r", "a"):
        with ZipStore(path, mode) as store:
            step(store.get("a"))
    assert path.read_bytes() == before


def test_file_of_which_all_keys_are_deleted_begins_anew(path: Path) -> None:
    with ZipStore(path, "w") as store:
        step(store.set("a/long/name", os.urandom(10_000)))
    with ZipStore(path, "a") as store:
        assert step(store.get("a/long/name")) is not None
        step(store.delete_prefix(""))
        step(store.set("b", b"1"))
        assert step(store.get("b")) == b"1"
    assert read_by_zipfile(path) == {"b": b"1"}
    assert path.stat().st_size < 200


def test_thread_that_reads_while_a_file_begins_anew_never_sees_other_bytes(path: Path) -> None:
    store = ZipStore(path, "w")
    done = threading.Event()
    wrong: list[Any] = []

    def read() -> None:
        while not done.is_set():
            value = step(store.get("a", Range(0, 1000)))
            if value is not None and set(bytes(value)) != {97}:
                wrong.append(value)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(200):
        step(store.set("a", b"a" * 3000))
        step(store.delete("a"))
        step(store.set("bb", b"b" * 3000))
        step(store.delete("bb"))
    done.set()
    reader.join()
    store.close()
    assert wrong == []


def test_of_several_members_of_one_name_the_last_counts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("a", b"first")
        archive.writestr("a", b"last")
    store = ZipStore(path)
    assert step(store.get("a")) == b"last"
    assert list(step_iter(store.list())) == ["a"]


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "a//b", "./a"])
def test_statement_113_members_that_would_escape_are_refused_by_name(path: Path, name: str) -> None:
    made(path, {"fine": b"1", name: b"2"})
    with pytest.raises(StoreError) as caught:
        ZipStore(path)
    assert repr(name) in str(caught.value)


def test_failed_write_keeps_the_old_value_and_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ZipStore(path, "w")
    step(store.set("a", b"old"))
    real = zipfile._ZipWriteFile.write  # type: ignore[attr-defined]

    def half(member: Any, data: bytes) -> int:
        real(member, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile._ZipWriteFile, "write", half)  # type: ignore[attr-defined]
    for key in ("a", "b"):
        with pytest.raises(OSError, match="No space"):
            step(store.set(key, b"new" * 100))
    monkeypatch.undo()
    assert step(store.get("a")) == b"old"
    assert step(store.get("b")) is None
    step(store.set("c", b"3"))
    store.close()
    assert read_by_zipfile(path) == {"a": b"old", "c": b"3"}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_damaged_member_is_an_error_that_names_it(path: Path, compression: int) -> None:
    made(path, {"a/b": bytes(range(256)) * 10}, compression)
    with zipfile.ZipFile(path) as archive:
        offset = archive.getinfo("a/b").header_offset + 30 + 3 + 20
    data = bytearray(path.read_bytes())
    data[offset] ^= 255
    path.write_bytes(data)
    with pytest.raises(StoreError, match="'a/b'"):
        step(ZipStore(path).get("a/b"))


def test_member_of_a_method_that_is_not_known_says_which_are(path: Path) -> None:
    made(path, {"a": b"1" * 100}, zipfile.ZIP_LZMA)
    with pytest.raises(StoreError, match="deflated"):
        step(ZipStore(path).get("a"))
    with pytest.raises(ValueError, match="ZIP_DEFLATED"):
        ZipStore(path, "a", compression=zipfile.ZIP_LZMA)


def test_member_never_unfolds_to_more_than_the_directory_says(path: Path) -> None:
    made(path, {"a": bytes(10_000_000)}, zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\1\2")  # of the directory: say that it has ten bytes
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        step(ZipStore(path).get("a"))


def test_what_is_no_zip_file_is_an_error_that_says_so(path: Path) -> None:
    path.write_bytes(b"no zip at all")
    for mode in ("r", "a"):
        if mode == "r":
            with pytest.raises(StoreError, match="no zip file"):
                ZipStore(path, mode)
    with pytest.raises(FileNotFoundError):
        ZipStore(path.parent / "absent.zip")
    with pytest.raises(FileExistsError):
        ZipStore(path, "x")
    with pytest.raises(ValueError, match="mode"):
        ZipStore(path, "r+")  # type: ignore[arg-type]


def test_store_that_is_closed_says_so(path: Path) -> None:
    store = ZipStore(path, "w")
    step(store.set("a", b"1"))
    store.close()
    for call in (store.get("a"), store.set("a", b"2"), store.delete("a"), store.exists("a")):
        with pytest.raises(StoreError, match="closed"):
            step(call)


def test_pickled_reader_reads_and_a_writer_says_why_not(path: Path) -> None:
    with ZipStore(path, "w") as store:
        step(store.set("a", b"1"))
        with pytest.raises(StoreError, match="mode 'r'"):
            pickle.dumps(store)
    again = pickle.loads(pickle.dumps(ZipStore(path)))
    assert again == ZipStore(path)
    assert step(again.get("a")) == b"1"


def test_store_that_is_forgotten_frees_its_file(path: Path) -> None:
    made(path, {"a": b"1"})
    program = f"""
import os
from zarr_stores.zip import ZipStore
before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
for _ in range(10):
    ZipStore({str(path)!r})
ZipStore({str(path.parent / "b.zip")!r}, "w")
print(len(os.listdir("/proc/self/fd")) - len(before) if before else 0)
"""
    run = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("0\n", "")
    assert read_by_zipfile(path.parent / "b.zip") == {}


def test_path_that_ends_in_zip_opens_a_zip_store(path: Path) -> None:
    with urls.register(".zip", open_zip):
        store: Any = open_store(path, mode="w")
        assert isinstance(store, ZipStore)
        step(store.set("a", b"1"))
        store.close()
        store = open_store(str(path), mode="r")
        assert step(store.get("a")) == b"1"
        with pytest.raises(ReadOnlyError):
            step(store.set("a", b"2"))
        with pytest.raises(TypeError):
            open_store(path, storage_options={"anon": True})


def test_a_file_has_one_writer_which_paths_lead_to(tmp_path: Path) -> None:
    path = str(tmp_path / "a.zip")
    first = zarr_core.create_array(path, name="a", data=[1, 1], compressors=None)
    second = zarr_core.create_array(path, name="b", data=[2, 2], compressors=None)
    first[0] = 3
    assert zarr_core.open_array(path, path="b", mode="r")[...].tolist() == [2, 2]
    with pytest.raises(StoreError, match="open for writing by another store"):
        ZipStore(path, "a")
    with pytest.raises(StoreError, match="open for writing by another store"):
        ZipStore(path)
    second.store.close()
    group = zarr_core.open_group(path, mode="r")
    assert (group["a"][...].tolist(), group["b"][...].tolist()) == ([3, 1], [2, 2])


def test_a_file_that_is_cut_off_or_no_zip_is_not_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipStore(path, "w") as store:
        zarr_core.create_array(store, data=[1, 2], compressors=None)
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    for mode in ("a", "r"):
        with pytest.raises(StoreError, match="no zip file"):
            ZipStore(path, mode)
    assert path.read_bytes() == whole[:-30]


def test_read_only_may_be_said_as_zarr_python_has_it(tmp_path: Path) -> None:
    with ZipStore(tmp_path / "a.zip", "w") as store:
        zarr_core.create_array(store, data=[1, 2], compressors=None)
    assert zarr_core.open_array(ZipStore(tmp_path / "a.zip", read_only=True))[...].tolist() == [1, 2]
    with pytest.raises(ValueError, match="read_only"):
        ZipStore(tmp_path / "a.zip", "a", read_only=True)

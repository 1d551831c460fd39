"""Arrays whose stored values can be reached and damaged, on stores of each kind."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import fsspec
import pytest

from tests.support.stores import SuspendingStore
from zarr_core.storage import LocalStore, MemoryStore
from zarr_stores.fsspec import FsspecStore


class Files(MutableMapping[str, bytes]):
    """The files below a directory by relative path."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __getitem__(self, key: str) -> bytes:
        return (self.root / key).read_bytes()

    def __setitem__(self, key: str, value: bytes) -> None:
        (self.root / key).write_bytes(value)

    def __delitem__(self, key: str) -> None:
        (self.root / key).unlink()

    def __iter__(self) -> Iterator[str]:
        return (path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())

    def __len__(self) -> int:
        return len(list(iter(self)))


class Piped(MutableMapping[str, bytes]):
    """The files of an fsspec file system below a path."""

    def __init__(self, fs: Any, root: str) -> None:
        self.fs, self.root = fs, root

    def __getitem__(self, key: str) -> bytes:
        return self.fs.cat_file(f"{self.root}/{key}")  # type: ignore[no-any-return]

    def __setitem__(self, key: str, value: bytes) -> None:
        self.fs.pipe_file(f"{self.root}/{key}", value)

    def __delitem__(self, key: str) -> None:
        self.fs.rm_file(f"{self.root}/{key}")

    def __iter__(self) -> Iterator[str]:
        return (path[len(self.root) + 1 :] for path in self.fs.find(self.root))

    def __len__(self) -> int:
        return len(list(iter(self)))


class Place:
    """A store, and the values in it as a mapping."""

    def __init__(self, store: Any, values: MutableMapping[str, bytes]) -> None:
        self.store, self.values = store, values


@pytest.fixture(params=["memory", "local", "suspending", "fsspec"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A store of each kind in turn."""
    if request.param == "memory":
        values: dict[str, bytes] = {}
        yield Place(MemoryStore(values), values)
    elif request.param == "local":
        yield Place(LocalStore(tmp_path / "a.zarr"), Files(tmp_path / "a.zarr"))
    elif request.param == "suspending":
        store = SuspendingStore()
        yield Place(store, store.values)
    else:
        fs = fsspec.filesystem("memory")
        yield Place(FsspecStore(fs, "/faults"), Piped(fs, "/faults"))
        if fs.exists("/faults"):
            fs.rm("/faults", recursive=True)

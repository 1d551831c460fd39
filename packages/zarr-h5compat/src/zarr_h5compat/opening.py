"""From the name and mode of a file to an open hierarchy. Nothing is touched that is not Zarr."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import Any, Literal

from zarr_core.abc.store import Store
from zarr_core.errors import NodeNotFoundError, StoreError
from zarr_core.storage import open_store
from zarr_h5compat.shared import OpenFile, open_root

__all__ = ["holds_hdf5", "is_hdf5", "open_file"]

Mode = Literal["r", "r+", "w", "w-", "x", "a"]
SIGNATURE = b"\x89HDF\r\n\x1a\n"


def open_file(
    name: Any, mode: Mode, *, storage_options: Mapping[str, Any] | None = None, zarr_format: int | None = None
) -> OpenFile:
    """Open a path, URL, store or dictionary as `File` does.

    Raises `FileNotFoundError`, `FileExistsError`, and `OSError` for a file or directory that holds something else.
    """
    if mode not in ("r", "r+", "w", "w-", "x", "a"):
        raise ValueError(f"mode must be 'r', 'r+', 'w', 'w-', 'x' or 'a', not {mode!r}")
    core_mode = "w-" if mode == "x" else mode
    target: Any = name
    if isinstance(name, Store | dict):
        filename, owned = repr(name) if isinstance(name, Store) else "dict", False
    elif isinstance(name, str | bytes | os.PathLike):
        target = filename = os.fsdecode(name)
        owned = True  # what we open, we close
        if "://" not in filename:
            _check_path(filename, mode)
    else:
        raise TypeError(f"a file is a path, a URL, a store or a dict, not {type(name).__name__}")
    store = open_store(target, mode=core_mode, storage_options=storage_options)
    try:
        root = open_root(store, core_mode, zarr_format)
    except BaseException:
        if owned:
            store.close()
        raise
    return OpenFile(root, filename=filename, mode="r" if mode == "r" else "r+", owned=owned)


def _check_path(path: str, mode: Mode) -> None:
    """Refuse what is there and is not Zarr; make room for a new zip file."""
    if not os.path.exists(path):
        if mode in ("r", "r+"):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return
    if mode in ("w-", "x") and (os.path.isfile(path) or os.listdir(path)):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
    if holds_hdf5(path):
        raise OSError(
            f"{path!r} is an HDF5 file, and this module reads and writes Zarr: convert it by "
            f"zarr_h5compat.convert({path!r}, {os.path.splitext(path)[0] + '.zarr'!r}) (needs h5py)"
        )
    if mode == "w" and os.path.isfile(path) and os.path.getsize(path) == 0:  # as tempfile makes them
        os.remove(path)
    elif os.path.isfile(path):
        if os.path.splitext(path)[1].lower() != ".zip":
            raise OSError(f"{path!r} is a file that holds no Zarr hierarchy: those are directories, or end in .zip")
        if mode == "w":
            os.remove(path)
    elif mode != "r" and os.listdir(path) and not _is_zarr(path):
        raise OSError(f"{path!r} is a directory with other files and no Zarr hierarchy: give the name of a new one")


def holds_hdf5(path: str) -> bool:
    """Whether it is a file with the signature of HDF5: at its start, or behind a user block of 512, 1024, ... bytes."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        size, at = os.fstat(file.fileno()).st_size, 0
        while at < size:
            file.seek(at)
            if file.read(len(SIGNATURE)) == SIGNATURE:
                return True
            at = at * 2 or 512
    return False


def is_hdf5(fname: Any) -> bool:
    """Whether `File` can open it, so that `if is_hdf5(name): File(name)` goes on working. False for real HDF5 files."""
    path = os.fsdecode(fname)
    return os.path.exists(path) and not holds_hdf5(path) and _is_zarr(path)


def _is_zarr(path: str) -> bool:
    if os.path.isfile(path) and os.path.splitext(path)[1].lower() != ".zip":
        return False
    try:
        with open_store(path, mode="r") as store:
            open_root(store, "r")
    except (NodeNotFoundError, StoreError):
        return False
    return True

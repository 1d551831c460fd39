"""Openers of URLs and files, as `zarr_core.storage.open_store` calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zarr_core.abc.store import Store
from zarr_core.storage.read_only import ReadOnlyStore

__all__ = ["open_fsspec", "open_zip"]


def open_zip(path: str, *, read_only: bool = False, storage_options: Mapping[str, Any] | None = None) -> Store:
    """The zip file at a local path; one that is not there is made, unless for reading only.

    While a store of this process has it open for writing, it is that store: its directory is not in the file yet.
    """
    from zarr_stores.zip import ZipStore

    writer = ZipStore.writer(path)
    if writer is not None:
        return ReadOnlyStore(writer) if read_only else writer
    return ZipStore(path, "r" if read_only else "a", **(storage_options or {}))


def open_fsspec(url: str, *, read_only: bool = False, storage_options: Mapping[str, Any] | None = None) -> Store:
    """Whatever fsspec opens under this URL; `storage_options` are its file system's."""
    from zarr_stores.fsspec import FsspecStore

    return FsspecStore.from_url(url, storage_options, read_only=read_only)

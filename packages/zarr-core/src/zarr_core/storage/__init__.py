"""Stores, ours and everybody's: `zarr_core.storage.ZipStore` is whatever installed distribution provides the class."""

from __future__ import annotations

from typing import Any

from zarr_core.storage.local import LocalStore
from zarr_core.storage.memory import MemoryStore
from zarr_core.storage.prefix import PrefixStore
from zarr_core.storage.read_only import ReadOnlyStore
from zarr_core.storage.urls import open_store
from zarr_core.storage.wrapper import WrapperStore

__all__ = ["LocalStore", "MemoryStore", "PrefixStore", "ReadOnlyStore", "WrapperStore", "open_store"]


def __getattr__(name: str) -> Any:
    from zarr_core.plugins import class_by_name, stores

    return class_by_name(stores, name)

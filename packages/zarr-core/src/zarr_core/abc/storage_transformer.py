"""Storage transformers: a view over the store that one array talks to (v3 core 1.11)."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from zarr_core.abc.extension import Extension
from zarr_core.abc.store import Store

__all__ = ["StorageTransformer"]


class StorageTransformer(Extension):
    """Sits between an array and its store and may rewrite keys and values. Keeps no state of its own.

    The array talks to the view of the first transformer in its metadata, the last one to the store. Metadata
    documents do not pass through: they must be read to know the transformers.
    """

    kind: ClassVar[str] = "storage transformer"

    @abstractmethod
    def view(self, store: Store, prefix: str) -> Store:
        """A store that rewrites what passes. `prefix` is the array's: "" or ending in `/`.

        Subclass `zarr_core.storage.WrapperStore`, which hands on capability, address and blocking.
        """

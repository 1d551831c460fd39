"""The kit for storage transformers: a view over a store must be a store.

class TestMine(StorageTransformerTests):
@pytest.fixture
def transformer(self): return MyTransformer()
"""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import zarr_core
from zarr_core.abc.storage_transformer import StorageTransformer
from zarr_core.abc.store import ReadWriteListStore, Store
from zarr_core.plugins import storage_transformers
from zarr_core.storage import MemoryStore
from zarr_core.testing.stores import StoreTests

__all__ = ["StorageTransformerTests"]


class StorageTransformerTests(StoreTests):
    """Give the fixture `transformer`. Its view over a memory store passes the tests of stores, and carries arrays."""

    @pytest.fixture
    def transformer(self) -> StorageTransformer:
        raise NotImplementedError("give the storage transformer as the fixture `transformer`")

    @pytest.fixture
    def store(self, transformer: StorageTransformer) -> Store:
        return transformer.view(MemoryStore(), "")

    def test_the_view_keeps_what_the_store_can_do(self, transformer: StorageTransformer) -> None:
        store = MemoryStore()
        view = transformer.view(store, "a/")
        assert isinstance(view, ReadWriteListStore)
        assert (view.blocking, view.read_only) == (store.blocking, store.read_only)

    def test_it_pickles_and_equals_its_configuration(self, transformer: StorageTransformer) -> None:
        assert pickle.loads(pickle.dumps(transformer)) == transformer
        assert type(transformer).from_config(transformer.to_config()) == transformer

    def test_an_array_reads_back_through_it(self, transformer: StorageTransformer) -> None:
        values: Any = np.arange(60).reshape(6, 10)
        known = storage_transformers.find(transformer.name)
        if known is None:
            with storage_transformers.register(transformer.name, type(transformer)):
                self._round_trip(transformer, values)
        else:
            self._round_trip(transformer, values)

    def _round_trip(self, transformer: StorageTransformer, values: Any) -> None:
        store = MemoryStore()
        array = zarr_core.create_array(store, data=values, chunks=(4, 4), storage_transformers=[transformer])
        np.testing.assert_array_equal(array[...], values)
        array[1:3, 2:7] = 0
        values[1:3, 2:7] = 0
        np.testing.assert_array_equal(zarr_core.open_array(store)[...], values)

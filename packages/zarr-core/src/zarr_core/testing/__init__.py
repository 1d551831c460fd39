"""The author's kit: subclass one suite, give it your object in one fixture, run pytest.

    from zarr_core.testing import BytesBytesCodecTests

    class TestRle(BytesBytesCodecTests):
        @pytest.fixture
        def codec(self): return Rle()

The suites run what the object's abilities call for; ours are the same. Needs `pip install 'zarr-core[testing]'`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from zarr_core.testing.codecs import ArrayArrayCodecTests, ArrayBytesCodecTests, BytesBytesCodecTests
    from zarr_core.testing.data_types import DataTypeTests
    from zarr_core.testing.grids import ChunkGridTests
    from zarr_core.testing.key_encodings import ChunkKeyEncodingTests
    from zarr_core.testing.sources import BytesSource
    from zarr_core.testing.stores import StoreTests
    from zarr_core.testing.transformers import StorageTransformerTests

_WHERE = {
    "ArrayArrayCodecTests": "codecs",
    "ArrayBytesCodecTests": "codecs",
    "BytesBytesCodecTests": "codecs",
    "BytesSource": "sources",
    "ChunkGridTests": "grids",
    "ChunkKeyEncodingTests": "key_encodings",
    "DataTypeTests": "data_types",
    "StorageTransformerTests": "transformers",
    "StoreTests": "stores",
}

pytest.register_assert_rewrite(*(f"zarr_core.testing.{module}" for module in (*_WHERE.values(), "store_abilities")))

__all__ = [
    "ArrayArrayCodecTests",
    "ArrayBytesCodecTests",
    "BytesBytesCodecTests",
    "BytesSource",
    "ChunkGridTests",
    "ChunkKeyEncodingTests",
    "DataTypeTests",
    "StorageTransformerTests",
    "StoreTests",
]


def __getattr__(name: str) -> Any:
    """Each suite is imported when it is asked for: one's trouble is not the others'."""
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(f"zarr_core.testing.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'zarr_core.testing' has no attribute {name!r}")

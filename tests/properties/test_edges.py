"""What the properties found, each as an example of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zarr_core as zarr


@pytest.mark.parametrize("encoding", [{"name": "v2", "separator": "."}, {"name": "default", "separator": "/"}])
def test_statements_83_and_249_the_chunk_of_a_scalar_is_counted(encoding: dict[str, Any]) -> None:
    for keywords in ({"zarr_format": 2}, {"zarr_format": 3, "chunk_key_encoding": encoding}):
        array = zarr.create_array(shape=(), dtype="i4", **keywords)
        assert array.nchunks_initialized == 0
        array[()] = 5
        assert array.nchunks_initialized == 1


def test_appending_to_what_has_no_such_axis_overwrites_nothing() -> None:
    array = zarr.create_array(data=np.arange(16).reshape(4, 4), chunks=2)
    with pytest.raises(IndexError):
        array.append(np.zeros((4, 4), int), axis=2)
    np.testing.assert_array_equal(array[...], np.arange(16).reshape(4, 4))
    scalar = zarr.create_array(data=np.array(7))
    with pytest.raises(IndexError):
        scalar.append(np.array(3))
    assert scalar[()] == 7


@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
def test_functions_that_make_arrays_take_a_path_as_those_of_zarr_python_do(name: str) -> None:
    store: dict[str, bytes] = {}
    assert getattr(zarr, name)(3, store=store, path="a/b").path == "a/b"
    assert zarr.full(3, 1, store=store, path="c").path == "c"
    assert "c/zarr.json" in store

"""`dims`: labels and scales."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import zarr_h5compat as h5py


@pytest.fixture
def dataset(file: h5py.File) -> h5py.Dataset:
    file["x"] = np.arange(3.0)
    file["time"] = [10, 20]
    return file.create_dataset("data", (2, 3))


def test_labels_are_empty_until_set(dataset: h5py.Dataset) -> None:
    assert [dimension.label for dimension in dataset.dims] == ["", ""]
    dataset.dims[0].label = "t"
    assert [dimension.label for dimension in dataset.dims] == ["t", ""]
    assert dict(dataset.attrs) == {}


def test_labels_are_the_dimension_names_until_set(file: h5py.File) -> None:
    dataset = file.create_dataset("d", (2, 3), dimension_names=("t", None))
    assert [dimension.label for dimension in dataset.dims] == ["t", ""]
    dataset.dims[-1].label = "x"
    name = file.filename
    file.close()
    with h5py.File(name) as again:
        assert [dimension.label for dimension in again["d"].dims] == ["t", "x"]


def test_scales_are_attached_found_and_detached(dataset: h5py.Dataset) -> None:
    x, time = dataset.file["x"], dataset.file["time"]
    assert not x.is_scale
    x.make_scale("metres")
    assert x.is_scale
    dataset.dims[1].attach_scale(x)
    dataset.dims[1].attach_scale(x)
    dataset.dims[0].attach_scale(time)
    assert time.is_scale
    dimension = dataset.dims[1]
    assert (len(dimension), list(dimension), dimension.values()) == (1, ["metres"], [x])
    assert dimension[0] == dimension["metres"] == x
    assert dimension.items() == [("metres", x)]
    dimension.detach_scale(x)
    assert (len(dataset.dims[1]), len(dataset.dims[0])) == (0, 1)
    with pytest.raises(ValueError, match="no scale"):
        dimension.detach_scale(x)
    with pytest.raises(KeyError, match="no scale 'q'"):
        dimension["q"]


def test_scale_that_is_gone_is_a_key_error(dataset: h5py.Dataset) -> None:
    dataset.dims[0].attach_scale(dataset.file["time"])
    del dataset.file["time"]
    with pytest.raises(KeyError, match="time"):
        dataset.dims[0][0]


def test_dimensions_are_counted_compared_and_shown(dataset: h5py.Dataset) -> None:
    assert len(dataset.dims) == 2
    assert dataset.dims[0] == dataset.dims[-2]
    assert len({dataset.dims[0], dataset.dims[0], dataset.dims[1]}) == 2
    with pytest.raises(IndexError, match="2 dimensions"):
        dataset.dims[2]
    dataset.dims[1].label = "x"
    assert repr(dataset.dims) == "<Dimensions of Zarr dataset '/data': '', 'x'>"
    assert repr(dataset.dims[1]) == "<'x' dimension 1 of Zarr dataset '/data'>"
    assert pickle.loads(pickle.dumps(dataset.dims[1])).label == "x"


def test_closed_dimensions_say_so(dataset: h5py.Dataset) -> None:
    dims, dimension = dataset.dims, dataset.dims[0]
    dataset.file.close()
    assert (repr(dims), repr(dimension)) == (
        "<Dimensions of closed Zarr dataset>",
        "<Dimension of closed Zarr dataset>",
    )
    with pytest.raises(ValueError, match="closed"):
        dimension.label = "x"

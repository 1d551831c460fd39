"""What is between the brackets: as numpy reads and writes it, or refused as h5py refuses it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import zarr_h5compat as h5py

SHAPE = (7, 9, 4)
DATA = np.arange(np.prod(SHAPE), dtype="i4").reshape(SHAPE)


def one_file() -> h5py.File:
    return h5py.File.in_memory()


def axis(length: int) -> st.SearchStrategy[Any]:
    bound = st.integers(-length - 2, length + 2) | st.none()
    return st.integers(-length, length - 1) | st.builds(slice, bound, bound, st.integers(1, 4) | st.none())


def increasing(length: int) -> st.SearchStrategy[Any]:
    chosen = st.sets(st.integers(0, length - 1)).map(sorted)
    return chosen | chosen.map(np.array).map(lambda a: a.astype(int)) | npst.arrays(bool, length)


@st.composite
def selections(draw: st.DrawFn) -> tuple[Any, ...]:
    rank = draw(st.integers(0, len(SHAPE)))
    entries = [draw(axis(length)) for length in SHAPE[:rank]]
    if rank and draw(st.booleans()):
        at = draw(st.integers(0, rank - 1))
        entries[at] = draw(increasing(SHAPE[at]))
    return tuple(entries) + ((...,) if draw(st.booleans()) else ())


@pytest.fixture(scope="module")
def dataset() -> Any:
    with one_file() as file:
        yield file.create_dataset("x", data=DATA, chunks=(3, 4, 2))


def expected(selection: tuple[Any, ...], source: Any = DATA) -> Any:
    """What numpy reads, each dimension on its own (an integer beside an array would move dimensions)."""
    entries = [entry for entry in selection if entry is not ...]
    entries += [slice(None)] * (len(SHAPE) - len(entries))
    for at, entry in reversed(list(enumerate(entries))):
        source = source[(slice(None),) * at + (entry,)]
    return source


@given(selection=selections())
def test_selections_read_as_numpy_reads_them(dataset: h5py.Dataset, selection: tuple[Any, ...]) -> None:
    found = dataset[selection]
    assert np.shape(found) == np.shape(expected(selection))
    assert np.array_equal(found, expected(selection))


@given(selection=selections(), scalar=st.booleans())
def test_selections_write_as_numpy_writes_them(selection: tuple[Any, ...], scalar: bool) -> None:
    places = expected(selection, np.arange(DATA.size).reshape(SHAPE))
    values = -1 if scalar else np.arange(places.size, dtype="i4").reshape(places.shape) - 1000
    wanted = DATA.copy()
    wanted.reshape(-1)[np.ravel(places)] = np.ravel(values)
    with one_file() as file:
        dataset = file.create_dataset("x", data=DATA, chunks=(3, 4, 2))
        dataset[selection] = values
        assert np.array_equal(dataset[...], wanted)


@given(mask=npst.arrays(bool, SHAPE))
def test_mask_of_the_whole_shape_reads_and_writes_elements(mask: Any) -> None:
    with one_file() as file:
        dataset = file.create_dataset("x", data=DATA, chunks=(3, 4, 2))
        assert np.array_equal(dataset[mask], DATA[mask])
        dataset[mask] = 0
        assert np.array_equal(dataset[...], np.where(mask, 0, DATA))


def test_scalars_come_by_parentheses_and_arrays_by_dots() -> None:
    with one_file() as file:
        file["x"] = 2.5
        dataset = file["x"]
        assert type(dataset[()]) is np.float64
        assert (dataset[...].shape, dataset[...].dtype) == ((), "f8")
        dataset[()] = 3
        assert dataset[...] == 3
        dataset[...] = 4
        assert dataset[()] == 4


@pytest.mark.parametrize(
    ("selection", "error"),
    [
        (7, IndexError),
        (-8, IndexError),
        ((0, 9), IndexError),
        ([1, 99], IndexError),
        ((0, 0, 0, 0), ValueError),
        ((..., ...), ValueError),
        (slice(None, None, -1), ValueError),
        (None, TypeError),
        ((0, None), TypeError),
        (1.0, TypeError),
        ([2, 1], TypeError),
        ([1, 1], TypeError),
        (([0, 1], [0, 1]), TypeError),
        ([[0, 1], [2, 3]], TypeError),
        ([0.5], TypeError),
        (np.ones(6, bool), TypeError),
        ([True, False], TypeError),
        ("field", ValueError),
        ((0, "field"), ValueError),
    ],
)
def test_what_h5py_refuses_is_refused_before_anything_is_touched(
    dataset: h5py.Dataset, selection: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        dataset[selection]
    with pytest.raises(error):
        dataset[selection] = 1
    assert np.array_equal(dataset[...], DATA)


@pytest.mark.parametrize("selection", [0, slice(None), [0], (0,)])
def test_scalar_dataset_has_nothing_to_select(selection: Any) -> None:
    with one_file() as file:
        file["x"] = 1
        with pytest.raises(ValueError, match="scalar"):
            file["x"][selection]


@pytest.mark.parametrize(
    ("selection", "values"),
    [
        ((slice(0, 2), slice(0, 3), 0), np.ones((1, 3))),
        ((0, slice(0, 3), 0), np.ones((1, 1, 3))),
        ((0, 0, 0), [5]),
        ((..., 0), np.arange(9)),
        ((slice(0, 0),), 7),
    ],
)
def test_values_are_broadcast(selection: Any, values: Any) -> None:
    wanted = DATA.copy()
    flat = np.ravel(values)
    wanted[selection] = flat if flat.size > 1 else flat[0]
    with one_file() as file:
        dataset = file.create_dataset("x", data=DATA)
        dataset[selection] = values
        assert np.array_equal(dataset[...], wanted)


@pytest.mark.parametrize("values", [np.ones(8), np.ones((2, 9)), [1, 2]])
def test_values_that_do_not_fit_are_a_type_error(dataset: h5py.Dataset, values: Any) -> None:
    with pytest.raises(TypeError, match="do not fit"):
        dataset[0, :, 0] = values
    assert np.array_equal(dataset[...], DATA)

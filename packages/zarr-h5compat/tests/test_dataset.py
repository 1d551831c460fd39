"""`Dataset`: creation, properties, reading, writing and resizing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zarr_core
import zarr_h5compat as h5py


@pytest.fixture
def dataset(file: h5py.File) -> h5py.Dataset:
    return file.create_dataset("x", data=np.arange(24, dtype="i4").reshape(4, 6), chunks=(2, 4))


# creation


def test_shape_and_dtype_come_from_keywords_or_data(file: h5py.File) -> None:
    assert file.create_dataset("a", (2, 3)).dtype == "f4"
    assert file.create_dataset("b", 5, "i2").shape == (5,)
    assert file.create_dataset("c", data=[[1, 2]], dtype="u1").dtype == "u1"
    assert file.create_dataset("d", (2, 3), data=np.arange(6)).shape == (2, 3)
    assert file.create_dataset("e", (2,), data=None, fillvalue=3)[()].tolist() == [3, 3]
    assert file.create_dataset("f", data=7).shape == ()


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "u8", "f2", "f4", "c8", "c16", "V3", "S4", "M8[s]", [("x", "f4"), ("y", "i8")]]
)
def test_dtypes_of_zarr_are_stored(file: h5py.File, dtype: Any) -> None:
    dataset = file.create_dataset("x", (3,), dtype)
    assert dataset.dtype == np.dtype(dtype)
    values = np.zeros(3, dtype)
    dataset[...] = values
    assert np.array_equal(dataset[...], values)


def test_properties_are_those_of_the_array(dataset: h5py.Dataset) -> None:
    assert (dataset.shape, dataset.ndim, dataset.size, dataset.nbytes) == ((4, 6), 2, 24, 96)
    assert (dataset.chunks, dataset.maxshape, dataset.fillvalue) == ((2, 4), (4, 6), 0)
    assert (dataset.compression, dataset.compression_opts, dataset.shuffle, dataset.fletcher32) == (None,) * 2 + (
        False,
    ) * 2
    assert (dataset.scaleoffset, dataset.external, dataset.is_virtual) == (None, None, False)
    assert dataset.len() == len(dataset) == 4


def test_dataset_is_stored_without_compression_unless_asked(dataset: h5py.Dataset) -> None:
    assert [codec.name for codec in dataset.zarr.metadata.codecs] == ["bytes"]


def test_attributes_show_no_trace_of_what_zarr_has_no_place_for(file: h5py.File) -> None:
    plain = file.create_dataset("plain", (3,), "i4")
    limited = file.create_dataset("limited", (3,), "i4", maxshape=(5,))
    assert plain.zarr.attrs.asdict() == {}
    assert limited.zarr.attrs.asdict() == {"zarr_h5compat": {"maxshape": [5]}}
    assert (dict(limited.attrs), len(limited.attrs), "zarr_h5compat" in limited.attrs) == ({}, 0, False)
    limited.attrs["a"] = 1
    assert (list(limited.attrs), limited.maxshape) == (["a"], (5,))
    with pytest.raises(ValueError, match="is taken"):
        limited.attrs["zarr_h5compat"] = 1


@pytest.mark.parametrize(
    ("keywords", "error"),
    [
        ({}, TypeError),
        ({"dtype": "f4"}, TypeError),
        ({"data": h5py.Empty("f4")}, TypeError),
        ({"shape": (3,), "data": [1, 2]}, ValueError),
        ({"shape": (3,), "foo": 1}, TypeError),
        ({"shape": (3,), "chunks": (4,)}, ValueError),
        ({"shape": (3,), "chunks": (2, 2)}, ValueError),
        ({"shape": (3,), "chunks": False, "maxshape": (5,)}, ValueError),
        ({"shape": (3,), "maxshape": (2,)}, ValueError),
        ({"shape": (3,), "maxshape": (None, None)}, ValueError),
        ({"shape": (), "chunks": True}, TypeError),
        ({"shape": (), "compression": "gzip"}, TypeError),
        ({"shape": (), "maxshape": (None,)}, TypeError),
        ({"shape": (3,), "scaleoffset": 3}, TypeError),
        ({"shape": (3,), "external": "file"}, TypeError),
        ({"shape": (3,), "dtype": "O"}, TypeError),
        ({"data": [1, "a"]}, TypeError),
        ({"data": [[1, 2], [3]]}, ValueError),
        ({"data": [300], "dtype": "u1"}, OverflowError),
        ({"shape": (-1,)}, ValueError),
    ],
)
def test_impossible_dataset_is_refused_and_nothing_is_stored(
    file: h5py.File, keywords: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        file.create_dataset("g/x", **keywords)
    assert list(file) == []


def test_keywords_without_meaning_here_are_taken(file: h5py.File) -> None:
    file.create_dataset(
        "x", (3,), "i4", track_times=True, track_order=True, rdcc_nbytes=0, scaleoffset=None, external=None
    )


@pytest.mark.parametrize("chunks", [True, None, 3, (3,)])
def test_chunks_are_chosen_or_given(file: h5py.File, chunks: Any) -> None:
    found = file.create_dataset("x", (10,), "i4", chunks=chunks).chunks
    assert found == ((3,) if chunks in (3, (3,)) else (10,))


def test_require_dataset_opens_creates_or_refuses(file: h5py.File) -> None:
    made = file.require_dataset("x", (3,), "i4")
    assert file.require_dataset("x", 3, "i4") == made
    assert file.require_dataset("x", (3,), "i2") == made
    for shape, dtype, exact in [((4,), "i4", False), ((3,), "f8", False), ((3,), "i2", True)]:
        with pytest.raises(TypeError, match="dataset '/x'"):
            file.require_dataset("x", shape, dtype, exact=exact)
    file.create_group("g")
    with pytest.raises(TypeError, match="is a group"):
        file.require_dataset("g", (3,), "i4")
    grown = file.create_dataset("r", (3,), "i4", maxshape=(None,))
    assert file.require_dataset("r", (9,), "i4", maxshape=(None,)) == grown


def test_create_dataset_like_takes_what_is_not_given(file: h5py.File) -> None:
    old = file.create_dataset("old", (4, 6), "i2", chunks=(2, 3), maxshape=(None, 6), fillvalue=9)
    new = file.create_dataset_like("new", old, dtype="i8")
    assert (new.shape, new.chunks, new.maxshape, new.fillvalue) == ((4, 6), (2, 3), (None, 6), 9)
    assert (new.dtype, new[0, 0]) == ("i8", 9)
    file["scalar"] = 1
    assert file.create_dataset_like("scalar2", file["scalar"]).shape == ()


def test_dimension_names_reach_other_zarr_software(file: h5py.File) -> None:
    file.create_dataset("x", (2, 3), dimension_names=("time", None))
    assert zarr_core.open_group(file.filename)["x"].dimension_names == ("time", None)


# reading


def test_astype_reads_in_another_dtype(dataset: h5py.Dataset) -> None:
    view = dataset.astype("f8")
    assert (view.dtype, view[0].dtype, type(view[0, 0])) == ("f8", "f8", np.float64)
    assert (view.shape, view.ndim, view.size, len(view)) == ((4, 6), 2, 24, 4)
    assert np.asarray(view).dtype == "f8"
    assert repr(view).endswith("seen as float64>")


def test_dataset_becomes_an_array(dataset: h5py.Dataset) -> None:
    assert np.array_equal(np.asarray(dataset), np.arange(24).reshape(4, 6))
    assert np.asarray(dataset, dtype="f4").dtype == "f4"
    assert np.mean(dataset) == 11.5
    with pytest.raises(ValueError, match="copy"):
        dataset.__array__(copy=False)


def test_iterating_gives_rows(file: h5py.File, dataset: h5py.Dataset) -> None:
    rows = list(dataset)
    assert [row.tolist() for row in rows] == np.arange(24).reshape(4, 6).tolist()
    assert [type(item) for item in file.create_dataset("line", data=[1, 2])] == [np.int64, np.int64]
    file["scalar"] = 1
    with pytest.raises(TypeError, match="scalar"):
        iter(file["scalar"])
    with pytest.raises(TypeError, match="scalar"):
        len(file["scalar"])


def test_chunks_are_iterated_over_within_a_region(file: h5py.File, dataset: h5py.Dataset) -> None:
    assert list(dataset.iter_chunks())[1] == (slice(0, 2, 1), slice(4, 6, 1))
    assert len(list(dataset.iter_chunks())) == 4
    assert list(dataset.iter_chunks(np.s_[1:3, 3])) == [
        (slice(1, 2, 1), slice(3, 4, 1)),
        (slice(2, 3, 1), slice(3, 4, 1)),
    ]
    for region in (np.s_[0:5, 0:1], np.s_[0:1], np.s_[2:1, 0:1]):
        with pytest.raises(ValueError, match="region"):
            dataset.iter_chunks(region)
    file["scalar"] = 1
    with pytest.raises(TypeError, match="chunks"):
        file["scalar"].iter_chunks()


@pytest.mark.parametrize("dtype", ["i4", "f8"])
@pytest.mark.parametrize("source", [None, np.s_[1:3, 2:5], np.s_[2], np.s_[[0, 2], 1:3]])
def test_read_direct_fills_a_part_of_an_array(dataset: h5py.Dataset, dtype: str, source: Any) -> None:
    wanted = dataset[...] if source is None else dataset[source]
    target = np.full((3, *wanted.shape), -1, dtype)
    dataset.read_direct(target, source, np.s_[1])
    assert np.array_equal(target[1], wanted)
    assert (target[[0, 2]] == -1).all()
    whole = np.empty(wanted.shape, dtype)
    dataset.read_direct(whole, source)
    assert np.array_equal(whole, wanted)


def test_read_direct_reads_into_the_memory_it_is_given(dataset: h5py.Dataset) -> None:
    memory = np.zeros((6, 4), "i4")
    dataset.read_direct(memory.T)
    assert memory[5, 3] == 23
    with pytest.raises(TypeError, match="do not fit"):
        dataset.read_direct(np.zeros(5, "i4"))


# writing


def test_write_direct_takes_a_part_of_an_array(dataset: h5py.Dataset) -> None:
    dataset.write_direct(np.arange(100, 112, dtype="i4").reshape(2, 6), np.s_[1], np.s_[3])
    assert dataset[3].tolist() == list(range(106, 112))
    dataset.write_direct(np.zeros((4, 6), "f8"))
    assert not dataset[...].any()


@pytest.mark.parametrize(
    ("dtype", "values", "stored"),
    [
        ("u1", np.array([300, -5, 7]), [255, 0, 7]),
        ("i4", np.array([1e20, -1e20, -2.9]), [2**31 - 1, -(2**31), -2]),
        ("u8", np.array([-1, 2, 3]), [0, 2, 3]),
        ("i8", np.array([2**64 - 1, 1, 2], "u8"), [2**63 - 1, 1, 2]),
        ("f4", np.array([1, 2, 3]), [1, 2, 3]),
        ("c8", np.arange(3.0), [0, 1, 2]),
        ("?", np.array([2, 0, 1]), [True, False, True]),
    ],
)
def test_elements_are_converted_as_hdf5_does(file: h5py.File, dtype: str, values: Any, stored: list[Any]) -> None:
    dataset = file.create_dataset("x", (3,), dtype)
    dataset[...] = values
    assert dataset[...].tolist() == stored
    assert file.create_dataset("y", data=values, dtype=dtype)[...].tolist() == stored


@pytest.mark.parametrize(
    ("value", "error"),
    [(300, OverflowError), ("x", ValueError), (np.array([1j] * 3), TypeError), (np.ones(3, "M8[s]"), TypeError)],
)
def test_values_that_cannot_be_converted_are_refused(file: h5py.File, value: Any, error: type[Exception]) -> None:
    dataset = file.create_dataset("x", (3,), "u1")
    with pytest.raises(error):
        dataset[...] = value
    assert not dataset[...].any()


def test_other_datasets_are_values_too(file: h5py.File, dataset: h5py.Dataset) -> None:
    file.create_dataset("copy", data=dataset)
    assert np.array_equal(file["copy"], dataset)
    file["copy"][...] = dataset.astype("f8")


# resizing


def test_resizing_goes_up_to_maxshape(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=np.ones((2, 3)), maxshape=(None, 5), chunks=(2, 2))
    dataset.resize((100, 5))
    assert (dataset.shape, dataset.maxshape) == ((100, 5), (None, 5))
    dataset.resize(3, axis=0)
    dataset.shape = (3, 2)
    assert dataset[...].tolist() == [[1, 1], [1, 1], [0, 0]]
    with pytest.raises(ValueError, match=r"maxshape is \(None, 5\)"):
        dataset.resize((3, 6))
    assert dataset.shape == (3, 2)
    for arguments, error in [
        ((1, 2), ValueError),
        ((1, -1), ValueError),
        (((1,), None), TypeError),
        (((1,), 0), TypeError),
    ]:
        with pytest.raises(error):
            dataset.resize(*arguments)


def test_dataset_without_maxshape_keeps_its_shape(dataset: h5py.Dataset) -> None:
    with pytest.raises(TypeError, match="without maxshape"):
        dataset.resize((9, 9))


def test_maxshape_outlives_the_file(file: h5py.File) -> None:
    file.create_dataset("x", (2,), "i4", maxshape=(9,))
    name = file.filename
    file.close()
    with h5py.File(name, "r+") as again:
        assert again["x"].maxshape == (9,)
        again["x"].resize((9,))


def test_maxshape_true_is_no_limit_and_an_integer_one_dimension(file: h5py.File) -> None:
    assert file.create_dataset("x", (2, 2), maxshape=True).maxshape == (None, None)
    assert file.create_dataset("y", 2, maxshape=7).maxshape == (7,)
    assert file.create_dataset("z", (0,), maxshape=(h5py.UNLIMITED,)).chunks == (1024,)


# records


@pytest.fixture
def records(file: h5py.File) -> h5py.Dataset:
    return file.create_dataset("r", data=np.array([(1, 2), (3, 4), (5, 6)], [("x", "f4"), ("y", "i8")]))


def test_fields_are_read_by_name(records: h5py.Dataset) -> None:
    assert records["x"].tolist() == [1, 3, 5]
    assert records["y", 1] == 4
    assert records["x", "y"].dtype.names == ("x", "y")
    assert records.fields("y")[1:].tolist() == [4, 6]
    assert records.fields(["y"])[0].item() == (2,)
    assert np.asarray(records.fields("x")).dtype == "f4"
    for use in (lambda: records["z"], lambda: records.fields("z")):
        with pytest.raises(ValueError, match="no field 'z'"):
            use()


def test_fields_are_written_by_name(records: h5py.Dataset) -> None:
    records["x"] = 9
    records["y", 1:] = [7, 8]
    records[0] = (0, 1)
    assert records[...].tolist() == [(0, 1), (9, 7), (9, 8)]
    records["x", "y"] = np.zeros(3, records.dtype)
    assert records[...].tolist() == [(0, 0)] * 3
    with pytest.raises(ValueError, match="no field"):
        records["z"] = 1
    with pytest.raises(TypeError, match="cannot be converted"):
        records[...] = np.zeros(3, [("a", "f4"), ("b", "i8")])

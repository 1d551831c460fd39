"""Text in datasets: as h5py gives it, and as other Zarr software sees it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zarr_core
import zarr_h5compat as h5py
from zarr_core.plugins import codecs

needs_vlen = pytest.mark.skipif(codecs.find("vlen-utf8") is None, reason="text of any length needs zarr-codecs")


def test_dtypes_of_text_are_made_and_told() -> None:
    for encoding, length in (("utf-8", None), ("ascii", None), ("utf-8", 5), ("ascii", 5)):
        dtype = h5py.string_dtype(encoding, length)
        assert h5py.check_string_dtype(dtype) == (encoding, length)
    assert h5py.check_string_dtype("f4") is None
    assert h5py.special_dtype(vlen=str) == h5py.string_dtype()
    assert h5py.check_vlen_dtype(h5py.string_dtype()) is str
    assert h5py.check_enum_dtype("i4") is None
    with pytest.raises(ValueError, match="utf-8"):
        h5py.string_dtype("latin-1")
    for use in (lambda: h5py.vlen_dtype("i4"), lambda: h5py.enum_dtype({}), lambda: h5py.special_dtype(vlen=int)):
        with pytest.raises(TypeError, match="support"):
            use()


def test_text_of_a_fixed_length_is_bytes_and_by_asstr_text(file: h5py.File) -> None:
    dataset = file.create_dataset("x", (3,), "S5")
    dataset[0] = "é"
    dataset[1:] = [b"two", "three and more"]
    assert dataset[...].tolist() == ["é".encode(), b"two", b"three"]
    assert dataset.asstr()[...].tolist() == ["é", "two", "three"]
    assert (dataset.asstr()[1], type(dataset[1])) == ("two", np.bytes_)
    assert file.create_dataset("y", data=np.array([b"a"])).dtype == "S1"
    with pytest.raises(TypeError, match="str or bytes"):
        dataset[0] = 5


def test_asstr_is_for_text(file: h5py.File) -> None:
    file["x"] = [1, 2]
    with pytest.raises(TypeError, match="asstr"):
        file["x"].asstr()


@needs_vlen
@pytest.mark.parametrize("data", [["a", "bé", ""], np.array(["a", "bé", ""], object), ("a", "bé", "")])
def test_text_of_any_length_is_bytes_and_by_asstr_text(file: h5py.File, data: Any) -> None:
    dataset = file.create_dataset("x", data=data)
    assert h5py.check_string_dtype(dataset.dtype) == ("utf-8", None)
    assert (dataset[...].dtype, dataset[...].tolist()) == (object, [b"a", "bé".encode(), b""])
    assert (dataset[1], dataset.asstr()[1], dataset.asstr()[1:].tolist()) == ("bé".encode(), "bé", ["bé", ""])
    assert dataset.asstr("ascii", "replace")[1][0] == "b"
    assert dataset.astype("U3")[...].tolist() == ["a", "bé", ""]
    assert dataset.astype("O")[0] == b"a"
    assert list(dataset) == [b"a", "bé".encode(), b""]
    assert np.asarray(dataset).tolist() == dataset[...].tolist()
    assert dataset.fillvalue == b""
    assert zarr_core.open_group(file.filename)["x"][...].tolist() == ["a", "bé", ""]


@needs_vlen
def test_text_is_written_as_str_and_as_bytes(file: h5py.File) -> None:
    dataset = file.create_dataset("x", (4,), h5py.string_dtype(), fillvalue="-")
    dataset[0] = "one"
    dataset[1:3] = [b"two", "three"]
    assert dataset[...].tolist() == [b"one", b"two", b"three", b"-"]
    dataset[[0, 3]] = "z"
    assert dataset[...].tolist() == [b"z", b"two", b"three", b"z"]
    for value in (5, [1, 2, 3, 4], None):
        with pytest.raises(TypeError, match="str or bytes"):
            dataset[...] = value
    target = np.empty(2, object)
    dataset.read_direct(target, np.s_[1:3])
    assert target.tolist() == [b"two", b"three"]
    copy = file.create_dataset("copy", data=dataset)
    assert copy[...].tolist() == dataset[...].tolist()


@needs_vlen
def test_scalar_text(file: h5py.File) -> None:
    file["x"] = "hello"
    assert (file["x"].shape, file["x"][()], file["x"].asstr()[()]) == ((), b"hello", "hello")
    assert (file["x"][...].dtype, file["x"][...].shape) == (object, ())


@needs_vlen
def test_bytes_stay_bytes_whatever_they_are(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=[b"\xff\0", b""])
    assert dataset[...].tolist() == [b"\xff\0", b""]
    assert h5py.check_string_dtype(dataset.dtype) == ("ascii", None)
    assert dataset.astype("O")[0] == b"\xff\0"
    dataset[1] = "text"
    assert dataset[1] == b"text"

"""`File`: names, modes, closing, pickling."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core
import zarr_h5compat as h5py
from zarr_core.storage import LocalStore, MemoryStore

HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(100)


@pytest.fixture
def stored(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(3)
    return path


def test_file_is_an_ordinary_zarr_hierarchy(stored: Path) -> None:
    assert zarr_core.open_group(stored)["x"][2] == 2


def test_default_mode_is_reading(stored: Path) -> None:
    with h5py.File(stored) as file:
        assert file.mode == "r"
        with pytest.raises(OSError, match="read-only"):
            file["x"][0] = 1
        with pytest.raises(ValueError):
            file.create_group("g")
        with pytest.raises(OSError):
            file.attrs["a"] = 1


@pytest.mark.parametrize("mode", ["r", "r+"])
def test_reading_what_is_not_there_makes_nothing(path: Path, mode: Any) -> None:
    for name in (path, path.with_suffix(".zip")):
        with pytest.raises(FileNotFoundError):
            h5py.File(name, mode)
        assert not name.exists()


@pytest.mark.parametrize("mode", ["r+", "a"])
def test_r_plus_and_a_change_what_is_there(stored: Path, mode: Any) -> None:
    with h5py.File(stored, mode) as file:
        assert file.mode == "r+"
        file["x"][0] = 9
    with h5py.File(stored) as file:
        assert file["x"][()].tolist() == [9, 1, 2]


def test_a_creates(path: Path) -> None:
    with h5py.File(path, "a") as file:
        assert len(file) == 0


def test_w_replaces(stored: Path) -> None:
    with h5py.File(stored, "w") as file:
        assert list(file) == []


@pytest.mark.parametrize("mode", ["w-", "x"])
def test_exclusive_modes_replace_nothing(stored: Path, mode: Any) -> None:
    with pytest.raises(FileExistsError):
        h5py.File(stored, mode)
    with h5py.File(stored.with_name("new.zarr"), mode) as file:
        assert file.mode == "r+"


def test_unknown_mode_and_keyword_are_refused(path: Path) -> None:
    mode: Any = "rw"
    with pytest.raises(ValueError, match="mode must be"):
        h5py.File(path, mode)
    with pytest.raises(TypeError, match="'foo'"):
        h5py.File(path, "w", foo=1)
    assert not path.exists()


def test_keywords_that_tune_hdf5_are_taken(path: Path) -> None:
    with h5py.File(path, "w", libver="latest", rdcc_nbytes=1 << 20, driver="sec2", track_order=True, locking=False):
        pass


@pytest.mark.parametrize("keywords", [{"userblock_size": 512}, {"driver": "mpio"}, {"driver": "family"}])
def test_keywords_that_mean_another_file_are_refused(path: Path, keywords: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match="not supported"):
        h5py.File(path, "w", **keywords)


def test_core_driver_without_backing_store_leaves_no_file(path: Path) -> None:
    with h5py.File(path, "w", driver="core", backing_store=False) as file:
        file["x"] = 1
        assert file["x"][()] == 1
        assert file.filename == str(path)
    assert not path.exists()


def test_file_in_memory() -> None:
    with h5py.File.in_memory() as file:
        file["x"] = [1, 2]
        assert file["x"][1] == 2


@pytest.mark.parametrize("store", [{}, MemoryStore()])
def test_dictionary_or_store_is_a_file_and_outlives_it(store: Any) -> None:
    with h5py.File(store, "w") as file:
        file["x"] = 1
    with h5py.File(store, "r") as file:
        assert file["x"][()] == 1


def test_file_object_is_refused() -> None:
    import io

    with pytest.raises(TypeError, match="BytesIO"):
        h5py.File(io.BytesIO(), "w")


@pytest.mark.parametrize("user_block", [0, 512, 2048])
def test_real_hdf5_file_is_told_from_zarr(path: Path, user_block: int) -> None:
    path.write_bytes(bytes(user_block) + HDF5)
    for mode in ("r", "a", "w"):
        with pytest.raises(OSError, match=r"is an HDF5 file.*convert"):
            h5py.File(path, mode)
    assert path.stat().st_size == user_block + len(HDF5)
    assert not h5py.is_hdf5(path)


def test_other_files_and_directories_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("text")
    for mode in ("r+", "a", "w"):
        with pytest.raises(OSError, match="holds no Zarr"):
            h5py.File(tmp_path / "notes.txt", mode)
    for mode in ("a", "w"):
        with pytest.raises(OSError, match="other files"):
            h5py.File(tmp_path, mode)
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_empty_file_as_tempfile_makes_them_is_replaced(path: Path) -> None:
    path.touch()
    with h5py.File(path, "w") as file:
        file["x"] = 1
    assert path.is_dir()


def test_is_hdf5_says_what_file_can_open(stored: Path) -> None:
    assert h5py.is_hdf5(stored)
    assert not h5py.is_hdf5(stored / "x" / "c")
    assert not h5py.is_hdf5(stored.with_name("nothing"))


def test_closed_file_and_what_came_from_it_are_false_and_refuse(file: h5py.File) -> None:
    dataset, group, attrs = file.create_dataset("x", data=[1]), file.create_group("g"), file.attrs
    file.close()
    file.close()
    assert not file
    assert not dataset
    assert not group
    assert (repr(file), repr(dataset)) == ("<Closed Zarr file>", "<Closed Zarr dataset>")
    assert dataset.name is None
    uses: list[Any] = [
        *[lambda: file["x"], lambda: list(file), lambda: file.filename, lambda: file.flush(), lambda: file.keys()],
        *[lambda: dataset[0], lambda: dataset.shape, lambda: dataset.attrs, lambda: group.create_group("h")],
        *[lambda: attrs["a"], lambda: attrs.update(a=1), lambda: dataset.file, lambda: dataset.parent],
    ]
    for use in uses:
        with pytest.raises(ValueError, match="closed"):
            use()
    assert "x" not in file


def test_with_block_closes_also_after_an_error(path: Path) -> None:
    with pytest.raises(RuntimeError, match="mine"), h5py.File(path, "w") as file:
        raise RuntimeError("mine")
    assert not file


def test_repr_says_that_it_is_zarr(file: h5py.File) -> None:
    file.create_dataset("g/x", (3,), "f8")
    assert repr(file) == '<Zarr file "data.zarr" (mode r+)>'
    assert repr(file["g"]) == '<Zarr group "/g" (1 members)>'
    assert repr(file["g/x"]) == '<Zarr dataset "x": shape (3,), type "<f8">'


def test_file_and_objects_pickle_and_a_written_file_is_not_replaced(file: h5py.File) -> None:
    file["g/x"] = [1, 2, 3]
    dataset, group, copy = pickle.loads(pickle.dumps((file["g/x"], file["g"], file)))
    assert dataset[()].tolist() == [1, 2, 3]
    assert (group.name, copy.mode, copy.filename) == ("/g", "r+", file.filename)
    assert copy["g"] == group
    dataset[0] = 7
    assert file["g/x"][0] == 7
    file.close()
    with pytest.raises(ValueError, match="closed"):
        pickle.dumps(file)


def test_consolidated_metadata_is_used_for_reading_and_not_in_the_way_of_writing(stored: Path) -> None:
    zarr_core.consolidate_metadata(stored)
    with h5py.File(stored) as file:
        assert list(file) == ["x"]
    with h5py.File(stored, "a") as file:
        file["y"] = 1
        assert list(file) == ["x", "y"]
        assert file["y"][()] == 1


def test_format_2_is_read_and_written(path: Path) -> None:
    with h5py.File(path, "w", zarr_format=2) as file:
        file["g/x"] = [1, 2]
        file["g"].attrs["a"] = np.float32(1)
    with h5py.File(path) as file:
        assert file.zarr.zarr_format == 2
        assert file["g/x"][1] == 2
        assert file["g"].attrs["a"].dtype == "f4"


def test_store_that_was_given_is_left_open_and_one_that_was_named_is_closed(path: Path) -> None:
    closed: list[str] = []

    class Watched(LocalStore):
        def close(self) -> None:
            closed.append("closed")

    h5py.File(Watched(path), "w").close()
    assert closed == []


def test_zip_file_is_complete_when_closed(path: Path) -> None:
    pytest.importorskip("zarr_stores", reason="zip files are of zarr-stores")
    name = path.with_suffix(".zip")
    with h5py.File(name, "w") as file:
        file["x"] = np.arange(5)
    with h5py.File(name, "w") as file:
        assert list(file) == []
        file["y"] = np.arange(5)
    with h5py.File(name) as file:
        assert list(file) == ["y"]
        assert file["y"][4] == 4
    assert h5py.is_hdf5(name)

"""The suite that every store passes, and what only tar files have."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from acme_zarr_tar import TarStore, open_tar

import zarr_core as zarr
from zarr_core.engine.step import step
from zarr_core.errors import StoreError
from zarr_core.plugins import urls
from zarr_core.testing.stores import StoreTests


def write(path: Path, values: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, value in values.items():
            member = tarfile.TarInfo(name)
            member.size = len(value)
            archive.addfile(member, io.BytesIO(value))
    return path


class TestTarStore(StoreTests):
    @pytest.fixture
    def path(self, tmp_path: Path, values: Mapping[str, bytes]) -> Path:
        return write(tmp_path / "a.tar", values)

    @pytest.fixture
    def store(self, path: Path) -> TarStore:
        return TarStore(path)

    @pytest.fixture
    def twin(self, path: Path) -> TarStore:
        return TarStore(path)


def test_array_in_a_tar_file_is_opened_by_its_suffix(tmp_path: Path) -> None:
    written = zarr.create_array(tmp_path / "a.zarr", shape=(30, 20), chunks=(10, 10), dtype="i4")
    written[...] = np.arange(600).reshape(30, 20)
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.add(tmp_path / "a.zarr", ".")
    with urls.register(".tar", open_tar):  # when it is installed, its entry point does this
        read = zarr.open_array(tmp_path / "a.tar", mode="r")
        assert (read[5:25, 3] == np.arange(600).reshape(30, 20)[5:25, 3]).all()


def test_member_that_would_escape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="evil"):
        TarStore(write(tmp_path / "a.tar", {"../evil": b"1"}))


def test_last_of_several_members_of_one_name_counts(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for value in (b"old", b"new!"):
            member = tarfile.TarInfo("./a/b")
            member.size = len(value)
            archive.addfile(member, io.BytesIO(value))
    assert step(TarStore(tmp_path / "a.tar").get("a/b")) == b"new!"


def test_what_is_no_tar_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"no tar at all" * 100)
    with pytest.raises(StoreError, match="no uncompressed tar file"):
        TarStore(tmp_path / "a.tar")

"""Fixtures that more than one test module uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import zarr_h5compat as h5py


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a file may be made."""
    return tmp_path / "data.zarr"


@pytest.fixture
def file(path: Path) -> Iterator[h5py.File]:
    """A new file, open for writing."""
    with h5py.File(path, "w") as opened:
        yield opened

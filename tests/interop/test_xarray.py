"""xarray opens what we wrote, through the files, and we what xarray wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core
from tests.interop.peers import zarr_python  # noqa: F401 - xarray needs it

xarray = pytest.importorskip("xarray", reason="xarray is in the environment `interop`")

pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata is currently not part")


def _dataset() -> Any:
    temperature = np.linspace(0, 30, 24, dtype="f4").reshape(4, 6)
    temperature[1, 2] = np.nan
    return xarray.Dataset(
        {"t": (("y", "x"), temperature, {"units": "degC"}), "n": ((), np.int32(7))},
        coords={"y": np.arange(4) * 0.5, "x": np.arange(6)},
        attrs={"title": "run"},
    )


def _write_ours(path: Path, dataset: Any, zarr_format: int, shards: bool) -> None:
    root = zarr_core.create_group(path, zarr_format=zarr_format, attributes=dataset.attrs)
    for name, variable in dataset.variables.items():
        keywords: dict[str, Any] = {"attributes": dict(variable.attrs)}
        if zarr_format == 2:
            keywords["fill_value"] = None  # xarray takes any other for "missing value" in format 2
            keywords["attributes"]["_ARRAY_DIMENSIONS"] = list(variable.dims)
        else:
            keywords["dimension_names"] = variable.dims
        if variable.ndim == 2:
            keywords["chunks"], keywords["fill_value"] = (2, 3), np.nan
            if shards:
                keywords["shards"] = (4, 6)
        root.create_array(name, data=variable.values, **keywords)


@pytest.mark.parametrize(("zarr_format", "shards"), [(2, False), (3, False), (3, True)])
@pytest.mark.parametrize("consolidated", [False, True])
def test_xarray_opens_what_we_wrote(zarr_format: int, shards: bool, consolidated: bool, tmp_path: Path) -> None:
    dataset = _dataset()
    _write_ours(tmp_path / "a.zarr", dataset, zarr_format, shards)
    if consolidated:
        zarr_core.consolidate_metadata(tmp_path / "a.zarr")
    with xarray.open_zarr(tmp_path / "a.zarr", consolidated=consolidated, chunks=None) as found:
        xarray.testing.assert_identical(found.load(), dataset)


@pytest.mark.parametrize(("zarr_format", "shards"), [(2, False), (3, True)])
def test_xarray_reads_chunks_of_ours_lazily(zarr_format: int, shards: bool, tmp_path: Path) -> None:
    dataset = _dataset()
    _write_ours(tmp_path / "a.zarr", dataset, zarr_format, shards)
    with xarray.open_zarr(tmp_path / "a.zarr", consolidated=False) as found:
        assert found.t.chunks is not None
        xarray.testing.assert_identical(
            found.isel(x=slice(1, 4)).mean("y").compute(), dataset.isel(x=slice(1, 4)).mean("y")
        )


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("consolidated", [False, True])
def test_we_open_what_xarray_wrote(zarr_format: int, consolidated: bool, tmp_path: Path) -> None:
    dataset = _dataset()
    dataset.to_zarr(tmp_path / "a.zarr", zarr_format=zarr_format, consolidated=consolidated)
    root: Any = zarr_core.open_group(tmp_path / "a.zarr", mode="r", use_consolidated=consolidated)
    assert sorted(root) == ["n", "t", "x", "y"]
    assert root.attrs["title"] == "run"
    for name, variable in dataset.variables.items():
        array = root[name]
        np.testing.assert_array_equal(array[...], variable.values)
        dims = array.dimension_names if zarr_format == 3 else array.attrs["_ARRAY_DIMENSIONS"]
        assert tuple(dims or ()) == variable.dims


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_xarray_appends_to_what_we_wrote(zarr_format: int, tmp_path: Path) -> None:
    dataset = _dataset()
    _write_ours(tmp_path / "a.zarr", dataset, zarr_format, False)
    more = dataset.isel(y=slice(0, 2)).assign_coords(y=[10.0, 11.0])
    more.drop_vars("n").to_zarr(tmp_path / "a.zarr", append_dim="y", consolidated=False)
    root: Any = zarr_core.open_group(tmp_path / "a.zarr", mode="r")
    np.testing.assert_array_equal(root["t"][...], np.concatenate([dataset.t.values, more.t.values]))
    np.testing.assert_array_equal(root["y"][...], [0, 0.5, 1, 1.5, 10, 11])

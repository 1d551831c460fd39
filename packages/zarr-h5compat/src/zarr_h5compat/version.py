"""`h5py.version`: of this package, which follows the interface of h5py 3."""

from __future__ import annotations

from importlib.metadata import version as _installed

__all__ = ["info", "version", "version_tuple"]

version = _installed("zarr-h5compat")
version_tuple = tuple(int(part) if part.isdigit() else part for part in version.split("."))
info = f"zarr-h5compat {version}, zarr-core {_installed('zarr-core')}; the interface is that of h5py 3"

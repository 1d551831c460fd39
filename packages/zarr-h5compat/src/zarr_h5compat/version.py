"""`h5py.version`: of this package, which follows the interface of h5py 3. Looked up when it is asked for."""

from __future__ import annotations

from importlib import metadata
from typing import Any

__all__ = ["info", "version", "version_tuple"]

version: str
version_tuple: tuple[int | str, ...]
info: str


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"zarr_h5compat.version has no {name!r}: there are {', '.join(__all__)}", name=name)
    found = metadata.version("zarr-h5compat")
    if name == "version_tuple":
        return tuple(int(part) if part.isdigit() else part for part in found.split("."))
    if name == "info":
        return f"zarr-h5compat {found}, zarr-core {metadata.version('zarr-core')}; the interface is that of h5py 3"
    return found

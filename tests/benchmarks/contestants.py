"""The implementations that are compared, each seen through the same few functions.

An array is opened once per row and read often, as a program would do it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

__all__ = ["OURS", "Contestant", "installed"]

OURS = "ours"
PIPELINES = "zarr.core.codec_pipeline"


class Contestant(Protocol):
    """One implementation. `atomic`: its writes survive a kill."""

    name: str
    package: str
    atomic: bool

    def active(self) -> AbstractContextManager[Any]:
        """While it opens, reads or writes."""
        ...

    def open(self, path: Path, *, write: bool = False) -> Any: ...
    def read(self, array: Any) -> NDArray[Any]: ...
    def element(self, array: Any, at: tuple[int, ...]) -> Any: ...
    def write(self, array: Any, values: NDArray[Any]) -> None: ...


class ZarrLike:
    """zarr-python with one of its codec pipelines, or a module with the same functions."""

    def __init__(self, name: str, package: str, pipeline: str = "", *, atomic: bool = True) -> None:
        self.name, self.package, self.atomic = name, package, atomic
        self.module: Any = import_module(package)
        self._pipeline = pipeline

    def active(self) -> AbstractContextManager[Any]:
        if not self._pipeline:
            return nullcontext()
        return self.module.config.set({"codec_pipeline.path": self._pipeline})  # type: ignore[no-any-return]

    def open(self, path: Path, *, write: bool = False) -> Any:
        return self.module.open_array(str(path), mode="r+" if write else "r")

    def read(self, array: Any) -> NDArray[Any]:
        return array[...]  # type: ignore[no-any-return]

    def element(self, array: Any, at: tuple[int, ...]) -> Any:
        return array[at]

    def write(self, array: Any, values: NDArray[Any]) -> None:
        array[...] = values


class Tensorstore:
    """tensorstore with the concurrency it chooses, nothing cached, and like the others not waiting for the disk."""

    name = package = "tensorstore"
    atomic = True

    def __init__(self) -> None:
        self._module: Any = import_module(self.package)

    def active(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def open(self, path: Path, *, write: bool = False) -> Any:
        spec = {
            "driver": "zarr3",
            "kvstore": {"driver": "file", "path": str(path)},
            "context": {"cache_pool": {"total_bytes_limit": 0}, "file_io_sync": False},
        }
        return self._module.open(spec, open=True, read=True, write=write).result()

    def read(self, array: Any) -> NDArray[Any]:
        return array.read().result()  # type: ignore[no-any-return]

    def element(self, array: Any, at: tuple[int, ...]) -> Any:
        return array[at].read().result()

    def write(self, array: Any, values: NDArray[Any]) -> None:
        array.write(values).result()


def installed() -> tuple[list[Contestant], list[str]]:
    """All that are installed, ours last; and the names of those that are not."""
    missing = [name for name in ("zarr", "zarrs", "tensorstore") if not find_spec(name)]
    found: list[Contestant] = []
    if "zarr" not in missing:
        found.append(ZarrLike("zarr-python", "zarr", f"{PIPELINES}.BatchedCodecPipeline"))
        found.append(ZarrLike("fused", "zarr", f"{PIPELINES}.FusedCodecPipeline"))
        if "zarrs" not in missing:
            found.append(ZarrLike("zarrs", "zarr", "zarrs.ZarrsCodecPipeline", atomic=False))
    if "tensorstore" not in missing:
        found.append(Tensorstore())
    return [*found, ZarrLike(OURS, "zarr_core")], missing

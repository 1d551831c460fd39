"""The implementations that are compared, each seen through the same few functions.

An array is opened once per row and read often, as a program would do it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from numpy.typing import NDArray

__all__ = ["OURS", "Contestant", "installed"]

OURS = "ours"


class Contestant(Protocol):
    """One implementation. `atomic`: its writes survive a kill."""

    name: str
    atomic: bool

    @contextmanager
    def active(self) -> Iterator[None]:
        """While it opens, reads or writes."""
        ...

    def open(self, path: Path, *, write: bool = False) -> Any: ...
    def read(self, array: Any) -> NDArray[Any]: ...
    def element(self, array: Any, at: tuple[int, ...]) -> Any: ...
    def write(self, array: Any, values: NDArray[Any]) -> None: ...


class ZarrPython:
    """zarr-python with one of its codec pipelines."""

    def __init__(self, name: str, pipeline: str, *, atomic: bool = True) -> None:
        self.name, self.atomic, self._pipeline = name, atomic, pipeline
        self._zarr: Any = import_module("zarr")

    @contextmanager
    def active(self) -> Iterator[None]:
        with self._zarr.config.set({"codec_pipeline.path": self._pipeline}):
            yield

    def open(self, path: Path, *, write: bool = False) -> Any:
        return self._zarr.open_array(str(path), mode="r+" if write else "r")

    def read(self, array: Any) -> NDArray[Any]:
        return array[...]  # type: ignore[no-any-return]

    def element(self, array: Any, at: tuple[int, ...]) -> Any:
        return array[at]

    def write(self, array: Any, values: NDArray[Any]) -> None:
        array[...] = values


class Tensorstore:
    """tensorstore as it comes: concurrency by default, nothing cached, and writes that do not wait for the disk."""

    name, atomic = "tensorstore", True

    def __init__(self) -> None:
        self._module: Any = import_module("tensorstore")

    @contextmanager
    def active(self) -> Iterator[None]:
        yield

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


class Ours:
    """zarr_core with whatever distributions are installed."""

    name, atomic = OURS, True

    def __init__(self) -> None:
        self._zarr: ModuleType = import_module("zarr_core")

    @contextmanager
    def active(self) -> Iterator[None]:
        yield

    def open(self, path: Path, *, write: bool = False) -> Any:
        return self._zarr.open_array(str(path), mode="r+" if write else "r")

    def read(self, array: Any) -> NDArray[Any]:
        return array[...]  # type: ignore[no-any-return]

    def element(self, array: Any, at: tuple[int, ...]) -> Any:
        return array[at]

    def write(self, array: Any, values: NDArray[Any]) -> None:
        array[...] = values


def installed() -> tuple[list[Contestant], list[str]]:
    """All that are installed, ours last; and the names of those that are not."""
    found: list[Contestant] = []
    missing: list[str] = []
    if find_spec("zarr"):
        found.append(ZarrPython("zarr-python", "zarr.core.codec_pipeline.BatchedCodecPipeline"))
        found.append(ZarrPython("fused", "zarr.core.codec_pipeline.FusedCodecPipeline"))
        if find_spec("zarrs"):
            found.append(ZarrPython("zarrs", "zarrs.ZarrsCodecPipeline", atomic=False))
    if find_spec("tensorstore"):
        found.append(Tensorstore())
    missing += [name for name in ("zarr", "zarrs", "tensorstore") if not find_spec(name)]
    return [*found, Ours()], missing

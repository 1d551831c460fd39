"""`File`: a Zarr hierarchy as h5py opens an HDF5 file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from zarr_core.storage import MemoryStore
from zarr_h5compat.group import Group
from zarr_h5compat.opening import Mode, open_file

__all__ = ["File"]

IGNORED = frozenset(
    {
        *("libver", "swmr", "rdcc_nslots", "rdcc_nbytes", "rdcc_w0", "track_order", "track_times", "locking"),
        *("fs_strategy", "fs_persist", "fs_threshold", "fs_page_size", "page_buf_size", "min_meta_keep"),
        *("min_raw_keep", "alignment_threshold", "alignment_interval", "meta_block_size", "block_size"),
    }
)
"""They tune the HDF5 library, and there is nothing of the kind to tune."""


class File(Group):
    """A directory, a zip file (a name that ends in .zip), a URL, a `zarr_core` store or a dictionary of values.

        with File("data.zarr", "w") as f:
            f["x"] = numpy.arange(10)

    `mode` is "r" (read, the default), "r+" (read and write), "w" (create, replacing what is there), "w-" or "x"
    (create, an error if it exists), "a" (read and write, create if it does not exist). `driver` "core" with
    `backing_store=False` keeps all in memory; other local drivers make no difference. Keywords that tune HDF5 are
    taken and ignored. Not in h5py: `storage_options` for URLs, `zarr_format` (2 or 3) for new files.

    Everything is stored when it is assigned, but the directory of a zip file when it is closed.
    """

    def __init__(
        self,
        name: Any,
        mode: Mode = "r",
        driver: str | None = None,
        *,
        userblock_size: int | None = None,
        backing_store: bool = True,
        storage_options: Mapping[str, Any] | None = None,
        zarr_format: int | None = None,
        **tuning: Any,
    ) -> None:
        unknown = sorted(tuning.keys() - IGNORED)
        if unknown:
            raise TypeError(f"File() got an unexpected keyword argument {unknown[0]!r}")
        if userblock_size:
            raise TypeError("userblock_size is not supported: there is no file in which to leave room for one")
        if driver not in (None, "sec2", "stdio", "direct", "windows", "core"):
            raise ValueError(f"driver {driver!r} is not supported: leave it out, and give a path, a URL or a store")
        target = name
        if driver == "core" and not backing_store and mode != "r":
            if mode in ("r+", "a") and os.path.exists(name):
                raise ValueError(f"{name!r} exists, and changes to it in memory only are not supported")
            target = MemoryStore()
        opened = open_file(target, mode, storage_options=storage_options, zarr_format=zarr_format)
        if target is not name:
            opened.filename = os.fsdecode(name)
        super().__init__(opened, opened.root)

    @classmethod
    def in_memory(cls, **tuning: Any) -> Self:
        """A new file in memory."""
        return cls(MemoryStore(), "w", **tuning)

    @property
    def filename(self) -> str:
        """The name that it was opened by."""
        self._live()
        return self._file.filename

    @property
    def mode(self) -> str:
        """How it can be used: "r" for reading only, else "r+"."""
        self._live()
        return self._file.mode

    @property
    def swmr_mode(self) -> bool:
        """What it was set to. Readers can look on while one writes in any case; see `Dataset.refresh`."""
        self._live()
        return self._file.swmr_mode

    @swmr_mode.setter
    def swmr_mode(self, value: bool) -> None:
        self._live()
        self._file.swmr_mode = bool(value)

    def flush(self) -> None:
        """Nothing to do, but for zip files, which are complete when they are closed."""
        self._live()

    def close(self) -> None:
        """Close the file: all its groups and datasets become false and refuse to be used. Harmless when repeated."""
        self._file.close()

    def __enter__(self) -> Self:
        self._live()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if not self:
            return "<Closed Zarr file>"
        return f'<Zarr file "{os.path.basename(self._file.filename)}" (mode {self._file.mode})>'

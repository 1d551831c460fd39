"""What an array or group is, as a table to read. Asks the store nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from html import escape
from typing import Any, Self

from zarr_core.abc.array import BaseArray
from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.group import BaseGroup

__all__ = ["ArrayInfo", "GroupInfo", "debug_info", "human_bytes"]


def human_bytes(count: float) -> str:
    """`1536` as `1.5 KiB`."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} PiB"


class _Table:
    """Prints its fields, those that are None left out."""

    def _rows(self) -> list[tuple[str, str]]:
        shown = [(field.name, getattr(self, field.name)) for field in fields(self)]  # type: ignore[arg-type]
        return [(name.replace("_", " "), str(value)) for name, value in shown if value is not None]

    def __repr__(self) -> str:
        rows = self._rows()
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}} : {value}" for name, value in rows)

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in self._rows())
        return f"<table>{rows}</table>"


@dataclass(frozen=True, repr=False)
class ArrayInfo(_Table):
    """An array."""

    type: str
    zarr_format: int
    data_type: Any
    shape: tuple[int, ...]
    chunk_shape: tuple[int, ...] | ChunkGrid
    shard_shape: tuple[int, ...] | ChunkGrid | None
    dimension_names: Any
    fill_value: Any
    codecs: str
    store: str
    path: str
    read_only: bool
    bytes: str
    bytes_stored: str | None = None
    ratio: str | None = None
    chunks_stored: str | None = None

    @classmethod
    def of(cls, array: BaseArray) -> Self:
        """Without a request."""
        return cls(
            type(array).__name__,
            array.zarr_format,
            array.metadata.data_type.to_json_v3(),
            array.shape,
            array.chunking["chunks"],
            array.chunking["shards"],
            array.dimension_names,
            array.fill_value,
            ", ".join(map(repr, array.metadata.codecs)),
            repr(array.store),
            array.name,
            array.read_only,
            f"{array.nbytes} ({human_bytes(array.nbytes)})",
        )

    def completed(self, array: BaseArray, chunks: int, nbytes: int) -> Self:
        """With what listing the array's keys told."""
        return replace(
            self,
            bytes_stored=f"{nbytes} ({human_bytes(nbytes)})",
            ratio=f"{array.nbytes / nbytes:.1f}" if nbytes else None,
            chunks_stored=f"{chunks} of {array.nchunks}",
        )


@dataclass(frozen=True, repr=False)
class GroupInfo(_Table):
    """A group."""

    type: str
    zarr_format: int
    store: str
    path: str
    read_only: bool
    attributes: int
    consolidated_members: int | None
    members: int | None = None

    def completed(self, members: int) -> Self:
        """With the number of members."""
        return replace(self, members=members)

    @classmethod
    def of(cls, group: BaseGroup) -> Self:
        """Without a request."""
        consolidated = group.metadata.consolidated
        return cls(
            type(group).__name__,
            group.zarr_format,
            repr(group.store),
            group.name,
            group.read_only,
            len(group.metadata.attributes),
            None if consolidated is None else len(consolidated),
        )


def debug_info() -> list[str]:
    """The platform, the versions of this project and of what it is built on, and how many plugins there are."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from zarr_core.plugins import entries

    lines = [f"platform: {platform.platform()}", f"python: {platform.python_version()}"]
    ours = ["zarr-core", "zarr-codecs", "zarr-sharding", "zarr-stores", "zarr-h5compat"]
    theirs = ["numpy", "pydantic", "pluggy", "importlib-metadata", "numcodecs", "zstandard", "blosc2", "fsspec"]
    for name in [*ours, *theirs]:
        try:
            lines.append(f"{name}: {version(name)}")
        except PackageNotFoundError:
            lines.append(f"{name}: not installed")
    found = entries()
    broken = [entry for entry in found if entry.state in ("broken", "conflict")]
    lines.append(f"plugins: {len(found)}" + "".join(f"\n  {e.state}: {e.kind} {e.name!r}: {e.error}" for e in broken))
    return lines

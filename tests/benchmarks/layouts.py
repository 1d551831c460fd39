"""What the benchmark reads and writes: arrays of several layouts, their values, and how they are made on disk.

Knows no implementation: whoever makes the arrays is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LAYOUTS", "Layout", "create", "values"]

DTYPE = np.dtype("<f4")
ZSTD: dict[str, Any] = {"name": "zstd", "configuration": {"level": 3, "checksum": False}}


@dataclass(frozen=True)
class Layout:
    """How one array of float32 is stored: so many objects along each dimension, and the shape of each."""

    key: str
    count: tuple[int, ...]
    chunks: tuple[int, ...]
    """What is decoded as one piece."""
    shards: tuple[int, ...] | None = None
    zstd: bool = True

    @property
    def objects(self) -> tuple[int, ...]:
        """The shape of what is stored under one key."""
        return self.shards or self.chunks

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array."""
        return tuple(n * length for n, length in zip(self.count, self.objects, strict=True))

    @property
    def title(self) -> str:
        """For the table."""
        codec = "zstd" if self.zstd else "raw"
        size, objects = _size(prod(self.chunks) * DTYPE.itemsize), prod(self.count)
        if self.shards is None:
            return f"{objects} chunks of {size}, {codec}"
        inner = objects * prod(self.shards) // prod(self.chunks)
        return f"{inner} inner chunks of {size} in {objects} shards, {codec}"

    def smaller(self) -> Layout:
        """Some eighth of it."""
        fewer = tuple(max(2 if n == 3 else 1, n // 3) for n in self.count)
        return Layout(self.key, fewer, self.chunks, self.shards, self.zstd)


LAYOUTS = (
    Layout("large raw", (3, 3, 3), (128, 128, 128), zstd=False),
    Layout("large zstd", (3, 3, 3), (128, 128, 128)),
    Layout("large shards", (3, 3, 3), (32, 32, 32), (128, 128, 128)),
    Layout("small raw", (64, 64), (32, 32), zstd=False),
    Layout("small zstd", (64, 64), (32, 32)),
    Layout("small shards", (2, 2, 1), (10, 10, 20), (100, 100, 200)),
)


def values(shape: tuple[int, ...]) -> NDArray[Any]:
    """A smooth field in steps of 1/16, with noise of some steps: zstd leaves about a quarter of it."""
    rng = np.random.default_rng(3)
    field = np.zeros(shape, DTYPE)
    for axis, length in enumerate(shape):
        wave = np.sin(np.linspace(0, 7, length, dtype=DTYPE)) * 8
        field += wave.reshape([-1 if other == axis else 1 for other in range(len(shape))])
    steps = np.round(field * 16)
    steps += rng.integers(0, 8, shape, dtype=np.uint8)
    return steps / np.float32(16) + np.float32(64)  # nowhere zero, which is the fill value


def create(layout: Layout, path: Path, zarr: Any) -> Any:
    """An array without values yet, made with the module `zarr`: zarr-python, or one that looks like it."""
    return zarr.create_array(
        store=str(path),
        shape=layout.shape,
        dtype="float32",
        chunks=layout.chunks,
        shards=layout.shards,
        compressors=ZSTD if layout.zstd else None,
        fill_value=0,
    )


def _size(nbytes: int) -> str:
    if nbytes % 1024:
        return f"{nbytes} bytes" if nbytes < 1000 else f"{nbytes / 1000:g} KB"
    return f"{nbytes >> 20} MiB" if nbytes % (1 << 20) == 0 else f"{nbytes >> 10} KiB"

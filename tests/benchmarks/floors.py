"""The floor: the same bytes read and decoded, or encoded and written, by a bare loop without array semantics.

Alone and on as many threads as there are processors, whatever is faster.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from zstandard import ZstdCompressor, ZstdDecompressor

from tests.benchmarks.layouts import DTYPE, Layout

__all__ = ["element_floor", "open_floor", "read_floors", "write_floors"]

THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY)
    data = os.read(fd, os.fstat(fd).st_size)
    os.close(fd)
    return data


def _entries(shard: bytes, layout: Layout) -> list[list[int]]:
    count = prod(layout.objects) // prod(layout.chunks)
    return np.frombuffer(shard[-16 * count - 4 : -4], "<u8").reshape(-1, 2).tolist()


def _drain(layout: Layout, files: Sequence[tuple[str, memoryview]]) -> None:
    """Read and decode some files; raw ones into the memory given with them."""
    decompress = ZstdDecompressor().decompress
    for path, room in files:
        if not layout.zstd:
            with open(path, "rb", buffering=0) as file:
                file.readinto(room)
        elif layout.shards is None:
            decompress(_read(path))
        else:
            shard = _read(path)
            view = memoryview(shard)
            for offset, size in _entries(shard, layout):
                decompress(view[offset : offset + size])


def _shared(work: Callable[[Any], None], items: Sequence[Any]) -> Callable[[], None]:
    """The work on as many threads as there are processors."""

    def call() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, [items[number::THREADS] for number in range(THREADS)]))

    return call


def _files(layout: Layout, path: Path) -> list[str]:
    return [str(path / "c" / "/".join(map(str, at))) for at in product(*map(range, layout.count))]


def read_floors(layout: Layout, path: Path) -> dict[str, Callable[[], Any]]:
    """Ways to read and decode all of the array."""
    files, size = _files(layout, path), prod(layout.objects) * DTYPE.itemsize

    def items() -> list[tuple[str, memoryview]]:
        # untouched memory, as every reader has to bring it
        room = np.empty(size * len(files) if not layout.zstd else 0, np.uint8).data
        return [(file, room[size * n : size * (n + 1)]) for n, file in enumerate(files)]

    return {
        "floor": lambda: _drain(layout, items()),
        "floor, threads": lambda: _shared(lambda some: _drain(layout, some), items())(),
    }


def element_floor(layout: Layout, path: Path, positions: Iterable[tuple[int, ...]]) -> Callable[[], Any]:
    """Read single elements: a raw one alone, of others their chunk; indexes of shards are at hand."""
    steps = []
    indexes: dict[str, Any] = {}
    for at in positions:
        outer = [x // length for x, length in zip(at, layout.objects, strict=True)]
        file = str(path / "c" / "/".join(map(str, outer)))
        inside = [x % length for x, length in zip(at, layout.chunks, strict=True)]
        place = int(np.ravel_multi_index(inside, layout.chunks)) * DTYPE.itemsize
        start, length = place, DTYPE.itemsize
        if layout.shards is not None:
            within = [x % n // c for x, n, c in zip(at, layout.shards, layout.chunks, strict=True)]
            counts = [n // c for n, c in zip(layout.shards, layout.chunks, strict=True)]
            if file not in indexes:
                indexes[file] = _entries(_read(file), layout)
            start, length = indexes[file][int(np.ravel_multi_index(within, counts))]
        elif layout.zstd:
            start, length = 0, os.stat(file).st_size
        steps.append((file, start, length, place))

    def call() -> None:
        decompress = ZstdDecompressor().decompress
        for file, start, length, place in steps:
            fd = os.open(file, os.O_RDONLY)
            data = os.pread(fd, length, start)
            os.close(fd)
            if layout.zstd:
                decompress(data)[place : place + DTYPE.itemsize]

    return call


def open_floor(paths: Sequence[Path]) -> Callable[[], Any]:
    """Read and parse metadata documents."""
    files = [str(path / "zarr.json") for path in paths]
    return lambda: [json.loads(_read(file)) for file in files]


def write_floors(layout: Layout, path: Path, values: NDArray[Any]) -> dict[str, Callable[[], Any]]:
    """Ways to encode and write all of the array, each object under another name first."""
    files = _files(layout, path)
    cut = [
        values[tuple(slice(i * n, (i + 1) * n) for i, n in zip(at, layout.objects, strict=True))]
        for at in product(*map(range, layout.count))
    ]

    def work(some: Sequence[tuple[str, NDArray[Any]]]) -> None:
        compress = ZstdCompressor(level=3).compress
        for directory in {os.path.dirname(file) for file, _ in some}:
            os.makedirs(directory, exist_ok=True)
        for file, piece in some:
            pieces = [piece] if layout.shards is None else _inner(layout, piece)
            encoded: list[Any] = [np.ascontiguousarray(inner).reshape(-1).view(np.uint8).data for inner in pieces]
            if layout.zstd:
                encoded = [compress(data) for data in encoded]
            fd = os.open(file + ".part", os.O_WRONLY | os.O_CREAT, 0o666)
            for first in range(0, len(encoded), 1000):
                os.writev(fd, encoded[first : first + 1000])
            os.close(fd)
            os.rename(file + ".part", file)

    items = list(zip(files, cut, strict=True))
    return {"floor": lambda: work(items), "floor, threads": _shared(work, items)}


def _inner(layout: Layout, shard: NDArray[Any]) -> list[NDArray[Any]]:
    spans = [range(0, n, c) for n, c in zip(layout.objects, layout.chunks, strict=True)]
    return [
        shard[tuple(slice(s, s + c) for s, c in zip(start, layout.chunks, strict=True))] for start in product(*spans)
    ]

"""Real relief through the library: written once, read back in several ways, drawn with the chunks that hold it.

Run by `python -m hatch run demo`. It leaves `demo.zarr`, `demo.zip` and `demo.png` in the current directory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

import numpy as np
from matplotlib.cbook import get_sample_data
from relief import draw
from rich.console import Console
from rich.table import Table

import zarr_core as zarr
import zarr_h5compat as h5py
from zarr_core import asynchronous
from zarr_core.codecs import BloscCodec
from zarr_core.storage import ZipStore

FAULT, COAST = get_sample_data("jacksboro_fault_dem.npz"), get_sample_data("topobathy.npz")
WINDOW = np.s_[100:180, 210:330]
console = Console(width=88, highlight=False)


def write() -> None:
    """Two reliefs with their coordinates: all compressed, the large one in shards of 4 x 4 chunks."""
    root = zarr.open_group("demo.zarr", mode="w", attributes={"title": "Relief of two places"})

    fault = root.create_group("fault", attributes={"place": "Jacksboro fault, Tennessee"})
    fault.create_array(
        "elevation",
        data=FAULT["elevation"],
        chunks=(32, 32),
        shards=(128, 128),
        compressors=BloscCodec(cname="zstd"),
        dimension_names=("lat", "lon"),
        attributes={"units": "m"},
    )
    rows, columns = fault["elevation"].shape
    fault.create_array("lat", data=middles(FAULT["ymin"], FAULT["ymax"], rows), dimension_names=("lat",))
    fault.create_array("lon", data=middles(FAULT["xmin"], FAULT["xmax"], columns), dimension_names=("lon",))

    coast = root.create_group("coast", attributes={"place": "Strait of Georgia, British Columbia"})
    coast.create_array(
        "elevation",
        data=COAST["topo"],
        chunks=(32, 32),
        dimension_names=("lat", "lon"),
        attributes={"units": "m"},
    )
    coast.create_array("lat", data=COAST["latitude"], dimension_names=("lat",))
    coast.create_array("lon", data=COAST["longitude"] - 360, dimension_names=("lon",))


def middles(first: float, last: float, count: int) -> np.ndarray:
    """Of `count` cells between two borders."""
    borders = np.linspace(first, last, count + 1)
    return (borders[:-1] + borders[1:]) / 2


def read() -> np.ndarray:
    return zarr.open_array("demo.zarr", path="fault/elevation", mode="r")[WINDOW]


def read_in_tasks() -> np.ndarray:
    async def main() -> np.ndarray:
        array = await asynchronous.open_array("demo.zarr", path="fault/elevation", mode="r")
        return await array.getitem(WINDOW)

    return asyncio.run(main())


def read_as_h5py() -> np.ndarray:
    with h5py.File("demo.zarr", "r") as f:
        return f["fault/elevation"][WINDOW]


def copy_to_zip() -> None:
    with ZipStore("demo.zip", "w") as store:
        zarr.copy_store("demo.zarr", store)  # as it is stored: nothing is decoded


def read_from_zip() -> np.ndarray:
    return zarr.open_array("demo.zip", path="fault/elevation", mode="r")[WINDOW]


def timed(what: str, function: Callable[[], np.ndarray | None], expected: np.ndarray | None = None) -> tuple[str, ...]:
    """A row of the table of times; raises if the values are not the expected ones."""
    start = perf_counter()
    result = function()
    took = f"{(perf_counter() - start) * 1000:.1f} ms"
    if expected is None:
        return what, took, ""
    np.testing.assert_array_equal(result, expected)
    return what, took, f"{result.size:,} values, equal"


def sizes(root: zarr.Group) -> Table:
    table = columns("array", "chunks", "shards", "in memory", "stored", "ratio")
    for path, array in root.members(max_depth=None):
        if isinstance(array, zarr.Array):
            shards = len(list(array.chunk_regions(shards=True))) if array.shards else ""
            stored = array.nbytes_stored()
            ratio = f"{array.nbytes / stored:.1f}"
            table.add_row(path, str(array.nchunks), str(shards), f"{array.nbytes:,}", f"{stored:,}", ratio)
    return table


def columns(first: str, *others: str) -> Table:
    table = Table(first, box=None, pad_edge=False, header_style="bold")
    for name in others:
        table.add_column(name, justify="right")
    return table


def main() -> None:
    window = FAULT["elevation"][WINDOW]
    times = columns("what", "time", "result")
    times.add_row(*timed("write both", write))
    times.add_row(*timed("read a window", read, window))
    times.add_row(*timed("read it in tasks", read_in_tasks, window))
    times.add_row(*timed("read it as h5py does", read_as_h5py, window))
    times.add_row(*timed("copy all to a zip file", copy_to_zip))
    times.add_row(*timed("read it from the zip file", read_from_zip, window))
    times.add_row(*timed("read the whole array", lambda: zarr.load("demo.zarr", "fault/elevation"), FAULT["elevation"]))

    root = zarr.open_group("demo.zarr", mode="r")
    draw(root, WINDOW, "demo.png")
    for part in root.tree(), sizes(root), times:
        console.print(part)
        console.print()
    console.print("wrote [bold]demo.zarr[/], [bold]demo.zip[/] and [bold]demo.png[/]")


if __name__ == "__main__":
    main()

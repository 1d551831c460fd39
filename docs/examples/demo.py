"""Real relief through the library: written once, read back in five ways, drawn with the chunks that hold it.

Run by `python -m hatch run demo`. It leaves `demo.zarr`, `demo.zip` and `demo.png` in the current directory.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

import numpy as np
from matplotlib.cbook import get_sample_data
from relief import draw
from rich.console import Console
from rich.table import Table

import zarr_core as zarr
from zarr_core import asynchronous
from zarr_core.storage import ZipStore

FAULT, COAST = get_sample_data("jacksboro_fault_dem.npz"), get_sample_data("topobathy.npz")
WINDOW = np.s_[100:180, 210:330]
console = Console(width=100, highlight=False)


def write(path: str) -> None:
    """Two reliefs and their coordinates: compressed by default, the large one in shards of 4 x 4 chunks."""
    root = zarr.open_group(path, mode="w", attributes={"title": "Relief of two places"})

    fault = root.create_group("fault", attributes={"place": "Jacksboro fault, Tennessee", "source": "SRTM"})
    fault.create_array(
        "elevation",
        data=FAULT["elevation"],
        chunks=(32, 32),
        shards=(128, 128),
        dimension_names=("lat", "lon"),
        attributes={"units": "m", "long_name": "height above sea level"},
    )
    fault.create_array("lat", data=centres(FAULT["ymin"], FAULT["ymax"], 344), dimension_names=("lat",))
    fault.create_array("lon", data=centres(FAULT["xmin"], FAULT["xmax"], 403), dimension_names=("lon",))

    coast = root.create_group("coast", attributes={"place": "Strait of Georgia, British Columbia"})
    coast.create_array(
        "elevation", data=COAST["topo"], chunks=(32, 32), dimension_names=("lat", "lon"), attributes={"units": "m"}
    )
    coast.create_array("lat", data=COAST["latitude"], dimension_names=("lat",))
    coast.create_array("lon", data=COAST["longitude"] - 360, dimension_names=("lon",))


def centres(first: float, last: float, count: int) -> np.ndarray:
    """The middles of `count` cells between two edges."""
    edges = np.linspace(first, last, count + 1)
    return (edges[:-1] + edges[1:]) / 2


def read_in_plain_code() -> np.ndarray:
    return zarr.open_array("demo.zarr", path="fault/elevation", mode="r")[WINDOW]


def read_in_tasks() -> np.ndarray:
    async def read() -> np.ndarray:
        array = await asynchronous.open_array("demo.zarr", path="fault/elevation", mode="r")
        return await array.getitem(WINDOW)

    return asyncio.run(read())


def read_as_h5py() -> np.ndarray:
    from zarr_core import h5py_compat as h5py

    with h5py.File("demo.zarr", "r") as f:
        return f["fault/elevation"][WINDOW]


def read_from_zip() -> np.ndarray:
    with ZipStore("demo.zip", "r") as store:
        return zarr.open_array(store, path="fault/elevation", mode="r")[WINDOW]


def copy_to_zip() -> None:
    with ZipStore("demo.zip", "w") as store:
        zarr.copy_store("demo.zarr", store)  # as stored: nothing is decoded


def timed(title: str, function, *args, expected: np.ndarray | None = None) -> tuple[str, str, str]:
    start = perf_counter()
    result = function(*args)
    took = perf_counter() - start
    if expected is not None:
        np.testing.assert_array_equal(result, expected)
    return title, f"{took * 1000:.1f} ms", "" if expected is None else "equal"


def main() -> None:
    window = FAULT["elevation"][WINDOW]
    timings = [
        timed("write both reliefs", write, "demo.zarr"),
        timed("read a window in plain code", read_in_plain_code, expected=window),
        timed("read it in tasks", read_in_tasks, expected=window),
        timed("read it as h5py would", read_as_h5py, expected=window),
        timed("copy all to a zip file", copy_to_zip),
        timed("read it from the zip file", read_from_zip, expected=window),
        timed("read the whole relief", lambda: zarr.load("demo.zarr", "fault/elevation"), expected=FAULT["elevation"]),
    ]
    root = zarr.open_group("demo.zarr", mode="r")
    console.print(root.tree(), "")

    sizes = table("array", "chunks", "shards", "in memory", "stored", "ratio")
    for path, array in root.members(max_depth=None):
        if isinstance(array, zarr.Array):
            stored = array.nbytes_stored()
            counts = (
                str(array.nchunks),
                "" if array.shards is None else str(len(list(array.chunk_regions(shards=True)))),
            )
            sizes.add_row(path, *counts, f"{array.nbytes:,}", f"{stored:,}", f"{array.nbytes / stored:.1f}")
    console.print(sizes, "")

    times = table("", "time", "values")
    for row in timings:
        times.add_row(*row)
    console.print(times, "")

    draw(root, WINDOW, "demo.png")
    console.print("wrote [bold]demo.zarr[/], [bold]demo.zip[/] and [bold]demo.png[/]")


def table(*columns: str) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold")
    for number, name in enumerate(columns):
        made.add_column(name, justify="right" if number else "left")
    return made


if __name__ == "__main__":
    main()

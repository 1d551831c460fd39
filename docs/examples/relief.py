"""Draws the reliefs of the demo, with the grids of their chunks and shards over them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LightSource, LinearSegmentedColormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MultipleLocator

import zarr_core as zarr

SEA = ["#0b2545", "#1d4e80", "#4d8fb8", "#b9dde6"]
LAND = ["#3f6b50", "#7d9b62", "#c9bd86", "#bd9565", "#936b4e", "#f1ece5"]
INK, ACCENT, KEY = "#22303c", "#ff4d2e", "#9aa5ad"
HALO = [withStroke(linewidth=3, foreground="white")]

Window = tuple[slice, slice]


def draw(root: zarr.Group, window: Window, file: str) -> None:
    """Both reliefs of the hierarchy, and the window that was read, into a PNG file."""
    fig = Figure(figsize=(12.8, 6.9), dpi=125, facecolor="white", layout="constrained")
    fig.get_layout_engine().set(w_pad=0.12, h_pad=0.1)
    left, right = fig.subplots(1, 2, width_ratios=(1, 1.39))
    land = LinearSegmentedColormap.from_list("land", LAND)
    stops = [*zip(np.linspace(0, 0.5, 4), SEA, strict=True), *zip(np.linspace(0.5, 1, 6), LAND, strict=True)]
    sea_and_land = LinearSegmentedColormap.from_list("sea and land", stops)
    panel(left, root["fault"], land, Normalize(230, 1080), exaggeration=4, kilometres=5, step=0.1)
    panel(right, root["coast"], sea_and_land, TwoSlopeNorm(0, -1500, 2300), exaggeration=8, kilometres=50, step=0.5)
    mark(left, root["fault"], window)
    legend(fig)
    fig.savefig(file)


def panel(
    ax: Axes, group: zarr.Group, colours: Colormap, norm: Normalize, exaggeration: float, kilometres: int, step: float
) -> None:
    """A shaded relief in degrees, its grids, a scale of lengths and one of heights."""
    array = group["elevation"]
    lat, lon = borders(group)
    cell = 111_320 * abs(lat[1] - lat[0])  # metres, from south to north
    squeeze = np.cos(np.radians(lat.mean()))  # a degree of longitude in degrees of latitude
    north_up = slice(None, None, 1 if lat[0] > lat[-1] else -1)
    heights = array[:][north_up].astype("f4")
    light = LightSource(azdeg=315, altdeg=40)
    shaded = light.shade(heights, colours, norm, "soft", vert_exag=exaggeration, dx=cell * squeeze, dy=cell)
    ax.imshow(shaded, extent=(lon[0], lon[-1], lat.min(), lat.max()), aspect=1 / squeeze)
    for shape, width in (array.chunks, 0.7), (array.shards, 2.4):
        if shape:
            ax.vlines(lon[:: shape[1]], lat.min(), lat.max(), "white", lw=width)
            ax.hlines(lat[:: shape[0]], lon[0], lon[-1], "white", lw=width)
    ax.set(xlim=(lon[0], lon[-1]), ylim=(lat.min(), lat.max()))
    scale_bar(ax, kilometres, kilometres / (111.32 * squeeze))
    for axis, letters in (ax.xaxis, "WE"), (ax.yaxis, "SN"):
        axis.set_major_locator(MultipleLocator(step))
        axis.set_major_formatter(lambda x, _, letters=letters: f"{round(abs(x), 2):g}°{letters[int(x > 0)]}")
    ax.tick_params(length=0, labelsize=9, labelcolor=INK)
    ax.spines[:].set_visible(False)
    ax.set_title(f"{group.attrs['place']}\n", loc="left", fontsize=14, fontweight="bold", color=INK)
    ax.text(0, 1.02, caption(array), transform=ax.transAxes, fontsize=9.5, color=INK)
    bar = ax.figure.colorbar(ScalarMappable(norm, colours), ax=ax, orientation="horizontal", aspect=45, pad=0.02)
    bar.set_label("height above sea level, m", fontsize=9.5, color=INK)
    bar.ax.tick_params(length=0, labelsize=9, labelcolor=INK)
    bar.outline.set_visible(False)


def borders(group: zarr.Group) -> tuple[np.ndarray, np.ndarray]:
    """Latitudes and longitudes between the cells, and around them; the cells are of equal size."""
    lat, lon = group["lat"][:], group["lon"][:]
    return tuple(np.linspace(x[0] - (x[1] - x[0]) / 2, x[-1] + (x[1] - x[0]) / 2, len(x) + 1) for x in (lat, lon))


def caption(array: zarr.Array) -> str:
    size, chunk = (" \N{MULTIPLICATION SIGN} ".join(map(str, shape)) for shape in (array.shape, array.chunks))
    shards = f" in {len(list(array.chunk_regions(shards=True)))} shards" if array.shards else ""
    return f"{size} {array.dtype}, {array.nchunks} chunks of {chunk}{shards}"


def scale_bar(ax: Axes, kilometres: int, degrees: float) -> None:
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    x, y = west + 0.04 * (east - west), south + 0.04 * (north - south)
    ax.plot([x, x + degrees], [y, y], color=INK, lw=3, solid_capstyle="butt", path_effects=HALO)
    ax.annotate(
        f"{kilometres} km",
        (x + degrees / 2, y),
        (0, 5),
        textcoords="offset points",
        ha="center",
        color=INK,
        fontsize=10,
        path_effects=HALO,
    )


def mark(ax: Axes, group: zarr.Group, window: Window) -> None:
    """The window, and around it the chunks that had to be decoded for it."""
    lat, lon = borders(group)
    chunks = tuple(
        slice(along.start // chunk * chunk, -(-along.stop // chunk) * chunk)
        for along, chunk in zip(window, group["elevation"].chunks, strict=True)
    )
    for (rows, columns), style in (chunks, "--"), (window, "-"):
        x, y = lon[columns.start], lat[rows.stop]
        width, height = lon[columns.stop] - x, lat[rows.start] - y
        ax.add_patch(Rectangle((x, y), width, height, fill=False, ec=ACCENT, lw=2.4, ls=style, zorder=5))


def legend(fig: Figure) -> None:
    entries = [
        Line2D([], [], color=KEY, lw=0.9, label="chunk: decoded on its own"),
        Line2D([], [], color=KEY, lw=3, label="shard: one stored object"),
        Patch(fill=False, ec=ACCENT, lw=2.4, label="window that was read"),
        Patch(fill=False, ec=ACCENT, lw=2.4, ls="--", label="chunks that were decoded for it"),
    ]
    fig.legend(handles=entries, loc="outside lower center", ncols=4, frameon=False, fontsize=10, labelcolor=INK)

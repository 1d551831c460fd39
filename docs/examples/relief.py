"""Draws the reliefs of the demo, with the grids of their chunks and shards over them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LightSource, LinearSegmentedColormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MultipleLocator

import zarr_core as zarr

LAND = ["#3f6b50", "#7d9b62", "#c9bd86", "#bd9565", "#936b4e", "#f1ece5"]
SEA = ["#0b2545", "#1d4e80", "#4d8fb8", "#b9dde6"]
INK, GRID, ACCENT = "#22303c", "#ffffff", "#ff4d2e"


def draw(root: zarr.Group, window: tuple[slice, slice], file: str) -> None:
    """Both reliefs of the hierarchy, and the window that was read, into a PNG file."""
    fig = Figure(figsize=(12.4, 7), dpi=125, facecolor="white", layout="constrained")
    fig.get_layout_engine().set(w_pad=0.15, h_pad=0.08)
    left, right = fig.subplots(1, 2, width_ratios=(1.22, 1))
    land = LinearSegmentedColormap.from_list("land", LAND)
    both = LinearSegmentedColormap.from_list("sea and land", [*SEA, *LAND])
    both = LinearSegmentedColormap.from_list(
        "sea and land", [*zip(np.linspace(0, 0.5, 4), SEA), *zip(np.linspace(0.5, 1, 6), LAND)]
    )
    panel(left, root["fault"], land, Normalize(230, 1080), exaggeration=4, kilometres=5, step=0.1)
    panel(right, root["coast"], both, TwoSlopeNorm(0, -1500, 2300), exaggeration=8, kilometres=50, step=1)
    mark(left, root["fault"], window)
    legend(fig)
    fig.savefig(file)


def panel(ax, group, colours, norm, exaggeration, kilometres, step) -> None:
    """A shaded relief in degrees, its grid, a scale of lengths and one of heights."""
    array = group["elevation"]
    lat, lon = edges(group["lat"][:]), edges(group["lon"][:])
    squeeze = np.cos(np.radians(lat.mean()))  # a degree of longitude, in degrees of latitude
    cell = 111_320 * abs(lat[1] - lat[0])
    light = LightSource(azdeg=315, altdeg=40)
    heights = array[:].astype("f4") if lat[0] > lat[-1] else array[::-1].astype("f4")
    shaded = light.shade(heights, colours, norm, "soft", vert_exag=exaggeration, dx=cell * squeeze, dy=cell)
    ax.imshow(
        shaded, extent=(lon[0], lon[-1], lat.min(), lat.max()), aspect=1 / squeeze, interpolation="antialiased"
    )
    for shape, width, alpha in ((array.chunks, 0.5, 0.75), (array.shards, 2.2, 1)):
        if shape:
            ax.vlines(lon[:: shape[1]], lat.min(), lat.max(), GRID, lw=width, alpha=alpha)
            ax.hlines(lat[:: shape[0]], lon[0], lon[-1], GRID, lw=width, alpha=alpha)
    scale_bar(ax, kilometres, kilometres / (111.32 * squeeze))
    for axis, letter in ((ax.xaxis, "WE"), (ax.yaxis, "SN")):
        axis.set_major_locator(MultipleLocator(step))
        axis.set_major_formatter(lambda x, _, letter=letter: f"{abs(x):.3g}°{letter[int(x > 0)]}")
    ax.tick_params(length=0, labelsize=9, labelcolor=INK)
    ax.spines[:].set_visible(False)
    ax.set_title(f"{group.attrs['place']}\n", loc="left", fontsize=14, fontweight="bold", color=INK)
    ax.text(0, 1.02, caption(array), transform=ax.transAxes, fontsize=9.5, color=INK)
    bar = ax.figure.colorbar(ScalarMappable(norm, colours), ax=ax, orientation="horizontal", aspect=45, pad=0.02)
    bar.set_label("height above sea level, m", fontsize=9.5, color=INK)
    bar.ax.tick_params(length=0, labelsize=9, labelcolor=INK)
    bar.outline.set_visible(False)


def caption(array: zarr.Array) -> str:
    size = " × ".join(map(str, array.shape))
    chunk = " × ".join(map(str, array.chunks))
    shards = f" in {len(list(array.chunk_regions(shards=True)))} shards" if array.shards else ""
    return f"{size} {array.dtype}, {array.nchunks} chunks of {chunk}{shards}"


def edges(centres: np.ndarray) -> np.ndarray:
    """The borders of cells of equal width, from their middles."""
    half = (centres[1] - centres[0]) / 2
    return np.linspace(centres[0] - half, centres[-1] + half, len(centres) + 1)


def scale_bar(ax: Axes, kilometres: int, degrees: float) -> None:
    west, east = ax.get_xlim()
    south, north = ax.get_ylim()
    x, y = west + 0.04 * (east - west), south + 0.04 * (north - south)
    halo = [withStroke(linewidth=3, foreground="white")]
    ax.plot([x, x + degrees], [y, y], color=INK, lw=3, solid_capstyle="butt", path_effects=halo)
    ax.text(x + degrees / 2, y + 0.012 * (north - south), f"{kilometres} km", ha="center", va="bottom",
            color=INK, fontsize=10, path_effects=halo)


def mark(ax: Axes, group: zarr.Group, window: tuple[slice, slice]) -> None:
    """The window, and the chunks that had to be decoded for it."""
    lat, lon = edges(group["lat"][:]), edges(group["lon"][:])
    for region in group["elevation"].chunk_regions():
        if all(r.start < w.stop and w.start < r.stop for r, w in zip(region, window)):
            ax.add_patch(rectangle(lat, lon, region, facecolor=ACCENT, alpha=0.22))
    ax.add_patch(rectangle(lat, lon, window, fill=False, edgecolor=ACCENT, lw=2.5, zorder=5))


def rectangle(lat, lon, region, **style) -> Rectangle:
    rows, columns = region
    x, y = lon[columns.start], lat[rows.stop]
    return Rectangle((x, y), lon[columns.stop] - x, lat[rows.start] - y, **style)


def legend(fig: Figure) -> None:
    entries = [
        Line2D([], [], color="#9aa5ad", lw=0.8, label="chunk: decoded on its own"),
        Line2D([], [], color="#9aa5ad", lw=3, label="shard: one stored object"),
        Patch(facecolor="none", edgecolor=ACCENT, lw=2.5, label="window that was read"),
        Patch(facecolor=ACCENT, alpha=0.3, label="chunks decoded for it"),
    ]
    fig.legend(handles=entries, loc="outside lower center", ncols=4, frameon=False, fontsize=10, labelcolor=INK)

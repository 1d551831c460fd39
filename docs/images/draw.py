"""Draws the pictures of the architecture page, `rooms.svg` and `read.svg`, beside this file.

The pictures bring their own background, so that they are legible on light and on dark pages.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

FONT = "font-family='Helvetica, Arial, DejaVu Sans, sans-serif'"
INK, SOFT, PAPER = "#1f2d3a", "#5c6b77", "#fbfaf7"
BLUE, GREEN, SAND, ROSE, GREY = "#dbe8f4", "#dcefdf", "#f6e9cf", "#f7dcd5", "#eceeef"
EDGE = {BLUE: "#7fa6c9", GREEN: "#7fb58a", SAND: "#cfae6b", ROSE: "#d68f7c", GREY: "#b3bcc3"}


class Picture:
    """Boxes, texts and arrows, in the order in which they are drawn."""

    def __init__(self, width: int, height: int) -> None:
        self.parts = [
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' {FONT}>",
            "<defs><marker id='tip' viewBox='0 0 10 10' refX='9' refY='5' markerWidth='7' markerHeight='7' "
            f"orient='auto'><path d='M0 0 10 5 0 10z' fill='{SOFT}'/></marker></defs>",
            f"<rect width='{width}' height='{height}' rx='14' fill='{PAPER}'/>",
        ]

    def text(self, x: float, y: float, words: str, size: int = 13, **style: str) -> None:
        style = {"fill": INK, "text-anchor": "middle", **{name.replace("_", "-"): v for name, v in style.items()}}
        attributes = " ".join(f"{name}='{value}'" for name, value in style.items())
        self.parts.append(f"<text x='{x}' y='{y}' font-size='{size}' {attributes}>{escape(words)}</text>")

    def box(self, x: float, y: float, width: float, height: float, colour: str, title: str, *lines: str) -> None:
        """A title and lines of small text, centred in a rounded box."""
        self.parts.append(
            f"<rect x='{x}' y='{y}' width='{width}' height='{height}' rx='7' fill='{colour}' stroke='{EDGE[colour]}'/>"
        )
        top = y + height / 2 + 5 - 8.5 * len(lines)
        self.text(x + width / 2, top, title, 14, font_weight="bold")
        for number, line in enumerate(lines, 1):
            self.text(x + width / 2, top + 17 * number, line, 12, fill=SOFT)

    def arrow(self, *points: tuple[float, float], dashed: bool = False) -> None:
        path = " L".join(f"{x} {y}" for x, y in points)
        dashes = " stroke-dasharray='5 4'" if dashed else ""
        self.parts.append(
            f"<path d='M{path}' fill='none' stroke='{SOFT}' stroke-width='1.6'{dashes} marker-end='url(#tip)'/>"
        )

    def save(self, name: str) -> None:
        Path(__file__).with_name(name).write_text("\n".join([*self.parts, "</svg>", ""]), encoding="utf-8")


def rooms() -> None:
    picture = Picture(960, 640)
    picture.text(
        40, 42, "zarr_core: a room imports only from rooms below it", 18, text_anchor="start", font_weight="bold"
    )
    left, width, height, gap = 40, 600, 52, 8
    floors = [
        (BLUE, [("creation, asynchronous, cli, testing", "what people call; zarr_core.calls says each once")]),
        (BLUE, [("group, array", "what people hold: one line to an operation")]),
        (GREEN, [("operations", "read, write, open, create, copy: coroutines, each written once")]),
        (GREEN, [("engine", "two runtimes, locks, workers, codec chains, sources")]),
        (GREEN, [("indexing", "selection to parts of chunks"), ("metadata", "zarr.json, .zarray, ... as documents")]),
        (SAND, [("data_types", ""), ("chunk_grids", ""), ("chunk_key_encodings", ""), ("codecs", ""), ("storage", "")]),
        (ROSE, [("plugins", "one registry for all kinds: entry points, hooks, register()")]),
        (ROSE, [("abc", "the contracts: Store, Codec, DataType, ChunkGrid, Runtime, ...")]),
        (GREY, [("errors", ""), ("config", ""), ("log", "")]),
    ]
    middle = {}
    for number, (colour, names) in enumerate(floors):
        y = 64 + number * (height + gap)
        shares = [max(len(title), 9) for title, _ in names]
        x: float = left
        for (title, line), share in zip(names, shares, strict=True):
            wide = (width - gap * (len(names) - 1)) * share / sum(shares)
            picture.box(x, y, wide, height, colour, title, *([line] if line else []))
            x += wide + gap
            middle[title] = y + height / 2
    siblings = [
        ("zarr-codecs", "zstd, gzip, blosc, crc32c, ..."),
        ("zarr-sharding", "sharding_indexed"),
        ("zarr-stores", "zip, fsspec, HTTP"),
        ("zarr-h5compat", "the names and habits of h5py"),
        ("yours", "pip install is enough"),
    ]
    for number, (title, line) in enumerate(siblings):
        y = 64 + number * 72
        picture.box(716, y, 204, 60, SAND, title, line)
        picture.parts.append(
            f"<path d='M716 {y + 30}H690' fill='none' stroke='{SOFT}' stroke-width='1.6' stroke-dasharray='5 4'/>"
        )
    picture.arrow((690, 94), (690, middle["plugins"]), (644, middle["plugins"]), dashed=True)
    picture.arrow((818, 412), (818, middle["abc"]), (644, middle["abc"]))
    picture.text(700, middle["plugins"] - 2, "entry points", 12, fill=SOFT, text_anchor="start")
    picture.text(700, middle["abc"] - 8, "subclass", 12, fill=SOFT, text_anchor="start")
    doors = "Built-ins (sand) are registered through the same door as everybody's."
    picture.text(left, 622, doors, 12, fill=SOFT, text_anchor="start")
    picture.save("rooms.svg")


def read() -> None:
    picture = Picture(960, 560)
    picture.text(40, 42, "The way of one read", 18, text_anchor="start", font_weight="bold")
    picture.box(40, 64, 270, 62, BLUE, "a[100:180, 210:330]", "plain code: Array")
    picture.box(650, 64, 270, 62, BLUE, "await a.getitem(...)", "tasks: AsyncArray")
    picture.box(370, 64, 220, 62, SAND, "can the store suspend?", "store.blocking says it")
    picture.arrow((310, 95), (366, 95))
    picture.arrow((650, 95), (594, 95))
    picture.box(
        40, 178, 270, 78, GREEN, "blocking runtime", "steps the coroutine to its end", "on one thread: no event loop"
    )
    picture.box(
        650,
        178,
        270,
        78,
        GREEN,
        "async runtime",
        "runs it on a loop, overlaps requests,",
        "sends heavy work to threads",
    )
    picture.arrow((440, 126), (440, 150), (175, 150), (175, 174))
    picture.arrow((520, 126), (520, 150), (785, 150), (785, 174))
    picture.text(428, 144, "no: local, memory, zip", 12, fill=SOFT, text_anchor="end")
    picture.text(532, 144, "yes: HTTP, object stores", 12, fill=SOFT, text_anchor="start")
    picture.box(
        350, 178, 260, 78, GREEN, "operations.read", "one plain coroutine, written once,", "names no loop and no thread"
    )
    picture.arrow((310, 217), (346, 217))
    picture.arrow((650, 217), (614, 217))
    picture.box(350, 294, 260, 60, GREEN, "indexing", "which part of which chunk goes where")
    picture.arrow((480, 256), (480, 290))
    picture.text(492, 277, "runtime.map over the chunks touched", 12, fill=SOFT, text_anchor="start")

    picture.arrow((480, 354), (480, 374), (105, 374), (105, 404))
    picture.text(117, 394, "for each chunk", 12, fill=SOFT, text_anchor="start")
    steps = [
        (SAND, "source", "one value,", "at one version"),
        (SAND, "store", "get, get_ranges", "or straight into out"),
        (ROSE, "compressors", "crc32c, zstd, ...", "bytes to bytes"),
        (ROSE, "serializer", "bytes, sharding", "bytes to array"),
        (ROSE, "filters", "transpose, ...", "array to array"),
    ]
    for number, (colour, title, *lines) in enumerate(steps):
        x = 40 + number * 150
        picture.box(x, 408, 130, 84, colour, title, *lines)
        picture.arrow((x + 130, 450), (x + 147, 450))
    picture.box(790, 408, 130, 84, BLUE, "out", "the numpy array", "that you get")
    damage = "A chunk that is not stored is fill values; a damaged one is an error that names array, chunk, key, codec."
    picture.text(40, 528, damage, 12, fill=SOFT, text_anchor="start")
    picture.save("read.svg")


if __name__ == "__main__":
    rooms()
    read()

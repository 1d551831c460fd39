"""The rows of the table: what is timed, by whom, and what is expected of us.

`prototype` is what the first sketch of this design took beside the fastest other implementation, the same data read
in one process; where there is one, ours is to be at most `SLACK` times that.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.contestants import OURS, Contestant
from tests.benchmarks.floors import element_floor, open_floor, read_floors, write_floors
from tests.benchmarks.layouts import Layout, values
from tests.benchmarks.timing import Run

__all__ = ["Row", "all_rows"]

SLACK = 1.15
ELEMENTS = 300
PROTOTYPE = {
    "read large raw": 55 / 64,
    "read large zstd": 203 / 192,
    "read large shards": 241 / 282,
    "read small raw": 52 / 31,
    "read small zstd": 105 / 59,
    "read small shards": 74 / 45,
    "element small zstd": 13 / 27,
    "element small shards": 80 / 118,
    "element large raw": 240 / 116,
    "open": 5 / 13,
}
WRITE_GOAL = 1.0


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    title: str
    runs: dict[str, Run]
    """By contestant; those whose name begins with "floor" are none."""
    prototype: float | None = None

    @property
    def goal(self) -> float:
        """The most that ours may take beside the fastest other."""
        return WRITE_GOAL if self.prototype is None else SLACK * self.prototype


def all_rows(
    layouts: Sequence[Layout], contestants: Sequence[Contestant], folder: Path, small: Sequence[Path]
) -> Iterator[tuple[str, Callable[[], Row]]]:
    """Title of each row, and how to make it; what it needs in memory is made then."""
    for layout in layouts:
        yield f"read {layout.title}", partial(_read, layout, contestants, folder)
    for layout in layouts:
        if f"element {layout.key}" in PROTOTYPE:
            yield f"{ELEMENTS} elements of {layout.title}", partial(_elements, layout, contestants, folder)
    yield f"open {len(small)} arrays", partial(_open, contestants, small)
    for layout in layouts:
        yield f"write {layout.title}", partial(_write, layout, contestants, folder)


def _same(expected: NDArray[Any], name: str, found: Any) -> None:
    if not np.array_equal(np.asarray(found), expected):
        raise AssertionError(f"{name} returned other values than were written")


def _floor(call: Callable[[], Any], clear: Callable[[], Any] = lambda: None) -> Run:
    def prepare() -> Callable[[], Any]:
        clear()
        return call

    return Run(prepare, nullcontext, lambda found: None)


def _opened(contestant: Contestant, path: Path) -> Any:
    with contestant.active():
        return contestant.open(path)


def _read(layout: Layout, contestants: Sequence[Contestant], folder: Path) -> Row:
    path, expected = folder / layout.key, values(layout.shape)
    runs: dict[str, Run] = {}
    for each in contestants:
        call = partial(each.read, _opened(each, path))
        runs[each.name] = Run(lambda call=call: call, each.active, partial(_same, expected, each.name))  # type: ignore[misc]
    runs |= {name: _floor(call) for name, call in read_floors(layout, path).items()}
    return Row(f"read {layout.title}", runs, PROTOTYPE[f"read {layout.key}"])


def _elements(layout: Layout, contestants: Sequence[Contestant], folder: Path) -> Row:
    path, rng = folder / layout.key, np.random.default_rng(7)
    positions = [tuple(map(int, at)) for at in rng.integers(0, layout.shape, (ELEMENTS, len(layout.shape)))]
    expected = values(layout.shape)[tuple(np.array(positions).T)]

    def all_of(each: Contestant, array: Any) -> list[Any]:
        return [each.element(array, at) for at in positions]

    runs: dict[str, Run] = {}
    for each in contestants:
        call = partial(all_of, each, _opened(each, path))
        runs[each.name] = Run(lambda call=call: call, each.active, partial(_same, expected, each.name))  # type: ignore[misc]
    runs["floor"] = _floor(element_floor(layout, path, positions))
    return Row(f"{ELEMENTS} elements of {layout.title}", runs, PROTOTYPE[f"element {layout.key}"])


def _open(contestants: Sequence[Contestant], paths: Sequence[Path]) -> Row:
    def all_of(each: Contestant) -> list[Any]:
        return [each.open(path) for path in paths]

    def check(found: list[Any]) -> None:
        assert len({tuple(array.shape) for array in found}) == len(paths)

    runs = {each.name: Run(lambda each=each: partial(all_of, each), each.active, check) for each in contestants}  # type: ignore[misc]
    return Row(f"open {len(paths)} arrays", {**runs, "floor": _floor(open_floor(paths))}, PROTOTYPE["open"])


def _write(layout: Layout, contestants: Sequence[Contestant], folder: Path) -> Row:
    new = values(layout.shape)
    reader = next(each for each in contestants if each.name != OURS or len(contestants) == 1)

    def clear(path: Path) -> None:
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        shutil.copy(folder / layout.key / "zarr.json", path)

    def prepare(each: Contestant, path: Path) -> Callable[[], Any]:
        clear(path)
        return partial(each.write, each.open(path, write=True), new)

    def check(each: Contestant, path: Path, found: Any) -> None:
        _same(new, each.name, reader.read(_opened(reader, path)))

    runs: dict[str, Run] = {}
    for each in contestants:
        if each.atomic:
            path = folder / "written" / each.name
            runs[each.name] = Run(partial(prepare, each, path), each.active, partial(check, each, path))
    bare = folder / "written" / "floor"
    runs |= {name: _floor(call, partial(clear, bare)) for name, call in write_floors(layout, bare, new).items()}
    return Row(f"write {layout.title}", runs)

"""Shows results as they come: a table with rich if that is installed, else plain text; and all of it as JSON."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from tests.benchmarks.contestants import OURS
from tests.benchmarks.facts import Fact
from tests.benchmarks.rows import Row

__all__ = ["Result", "as_json", "show"]

FLOOR = "floor"


class Result:
    """Milliseconds of one row."""

    def __init__(self, row: Row, best: dict[str, float]) -> None:
        self.title, self.prototype, self.goal = row.title, row.prototype, row.goal
        self.best = {name: ms for name, ms in best.items() if not name.startswith(FLOOR)}
        self.best[FLOOR] = min(ms for name, ms in best.items() if name.startswith(FLOOR))

    @property
    def ratio(self) -> float | None:
        """Ours beside the fastest other, None if there is no other."""
        others = [ms for name, ms in self.best.items() if name not in (OURS, FLOOR)]
        return self.best[OURS] / min(others) if others else None

    def cells(self, names: Sequence[str]) -> list[str]:
        """A line of the table."""
        ratio, prototype = self.ratio, self.prototype
        return [
            self.title,
            *(f"{self.best[name]:.1f}" if name in self.best else "" for name in names),
            f"{self.best[OURS] / self.best[FLOOR]:.2f}",
            "" if ratio is None else f"{ratio:.2f}",
            "" if prototype is None else f"{prototype:.2f}",
            f"{self.goal:.2f}",
            "" if ratio is None else "yes" if ratio <= self.goal else "NO",
        ]


def show(results: Sequence[Result], facts: Sequence[Fact], contestants: Sequence[str]) -> None:
    """Print both."""
    names = [*contestants, FLOOR]
    header = ["milliseconds", *names, "ours/floor", "ours/fastest", "prototype", "at most", "kept"]
    lines = [result.cells(names) for result in results]
    if lines:
        _print_table(header, lines)
    for fact in facts:
        goal = "" if fact.goal is None else f" (at most {fact.goal:g}: {'yes' if fact.value <= fact.goal else 'NO'})"
        note = f"; {fact.note}" if fact.note else ""
        print(f"{fact.title}: {fact.value:.3g} {fact.unit}".rstrip() + goal + note)


def _print_table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    if find_spec("rich"):
        from rich import box
        from rich.console import Console
        from rich.table import Table

        table = Table(box=box.SIMPLE)
        for number, title in enumerate(header):
            table.add_column(title, justify="right" if number else "left")
        for line in lines:
            table.add_row(*line)
        console = Console()
        console.print(table) if console.is_terminal else Console(width=220).print(table)
        return
    widths = [max(len(line[column]) for line in [header, *lines]) for column in range(len(header))]
    for line in [header, *lines]:
        print(
            "  ".join(
                cell.rjust(width) if n else cell.ljust(width)
                for n, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
        )


def as_json(results: Sequence[Result], facts: Sequence[Fact], rounds: int) -> dict[str, Any]:
    """Everything, with what it was measured on."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": {
            name: _version(name) for name in ("zarr-core", "zarr", "zarrs", "tensorstore", "numpy", "zstandard")
        },
        "rounds": rounds,
        "rows": [
            {"title": r.title, "ms": r.best, "ratio": r.ratio, "prototype": r.prototype, "goal": r.goal}
            for r in results
        ],
        "facts": [vars(fact) for fact in facts],
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None

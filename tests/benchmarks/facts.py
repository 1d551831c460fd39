"""What is measured beside the table: import time and peak memory in processes of their own, and calls per read."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.calls import count
from tests.benchmarks.contestants import OURS, Contestant
from tests.benchmarks.layouts import DTYPE, Layout

__all__ = ["Fact", "call_facts", "import_facts", "memory_facts"]

ROOT = Path(__file__).parents[2]
NEEDED = "import numpy, pluggy, importlib_metadata; from pydantic import BaseModel"
IMPORT_GOAL = 1.4
IMPORTS = 7
MEMORY_GOAL = 64 << 20
CALLS_GOAL = 40


@dataclass(frozen=True)
class Fact:
    """One line below the table; `goal` is the most that `value` may be, None where there is none."""

    title: str
    value: float
    unit: str
    goal: float | None = None
    note: str = ""


def _child(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def import_facts() -> Iterator[Fact]:
    """Seconds of `import zarr_core` against what it needs in any case, best of several processes each in turn."""
    statements = {"import zarr_core": "import zarr_core", "what it needs": NEEDED}
    best = dict.fromkeys(statements, float("inf"))
    for _ in range(IMPORTS):
        for title, statement in statements.items():
            timed = f"from time import perf_counter as t; s = t(); {statement}; print(t() - s)"
            best[title] = min(best[title], float(_child("-c", timed)))
    ours, needed = best.values()
    note = f"{ours * 1e3:.0f} ms; {NEEDED}: {needed * 1e3:.0f} ms"
    yield Fact("import zarr_core, beside what it needs", ours / needed, "times", IMPORT_GOAL, note)


def memory_facts(layouts: Sequence[Layout], contestants: Sequence[Contestant], folder: Path) -> Iterator[Fact]:
    """MiB in use at the most during a whole read, without the result."""
    for layout in layouts:
        result = DTYPE.itemsize
        for length in layout.shape:
            result *= length
        for each in contestants:
            grown = int(_child("-m", "tests.benchmarks.peak", each.name, str(folder / layout.key)))
            goal = MEMORY_GOAL / (1 << 20) if each.name == OURS else None
            yield Fact(f"peak memory of read {layout.title}, {each.name}", (grown - result) / (1 << 20), "MiB", goal)


def call_facts(contestants: Sequence[Contestant], path: Path) -> Iterator[Fact]:
    """Python calls of one `a[:]` of a raw chunk of 64 bytes; which they are of ours."""
    for each in contestants:
        if not hasattr(each, "module"):
            continue
        with each.active():
            array = each.open(path)
            calls = count(lambda array=array: array[:], each.package)  # type: ignore[misc]
        ours = each.name == OURS
        called = ", ".join(f"{name} x{n}" if n > 1 else name for name, n in Counter(calls.names).items())
        note = f"{calls.depth} frames deep" + (f": {called}" if ours else "")
        yield Fact(
            f"calls of one a[:] of 64 bytes, {each.name}", len(calls.names), "", CALLS_GOAL if ours else None, note
        )

"""Make the data, run the rows, print the table. `python -m tests.benchmarks --help` tells the options."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from tests.benchmarks.contestants import Contestant, installed
from tests.benchmarks.facts import Fact, call_facts, import_facts, memory_facts
from tests.benchmarks.layouts import LAYOUTS, Layout, create, values
from tests.benchmarks.rows import all_rows
from tests.benchmarks.table import Result, as_json, show
from tests.benchmarks.timing import best_of

TINY = Layout("tiny", (1,), (16,), zstd=False)
OPENED = 100


def main() -> None:
    """The command."""
    options = _options()
    contestants, missing = installed()
    for name in missing:
        print(f"{name} is not installed: left out")
    layouts = [layout.smaller() for layout in LAYOUTS] if options.quick else list(LAYOUTS)
    with TemporaryDirectory(prefix="zarr-benchmark-") as folder:
        results, facts = _measure(layouts, contestants, Path(folder), options)
    show(results, facts, [each.name for each in contestants])
    if options.json:
        options.json.write_text(json.dumps(as_json(results, facts, options.rounds), indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rows", default="", metavar="SUBSTR", help="only rows and facts whose title contains this")
    parser.add_argument("--rounds", type=int, default=5, help="how often each row is run; the best counts")
    parser.add_argument("--cpu", action="store_true", help="processor time of all threads: steadier on a busy machine")
    parser.add_argument("--quick", action="store_true", help="smaller data and one round: does it run at all?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything to this file as well")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    return options


def _measure(
    layouts: Sequence[Layout], contestants: Sequence[Contestant], folder: Path, options: argparse.Namespace
) -> tuple[list[Result], list[Fact]]:
    small = _make(layouts, contestants, folder)
    clock = process_time if options.cpu else perf_counter
    results = []
    for title, row in all_rows(layouts, contestants, folder, small):
        if options.rows in title:
            _say(title)
            made = row()
            results.append(Result(made, best_of(options.rounds, made.runs, clock)))
            del made  # and the values it compares with
    kinds: dict[str, Callable[[], Iterator[Fact]]] = {
        "import": import_facts,
        "peak memory": lambda: memory_facts(layouts, contestants, folder),
        "calls": lambda: call_facts(contestants, folder / TINY.key),
    }
    wanted = [facts for title, facts in kinds.items() if options.rows in title or title in options.rows]
    return results, list(chain.from_iterable(facts() for facts in wanted))


def _make(layouts: Sequence[Layout], contestants: Sequence[Contestant], folder: Path) -> list[Path]:
    """Write everything that is read, all by the first contestant. Returns the arrays that are only opened."""
    writer = next(each for each in contestants if hasattr(each, "module"))
    with writer.active():
        for layout in [*layouts, TINY]:
            _say(f"making {layout.title}")
            create(layout, folder / layout.key, writer.module)[...] = values(layout.shape)
        small = [folder / "opened" / str(number) for number in range(OPENED)]
        for number, path in enumerate(small):  # no two documents alike
            create(Layout("", (1 + number, 2), (32, 32)), path, writer.module)
    return small


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

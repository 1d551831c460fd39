"""Best of several rounds, the contestants taking turns within each round. Knows no Zarr."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

__all__ = ["Run", "best_of"]

SHORT = 0.05
"""Seconds: what is shorter is run up to `REPEATS` times in each round."""
REPEATS = 5


@dataclass(frozen=True)
class Run:
    """What is timed: `prepare`, untimed, makes the call that is; `check` raises if its result is wrong."""

    prepare: Callable[[], Callable[[], Any]]
    active: Callable[[], AbstractContextManager[None]]
    check: Callable[[Any], None]


def best_of(rounds: int, runs: Mapping[str, Run], clock: Callable[[], float]) -> dict[str, float]:
    """Milliseconds of the best run of each. All are checked once before the first is timed."""
    for run in runs.values():
        with run.active():
            run.check(run.prepare()())
    best = dict.fromkeys(runs, float("inf"))
    names = list(runs)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            with runs[name].active():
                best[name] = min(best[name], _once(runs[name], clock))
    return best


def _once(run: Run, clock: Callable[[], float]) -> float:
    total, best = 0.0, float("inf")
    for _ in range(REPEATS):
        call = run.prepare()
        gc.collect()
        started = clock()
        result = call()
        elapsed = clock() - started
        del result, call
        total, best = total + elapsed, min(best, elapsed)
        if total > SHORT:
            break
    return best * 1e3

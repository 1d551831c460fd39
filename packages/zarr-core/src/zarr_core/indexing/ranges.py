"""Merge byte ranges of one value into few requests.

Knows numbers only. Two ranges join when the gap between them is at most `gap`; the store chooses it: some
hundred bytes for a disk, about a MiB over a network.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["merge"]


def merge(ranges: Sequence[tuple[int, int]], gap: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Requests, and for each range in the order given (request number, offset in it).

    `ranges` are (start, stop) in any order and may overlap.
    """
    order = sorted(range(len(ranges)), key=ranges.__getitem__)
    requests: list[tuple[int, int]] = []
    places = [(0, 0)] * len(ranges)
    begin = end = -1
    for i in order:
        start, stop = ranges[i]
        if requests and start - end <= gap:
            end = max(end, stop)
            requests[-1] = (begin, end)
        else:
            begin, end = start, stop
            requests.append((begin, end))
        places[i] = (len(requests) - 1, start - begin)
    return requests, places

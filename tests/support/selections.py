"""Selections of every kind: how to draw one, and what numpy makes of it. Knows numpy only.

Each strategy gives the selection as a caller writes it; `outer`, `points` and `regions` turn it into an index for a
numpy array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

__all__ = ["basic", "blocks", "broadcastable", "coordinates", "masks", "orthogonal", "outer", "regions"]

Shape = tuple[int, ...]


def _slices(length: int) -> st.SearchStrategy[slice]:
    """Beyond the ends, backwards, empty: whatever Python allows."""
    bound = st.none() | st.integers(-length - 2, length + 2)
    return st.builds(slice, bound, bound, st.none() | st.integers(-3, 3).filter(bool))


def _entries(length: int) -> st.SearchStrategy[int | slice]:
    slices = _slices(length)
    return st.integers(-length, length - 1) | slices if length else slices


@st.composite
def basic(draw: st.DrawFn, shape: Shape) -> Any:
    """Integers and slices, fewer than there are dimensions, with an ellipsis or not."""
    named = draw(st.integers(0, len(shape)))
    dots = draw(st.sampled_from([None, *range(named + 1)]))
    if dots is None:
        return tuple(draw(_entries(length)) for length in shape[:named])
    tail = shape[len(shape) - (named - dots) :]
    before = [draw(_entries(length)) for length in shape[:dots]]
    after = [draw(_entries(length)) for length in tail]
    whole: bool = not before and not after and draw(st.booleans())
    return ... if whole else (*before, ..., *after)


@st.composite
def orthogonal(draw: st.DrawFn, shape: Shape) -> tuple[Any, ...]:
    """For each dimension an integer, a slice, indices in any order, or a mask."""
    return tuple(draw(_orthogonal(length)) for length in shape)


def _orthogonal(length: int) -> st.SearchStrategy[Any]:
    if not length:
        return _entries(length) | masks((0,)) | st.just([])
    indices = st.lists(st.integers(-length, length - 1), max_size=6)
    return _entries(length) | masks((length,)) | indices | indices.map(lambda listed: np.array(listed, np.intp))


def outer(selection: tuple[Any, ...], shape: Shape) -> tuple[Any, Shape]:
    """The index of an orthogonal selection for numpy, and the shape that the caller sees."""
    taken = [_positions(entry, length) for entry, length in zip(selection, shape, strict=True)]
    seen = tuple(len(t) for t, entry in zip(taken, selection, strict=True) if not isinstance(entry, int))
    return np.ix_(*taken), seen


def _positions(entry: Any, length: int) -> Any:
    if isinstance(entry, int):
        return np.array([entry % length], np.intp)
    if isinstance(entry, slice):
        return np.arange(length)[entry]
    entry = np.asarray(entry)
    return np.flatnonzero(entry) if entry.dtype == bool else entry.astype(np.intp) % max(length, 1)


@st.composite
def coordinates(draw: st.DrawFn, shape: Shape) -> tuple[Any, ...]:
    """One index array for each dimension, of shapes that broadcast together, or integers."""
    count, wide = draw(st.integers(0, 6)), draw(st.booleans())
    if not all(shape):
        return tuple(np.empty(0, np.intp) for _ in shape)
    found: list[Any] = []
    for axis, length in enumerate(shape):
        index = st.integers(-length, length - 1)
        form = draw(st.sampled_from(["array", "integer", "column"])) if axis else "array"
        if form == "integer":
            found.append(draw(index))
        elif form == "column" and wide:
            found.append(np.array([[draw(index)], [draw(index)]]))
        else:
            found.append(np.array([draw(index) for _ in range(count)], np.intp))
    return tuple(found)


@st.composite
def masks(draw: st.DrawFn, shape: Shape) -> Any:
    """A mask of the array's shape."""
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    return random.random(shape) < draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))


@st.composite
def blocks(draw: st.DrawFn, counts: Shape) -> Any:
    """Integers and slices that count chunks, fewer than there are dimensions or not."""
    named = draw(st.integers(0, len(counts)))
    found: list[Any] = []
    for count in counts[:named]:
        bound = st.none() | st.integers(-count - 1, count + 1)
        slices = st.builds(slice, bound, bound)
        found.append(draw(st.integers(-count, count - 1) | slices if count else slices))
    return tuple(found)


def regions(selection: tuple[Any, ...], chunks: Shape, shape: Shape) -> tuple[slice, ...]:
    """The elements that a selection of blocks means."""
    found: list[slice] = []
    for axis, (chunk, length) in enumerate(zip(chunks, shape, strict=True)):
        count = -(-length // chunk)
        entry = selection[axis] if axis < len(selection) else slice(None)
        picked = range(count)[entry]
        picked = range(picked, picked + 1) if isinstance(picked, int) else picked
        found.append(slice(picked.start * chunk, min(picked.stop * chunk, length)) if len(picked) else slice(0, 0))
    return tuple(found)


@st.composite
def broadcastable(draw: st.DrawFn, shape: Shape) -> Shape:
    """A shape that broadcasts to the given one: leading dimensions left out, others of length 1."""
    kept = shape[draw(st.integers(0, len(shape))) :] if draw(st.booleans()) else shape
    return tuple(draw(st.sampled_from([length, 1])) for length in kept)

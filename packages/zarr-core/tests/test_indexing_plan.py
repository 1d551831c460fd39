"""From a selection to parts of chunks: they tile the selection exactly, as numpy would take it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zarr_core.abc.codec import index
from zarr_core.chunk_grids.regular import RegularDimension
from zarr_core.errors import SelectionError
from zarr_core.indexing.plan import Box, ChunkPart, boxes, parts, pieces
from zarr_core.indexing.selection import Picked, Selection, basic


@dataclass
class Irregular:
    """Chunks of the given lengths; the last ones may reach beyond the array, or lie beyond it."""

    lengths: tuple[int, ...]
    length: int

    def __post_init__(self) -> None:
        self.borders = np.array([0, *accumulate(self.lengths)])
        self.count = len(self.lengths)
        self.edges = tuple(dict.fromkeys(self.lengths))

    def span(self, i: int) -> tuple[int, int]:
        return int(self.borders[i]), int(self.borders[i + 1])

    def locate(self, x: int) -> int:
        return int(np.searchsorted(self.borders, x, "right")) - 1

    def locate_many(self, x: NDArray[np.intp]) -> NDArray[np.intp]:
        return np.searchsorted(self.borders, x, "right") - 1


regular = st.builds(RegularDimension, st.integers(0, 17), st.integers(1, 7))


@st.composite
def irregular(draw: Any) -> Irregular:
    lengths = draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    return Irregular(tuple(lengths), draw(st.integers(max(0, sum(lengths) - lengths[-1]), sum(lengths))))


grids = st.lists(st.one_of(regular, irregular()), min_size=0, max_size=3)


def entries(length: int) -> st.SearchStrategy[Any]:
    slices = st.slices(length)
    return st.one_of(slices, st.integers(-length, length - 1)) if length else slices


@st.composite
def selections(draw: Any) -> tuple[list[Any], Any]:
    grid = draw(grids)
    chosen = [draw(entries(dimension.length)) for dimension in grid]
    cut = draw(st.integers(0, len(chosen)))
    form = draw(st.sampled_from(["all", "dots", "short"]))
    if form == "dots":
        after = draw(st.integers(cut, len(chosen)))
        return grid, (*chosen[:cut], ..., *chosen[after:])
    return grid, tuple(chosen[:cut] if form == "short" else chosen)


def numbered(shape: tuple[int, ...]) -> NDArray[np.int64]:
    return np.arange(prod(shape)).reshape(shape)


def chunks_of(a: NDArray[Any], grid: list[Any]) -> Any:
    """The stored chunks of `a`, what lies outside of it filled with -1."""

    def chunk(at: tuple[int, ...]) -> NDArray[Any]:
        spans = [dimension.span(i) for dimension, i in zip(grid, at, strict=True)]
        whole = np.full([stop - start for start, stop in spans], -1, a.dtype)
        inner = a[tuple(slice(start, stop) for start, stop in spans)]
        whole[tuple(map(slice, inner.shape))] = inner
        return whole

    return chunk


def read(a: NDArray[Any], grid: list[Any], selection: Selection, most: int) -> NDArray[Any]:
    """The selection, put together from the parts; every element must be written exactly once."""
    out, times = np.full(selection.shape, -2, a.dtype), np.zeros(selection.shape, int)
    target, count = selection.full_view(out), selection.full_view(times)
    assert np.shares_memory(target, out) or not out.size
    chunk = chunks_of(a, grid)
    cut = [pieces(picked, dimension) for picked, dimension in zip(selection.picked, grid, strict=True)]
    for item in boxes(cut, most) if most else parts(cut):
        if isinstance(item, Box):
            assert 1 < len(item.chunks) <= most
            rows = item.rows(target)
            assert rows.shape == (len(item.chunks), *item.shape)
            for row, at in zip(rows, item.chunks, strict=True):
                row[...] = chunk(at)
        else:
            stored = chunk(item.chunk)
            assert stored.shape == item.shape
            target[item.where] = stored if item.inside is None else stored[index(item.inside)]
        count[item.where] += 1
    assert (times == 1).all()
    return out


@settings(max_examples=400)
@given(selections(), st.sampled_from([0, 1, 2, 3, 100]))
@example(([RegularDimension(7, 1)], (slice(None, None, 3),)), 100)
@example(([RegularDimension(10, 4)], (slice(None, None, -1),)), 100)
@example(([], ()), 100)
def test_parts_and_boxes_tile_the_selection_exactly(drawn, most):
    grid, chosen = drawn
    a = numbered(tuple(dimension.length for dimension in grid))
    selection = basic(chosen, a.shape)
    wanted = a[chosen]
    assert selection.shape == wanted.shape
    np.testing.assert_array_equal(read(a, grid, selection, most), wanted)


@settings(max_examples=300)
@given(selections())
def test_writing_the_parts_is_writing_the_selection(drawn):
    grid, chosen = drawn
    a = numbered(tuple(dimension.length for dimension in grid))
    chunk, changed = chunks_of(a, grid), {}
    selection = basic(chosen, a.shape)
    values = -10 - numbered(selection.shape)
    full = selection.full_view(values)
    for part in parts([pieces(picked, d) for picked, d in zip(selection.picked, grid, strict=True)]):
        assert part.chunk not in changed
        # what is said to be covered is written without being read
        stored = np.full(part.shape, -1, a.dtype) if part.covers else chunk(part.chunk)
        stored[... if part.inside is None else index(part.inside)] = full[part.where]
        changed[part.chunk] = stored
    a[chosen] = values
    for at, stored in changed.items():
        np.testing.assert_array_equal(stored, chunk(at))


@settings(max_examples=200)
@given(grids, st.data())
def test_index_arrays_are_cut_at_the_chunk_borders(grid, data):
    a = numbered(tuple(dimension.length for dimension in grid))
    picked = []
    for length in a.shape:
        count = data.draw(st.integers(0, 8)) if length else 0
        take = np.sort(
            np.array(data.draw(st.lists(st.integers(0, max(length - 1, 0)), min_size=count, max_size=count)), np.intp)
        )
        picked.append(Picked(take, count))
    shape = tuple(p.length for p in picked)
    selection = Selection(tuple(picked), shape, shape, None)
    np.testing.assert_array_equal(read(a, grid, selection, 3), a[np.ix_(*(p.take for p in picked))])


@settings(max_examples=200)
@given(selections())
def test_a_part_says_truly_whether_it_is_whole_or_covers(drawn):
    grid, chosen = drawn
    a = numbered(tuple(dimension.length for dimension in grid))
    chunk = chunks_of(a, grid)
    selection = basic(chosen, a.shape)
    for part in parts([pieces(picked, d) for picked, d in zip(selection.picked, grid, strict=True)]):
        stored = chunk(part.chunk)
        touched = np.zeros(part.shape, bool)
        touched[... if part.inside is None else index(part.inside)] = True
        assert (part.inside is None) == touched.all()
        assert part.covers == touched[stored != -1].all()


@given(st.integers(1, 30), st.integers(1, 9), st.integers(2, 5))
def test_whole_chunks_in_a_row_are_taken_together(count, chunk, most):
    grid = RegularDimension(count * chunk, chunk)
    items = list(boxes([pieces(Picked(slice(0, count * chunk, 1), count * chunk), grid)], most))
    assert len(items) == -(-count // most)
    assert all(isinstance(item, Box) for item in items[:-1])
    chunks = [at for item in items for at in (item.chunks if isinstance(item, Box) else [item.chunk])]
    assert chunks == [(i,) for i in range(count)]


def test_a_row_runs_along_the_last_dimension_that_has_several_chunks():
    grid = [RegularDimension(6, 2), RegularDimension(5, 5), RegularDimension(3, 3)]
    cut = [pieces(Picked(slice(0, d.length, 1), d.length), d) for d in grid]
    (item,) = boxes(cut, 100)
    assert isinstance(item, Box)
    assert item.chunks == [(0, 0, 0), (1, 0, 0), (2, 0, 0)]


def test_chunks_of_one_element_are_whole_under_any_step():
    cut = pieces(Picked(slice(0, 9, 4), 3), RegularDimension(10, 1))
    assert [(piece.chunk, piece.whole, piece.covers) for piece in cut] == [
        (0, True, True),
        (4, True, True),
        (8, True, True),
    ]
    assert all(isinstance(item, ChunkPart) for item in boxes([cut], 100)), "they are not in a row"


def test_a_selection_of_much_takes_no_time_for_what_it_skips():
    cut = pieces(Picked(slice(0, 10**15, 10**14), 10), RegularDimension(10**15, 1000))
    assert [piece.chunk for piece in cut] == [i * 10**11 for i in range(10)]


# selections


@pytest.mark.parametrize(
    ("selection", "shape"),
    [
        ((1, 2, 3), (4, 4)),
        ((..., 1, ...), (4, 4)),
        ((..., ...), (4, 4)),
        (4, (4,)),
        (-5, (4,)),
        ((0, 9), (4, 4)),
        (0, (0,)),
        (slice(None, None, 0), (4,)),
        (slice("a", None), (4,)),
        (slice(0.5, None), (4,)),
        (1.0, (4,)),
        ("a", (4,)),
        (None, (4,)),
        ((None, 1), (4, 4)),
        (True, (4,)),
        (np.True_, (4,)),
        ([0, 1], (4,)),
        (np.array([0, 1]), (4,)),
        ((np.array([0, 1]), 0), (4, 4)),
        ((np.array([[True]]), ...), (4, 4)),
        ((0, np.array([1, 2]), ...), (4, 4)),
        (0, ()),
    ],
)
def test_a_selection_that_does_not_fit_is_an_error(selection, shape):
    with pytest.raises(SelectionError):
        basic(selection, shape)


@pytest.mark.parametrize("position", [np.int8(2), np.uint64(2), np.array(2), 2])
def test_whatever_is_an_integer_selects_one(position):
    assert basic(position, (4,)) == basic(2, (4,))


def test_an_ellipsis_may_stand_for_no_dimension():
    assert basic((1, ..., 2), (4, 4)) == basic((1, 2), (4, 4))
    assert basic(..., ()) == basic((), ())


@given(selections())
def test_the_result_is_seen_without_a_copy_whatever_its_strides(drawn):
    grid, chosen = drawn
    selection = basic(chosen, tuple(dimension.length for dimension in grid))
    for order in "CF":
        out = np.zeros(selection.shape, order=order)
        view = selection.full_view(out)
        assert view.shape == selection.full
        view[...] = 1
        assert (out == 1).all()


def test_irregular_grids_of_this_test_are_what_they_say():
    grid = Irregular((2, 3, 1), 5)
    assert [grid.span(i) for i in range(3)] == list(pairwise([0, 2, 5, 6]))
    assert [grid.locate(x) for x in range(6)] == [0, 0, 1, 1, 1, 2]

from __future__ import annotations

import pickle
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_core.abc.chunk_grid import GridDimension
from zarr_core.chunk_grids.rectilinear import RectilinearGrid
from zarr_core.errors import MetadataError
from zarr_core.testing.grids import ChunkGridTests

EXAMPLE = [4, [1, 2, 3], [[4, 2]], [[1, 3], 3], [4, 4, 4]]
"""That of the specification, for an array of shape (6, 6, 6, 6, 6)."""


def grid_of(*chunk_shapes: Any) -> RectilinearGrid:
    return RectilinearGrid.from_config({"kind": "inline", "chunk_shapes": list(chunk_shapes)})


def extents(dimension: GridDimension) -> list[int]:
    return [stop - start for start, stop in map(dimension.span, range(dimension.count))]


class TestRectilinearGrids(ChunkGridTests):
    @pytest.fixture(
        params=[
            [],
            [5],
            [[[1, 3], 40, [2, 9]]],
            [7, [50]],
            [[10, 10, 30], [[7, 9]], 3],
            [[[25, 2], [1, 10**30 // 10**13]]],
        ],
        ids=str,
    )
    def grid(self, request: pytest.FixtureRequest) -> RectilinearGrid:
        return grid_of(*request.param)


def test_the_example_of_the_specification() -> None:
    dimensions = grid_of(*EXAMPLE).dimensions((6,) * 5)
    assert [extents(dimension) for dimension in dimensions] == [[4, 4], [1, 2, 3], [4, 4], [1, 1, 1, 3], [4, 4]]
    assert grid_of(*EXAMPLE).to_json() == {
        "name": "rectilinear",
        "configuration": {"kind": "inline", "chunk_shapes": EXAMPLE},
    }


def test_statement_235_a_pair_in_a_list_is_a_run_and_a_plain_list_holds_edges() -> None:
    assert extents(grid_of([[4, 2]]).dimensions((8,))[0]) == [4, 4]
    assert extents(grid_of([4, 2]).dimensions((6,))[0]) == [4, 2]
    assert extents(grid_of(4).dimensions((9,))[0]) == [4, 4, 4]


def test_statement_236_edges_that_fall_short_of_the_length_are_refused() -> None:
    with pytest.raises(MetadataError, match="edges of dimension 1 add up to 6, its length is 7") as caught:
        grid_of(1, [4, 2]).dimensions((7, 7))
    assert caught.value.member == "chunk_shapes"


def test_statement_236_edges_may_overshoot_by_whole_chunks() -> None:
    (dimension,) = grid_of([4, 2, 9, 9]).dimensions((5,))
    assert (dimension.count, dimension.span(1), dimension.edges) == (2, (4, 6), (4, 2, 9))


@pytest.mark.parametrize("kind", ["external", None, 1, {}])
def test_statement_237_another_kind_is_refused(kind: object) -> None:
    with pytest.raises(MetadataError, match="kind is 'inline'"):
        RectilinearGrid.from_config({"kind": kind, "chunk_shapes": [4]})
    with pytest.raises(MetadataError, match="kind is 'inline'"):
        RectilinearGrid.from_config({"chunk_shapes": [4]})


@pytest.mark.parametrize("shape", [(), (4,), (4, 4, 4)])
def test_statement_237_another_rank_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(MetadataError, match=f"2 dimensions, the array has {len(shape)}"):
        grid_of(4, [4]).dimensions(shape)


@pytest.mark.parametrize(
    "entry",
    [
        *(0, -1, 2.0, True, None, "4", {}, 2**63),
        *([0], [-1], [1.5], [True], [None], ["4"], [[4]]),
        *([[4, 0]], [[0, 4]], [[4, 2, 1]], [[4, -1]], [[4, 1.0]], [[[4, 2], 1]], [[4, [2]]]),
    ],
    ids=str,
)
def test_statement_237_what_is_no_edge_is_refused(entry: Any) -> None:
    with pytest.raises(MetadataError, match="dimension 1") as caught:
        grid_of(1, entry)
    assert caught.value.member == "chunk_shapes"


@pytest.mark.parametrize("chunk_shapes", [4, None, "4", {"0": 4}])
def test_statement_237_chunk_shapes_that_are_no_list_are_refused(chunk_shapes: object) -> None:
    with pytest.raises(MetadataError, match="chunk_shapes is a list"):
        RectilinearGrid.from_config({"kind": "inline", "chunk_shapes": chunk_shapes})


def test_a_list_without_edges_is_for_dimensions_without_elements() -> None:
    (dimension,) = grid_of([]).dimensions((0,))
    assert (dimension.count, dimension.edges) == (0, (1,))
    with pytest.raises(MetadataError, match="add up to 0"):
        grid_of([]).dimensions((1,))


def test_statement_239_elements_are_found_by_the_sums_of_the_edges() -> None:
    (dimension,) = grid_of([2, 2, 3]).dimensions((7,))
    chunk = dimension.locate(4)
    assert (chunk, 4 - dimension.span(chunk)[0]) == (2, 0)


@given(st.lists(st.integers(1, 5) | st.tuples(st.integers(1, 5), st.integers(1, 4)), min_size=1, max_size=8), st.data())
def test_runs_and_edges_one_by_one_are_the_same(entry: list[Any], data: st.DataObject) -> None:
    edges = [edge for item in entry for edge in ([item] if isinstance(item, int) else [item[0]] * item[1])]
    length = data.draw(st.integers(0, sum(edges)))
    (dimension,) = grid_of([list(item) if isinstance(item, tuple) else item for item in entry]).dimensions((length,))
    stops = list(accumulate(edges))
    chunks = [next(i for i, stop in enumerate(stops) if x < stop) for x in range(length)]
    assert [dimension.locate(x) for x in range(length)] == chunks
    assert dimension.locate_many(np.arange(length)).tolist() == chunks
    assert dimension.count == (chunks[-1] + 1 if chunks else 0)
    assert [dimension.span(i) for i in range(dimension.count)] == [
        (stop - edge, stop) for edge, stop in zip(edges, stops, strict=True)
    ][: dimension.count]


def test_counts_that_no_memory_could_hold_cost_nothing() -> None:
    (dimension,) = grid_of([7, [1, 2**62], [2**62, 2**40]]).dimensions((2**62 + 2**61,))
    assert dimension.count == 2**62 + 2
    assert dimension.locate(2**62 + 6) == 2**62
    assert dimension.locate_many(np.array([6, 2**62 + 7])).tolist() == [0, 2**62 + 1]
    assert dimension.span(2**62 + 1) == (2**62 + 7, 2**63 + 7)


def test_growing_beyond_the_edges_appends_one_and_a_step_stays() -> None:
    grid = grid_of([3, [2, 2]], 4)
    assert grid.resized((7, 4), (10, 40)) == grid_of([3, [2, 2], 3], 4)


@pytest.mark.parametrize("new", [(0, 1), (5, 9), (7, 4)])
def test_shrinking_and_growing_within_the_edges_keeps_them(new: tuple[int, ...]) -> None:
    grid = grid_of([3, [2, 2]], 4)
    assert grid.resized((6, 4), new) is grid


def test_lists_of_a_caller_are_stored_as_runs_where_that_is_shorter() -> None:
    grid = RectilinearGrid.from_lists([[3, 3, 4], 5, np.array([2, 2, 2]), -1, None], (10, 7, 6, 8, 0))
    assert grid.to_config() == {"kind": "inline", "chunk_shapes": [[[3, 2], 4], 5, [[2, 3]], 8, 1]}


@pytest.mark.parametrize(
    ("chunks", "shape", "why"),
    [
        ([[3, 3]], (7,), "add up to 6"),
        ([[3]], (3, 3), "1 entries"),
        ([[3.5]], (3,), "neither an integer"),
        (["33"], (6,), "neither an integer"),
        ([[[3]]], (3,), "neither an integer"),
        ([2.5], (3,), "neither an integer"),
        ([[0, 3]], (3,), "at least 1"),
    ],
)
def test_lists_that_are_no_grid_are_refused(chunks: Any, shape: tuple[int, ...], why: str) -> None:
    with pytest.raises(MetadataError, match=why):
        RectilinearGrid.from_lists(chunks, shape)


def test_grids_compare_by_what_they_hold_and_print_short() -> None:
    long = RectilinearGrid.from_lists([list(range(1, 1000))], (400,))
    assert pickle.loads(pickle.dumps(long)) == long != RectilinearGrid.from_lists([[400]], (400,))
    assert len(repr(long)) < 250
    assert repr(grid_of(4, [1, [2, 3]])) == "RectilinearGrid([4, [1, [2, 3]]])"

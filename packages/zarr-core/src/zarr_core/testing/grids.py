"""The suite for chunk grids. Subclass it and give it yours.

    class TestSpiralGrid(ChunkGridTests):
        @pytest.fixture
        def grid(self):
            return SpiralGrid(turns=3)

Override `shapes` if your grid does not take arrays of any lengths.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_core.abc.chunk_grid import ChunkGrid, GridDimension
from zarr_core.errors import MetadataError
from zarr_core.testing.extensions import check_extension, in_threads

__all__ = ["ChunkGridTests"]

EXAMPLES = settings(max_examples=50, deadline=None)
RANKS = range(9)


class ChunkGridTests:
    """Every element in exactly one chunk, and the ways to find it agree."""

    @pytest.fixture
    def grid(self) -> ChunkGrid:
        raise NotImplementedError("override the fixture `grid`: return the grid to test")

    def shapes(self, grid: ChunkGrid) -> st.SearchStrategy[tuple[int, ...]]:
        """Array shapes that it takes. Unless overridden: all lengths up to 50, in the ranks that it takes."""
        return st.sampled_from(ranks_of(grid)).flatmap(lambda rank: st.tuples(*[st.integers(0, 50)] * rank))

    def test_its_json_gives_an_equal_grid(self, grid: ChunkGrid) -> None:
        check_extension(grid)

    def test_the_chunks_hold_every_element_exactly_once(self, grid: ChunkGrid) -> None:
        @EXAMPLES
        @given(self.shapes(grid))
        def check(shape: tuple[int, ...]) -> None:
            dimensions = grid.dimensions(shape)
            assert tuple(dimension.length for dimension in dimensions) == shape
            for dimension in dimensions:
                check_dimension(dimension)

        check()

    def test_a_wrong_rank_is_refused(self, grid: ChunkGrid) -> None:
        @EXAMPLES
        @given(self.shapes(grid))
        def check(shape: tuple[int, ...]) -> None:
            if len(ranks_of(grid)) == 1 and len(shape) + 1 not in ranks_of(grid):
                with pytest.raises(MetadataError):
                    grid.dimensions((*shape, 1))

        check()

    def test_it_still_fits_after_a_resize(self, grid: ChunkGrid) -> None:
        @EXAMPLES
        @given(st.tuples(self.shapes(grid), self.shapes(grid)))
        def check(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
            old, new = shapes
            if len(old) == len(new):
                resized = grid.resized(old, new)
                check_extension(resized)
                assert tuple(dimension.length for dimension in resized.dimensions(new)) == new

        check()

    def test_threads_may_share_it(self, grid: ChunkGrid) -> None:
        @settings(max_examples=3, deadline=None)
        @given(self.shapes(grid))
        def check(shape: tuple[int, ...]) -> None:
            for dimensions in in_threads(lambda: grid.dimensions(shape)):
                assert [dimension.count for dimension in dimensions] == [d.count for d in grid.dimensions(shape)]

        check()


def check_dimension(dimension: GridDimension) -> None:
    """Its chunks follow each other without gaps and reach the end; `locate` and `locate_many` find them."""
    spans = [dimension.span(i) for i in range(dimension.count)]
    end = 0
    for start, stop in spans:
        assert start == end < dimension.length, "a chunk begins where the one before ends, and within the array"
        assert stop > start
        end = stop
    assert end >= dimension.length, "the chunks end before the array does"
    assert {stop - start for start, stop in spans} <= set(dimension.edges), "`edges` are all the lengths there are"
    assert len(set(dimension.edges)) == len(dimension.edges)
    chunks = [dimension.locate(x) for x in range(dimension.length)]
    assert chunks == [i for i, (start, stop) in enumerate(spans) for _ in range(start, min(stop, dimension.length))]
    many = dimension.locate_many(np.arange(dimension.length, dtype=np.intp))
    assert many.dtype == np.intp
    assert many.tolist() == chunks


def ranks_of(grid: ChunkGrid) -> list[int]:
    """The ranks of which it takes arrays of a single element."""

    def takes(rank: int) -> bool:
        try:
            grid.dimensions((1,) * rank)
        except MetadataError:
            return False
        return True

    return [rank for rank in RANKS if takes(rank)]

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from zarr_core.chunk_grids.regular import RegularDimension, RegularGrid
from zarr_core.errors import MetadataError
from zarr_core.testing.grids import ChunkGridTests


class TestRegularGrids(ChunkGridTests):
    @pytest.fixture(params=[(), (1,), (7,), (3, 4), (100, 1, 16)], ids=str)
    def grid(self, request: pytest.FixtureRequest) -> RegularGrid:
        return RegularGrid(request.param)


@pytest.mark.parametrize("chunk_shape", [[-1], [1.0], ["3"], [True], [None], [2**63], "3", 3, None, {"0": 3}, [[3]]])
def test_statement_72_a_chunk_shape_that_is_no_list_of_positive_integers_is_refused(chunk_shape: object) -> None:
    with pytest.raises(MetadataError, match="chunk_shape") as caught:
        RegularGrid.from_config({"chunk_shape": chunk_shape})
    assert caught.value.member == "chunk_shape"


@pytest.mark.parametrize("shape", [(), (5,), (5, 5, 5)])
def test_statement_72_a_chunk_shape_of_another_rank_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(MetadataError, match="has 2 dimensions"):
        RegularGrid((3, 4)).dimensions(shape)


def test_statement_72_a_chunk_length_of_0_is_refused() -> None:
    with pytest.raises(MetadataError, match="holds a 0"):
        RegularGrid.from_config({"chunk_shape": [3, 0]}).dimensions((5, 1))


def test_a_stored_chunk_length_of_0_counts_as_1_where_there_are_no_elements() -> None:
    grid = RegularGrid.from_config({"chunk_shape": [0, 4]})
    empty, _ = grid.dimensions((0, 8))
    assert (empty.count, empty.edges) == (0, (1,))
    assert grid.to_config() == {"chunk_shape": [0, 4]}
    assert grid.resized((0, 8), (2, 8)) == RegularGrid((1, 4))


@pytest.mark.parametrize("configuration", [{}, {"chunk_shape": [3], "order": "C"}])
def test_members_that_are_missing_or_unknown_are_refused(configuration: dict[str, Any]) -> None:
    with pytest.raises(MetadataError, match="chunk_shape"):
        RegularGrid.from_config(configuration)


def test_a_list_given_in_python_is_refused_rather_than_kept_mutable() -> None:
    with pytest.raises(MetadataError, match=r"not \[3\]"):
        RegularGrid([3])  # type: ignore[arg-type]


def test_statement_73_a_dimension_without_elements_has_no_chunks() -> None:
    (dimension,) = RegularGrid((4,)).dimensions((0,))
    assert (dimension.count, dimension.length, dimension.edges) == (0, 0, (4,))


def test_statement_74_shape_7_10_in_chunks_3_4_has_nine_chunks() -> None:
    rows, columns = RegularGrid((3, 4)).dimensions((7, 10))
    assert len([*product(range(rows.count), range(columns.count))]) == 9
    assert [columns.span(i) for i in range(columns.count)] == [(0, 4), (4, 8), (8, 12)]


def test_statement_75_element_5_9_is_in_chunk_1_2_at_2_1() -> None:
    found = [
        (d.locate(x), x - d.span(d.locate(x))[0])
        for d, x in zip(RegularGrid((3, 4)).dimensions((7, 10)), (5, 9), strict=True)
    ]
    assert found == [(1, 2), (2, 1)]


def test_statement_78_a_chunk_larger_than_the_array_is_its_only_one() -> None:
    (dimension,) = RegularGrid((100,)).dimensions((3,))
    assert (dimension.count, dimension.span(0), dimension.locate(2)) == (1, (0, 100), 0)


def test_statement_84_rank_0_has_an_empty_chunk_shape() -> None:
    assert RegularGrid.from_config({"chunk_shape": []}).dimensions(()) == ()
    assert RegularGrid(()).to_json() == {"name": "regular", "configuration": {"chunk_shape": []}}


def test_statement_25_lengths_beyond_2_53_are_exact() -> None:
    length = 2**62 + 1
    dimension = RegularDimension(length, 3)
    assert dimension.count == (length + 2) // 3
    assert dimension.locate(length - 1) == (length - 1) // 3
    assert dimension.span(dimension.count - 1)[1] - length in (0, 1, 2)
    assert dimension.locate_many(np.array([length - 1])).tolist() == [(length - 1) // 3]

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zarr_codecs.reshape import ReshapeCodec
from zarr_core.abc.codec import Spec
from zarr_core.data_types.integer import UInt8
from zarr_core.errors import MetadataError


def reshaped(shape: tuple[int, ...], configured: Any) -> tuple[int, ...]:
    spec = Spec(shape, UInt8(), UInt8().default_fill())
    return ReshapeCodec.from_config({"shape": configured}).resolve(spec).shape


@pytest.mark.parametrize(
    ("shape", "configured", "expected"),
    [
        ((4, 3, 2), [[0, 1], [2]], (12, 2)),
        ((4, 3, 2), [[0], -1], (4, 6)),
        ((4, 3, 2), [6, 4], (6, 4)),
        ((4, 3, 2), [], None),
        ((), [], ()),
        ((), [1, []], (1, 1)),
        ((1,), [], ()),
        ((4, 3, 2), [[0], [], [1, 2]], (4, 1, 6)),
        ((4, 3, 2), [2, 2, [1], -1], (2, 2, 3, 2)),
        ((4, 3, 2), [-1], (24,)),
    ],
)
def test_statement_228_dimensions_are_lengths_or_products(shape: Any, configured: Any, expected: Any) -> None:
    if expected is None:
        with pytest.raises(MetadataError, match="does not hold the 24 elements"):
            reshaped(shape, configured)
    else:
        assert reshaped(shape, configured) == expected


@pytest.mark.parametrize(
    ("configured", "why"),
    [
        ([[1], [0]], "out of order"),
        ([[0, 0], 6], "out of order"),
        ([[1], -1], "moves dimensions"),
        ([2, [1], 4], "moves dimensions"),
        ([[0, 2], 3], "moves dimensions"),
        ([[3], -1], "names input dimension 3"),
    ],
)
def test_statement_228_dimensions_that_do_not_line_up_are_refused(configured: Any, why: str) -> None:
    with pytest.raises(MetadataError, match=why) as caught:
        reshaped((4, 3, 2), configured)
    assert caught.value.member == "shape"


@pytest.mark.parametrize("configured", [[-1, -1], [5, 5], [5, -1], [25]])
def test_statement_229_counts_that_differ_are_refused(configured: Any) -> None:
    with pytest.raises(MetadataError, match=r"more than once|does not hold"):
        reshaped((4, 3, 2), configured)


def test_statement_229_elements_keep_their_order_whatever_the_memory() -> None:
    spec = Spec((4, 3, 2), UInt8(), UInt8().default_fill())
    bound = ReshapeCodec(((0, 1), (2,))).bind(spec)
    a = np.arange(24, dtype="u1").reshape(4, 3, 2)
    for given in (a, np.asfortranarray(a)):
        encoded = bound.encode(given)
        assert encoded.ravel().tolist() == list(range(24))
        assert np.array_equal(bound.decode(encoded), a)


@pytest.mark.parametrize(
    "configured", [4, None, "24", {}, [0], [-2], [1.0], [True], ["4"], [[True]], [[-1]], [[[0]]], [None]]
)
def test_what_is_no_shape_is_refused(configured: Any) -> None:
    with pytest.raises(MetadataError, match="shape has positive lengths"):
        ReshapeCodec.from_config({"shape": configured})

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zarr_codecs.transpose import TransposeCodec
from zarr_core.abc.codec import Points, Spec
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.data_types.integer import UInt8
from zarr_core.errors import MetadataError

UINT8 = UInt8()


def spec(*shape: int) -> Spec:
    return Spec(shape, UINT8, UINT8.default_fill())


@pytest.mark.parametrize("order", [[0, 0], [0, 2], [1, 2], [-1, 0], [0, -1], [1]])
def test_statement_124_order_is_a_permutation(order: list[int]) -> None:
    with pytest.raises(MetadataError, match=r"'transpose': order .* is no permutation"):
        TransposeCodec.from_config({"order": order})
    with pytest.raises(MetadataError):
        TransposeCodec(order=tuple(order))


@pytest.mark.parametrize("order", [[], [0], [0, 1, 2]])
def test_statement_124_order_has_the_rank_of_what_arrives(order: list[int]) -> None:
    with pytest.raises(MetadataError, match=r"'transpose': order .* but the array that reaches it has 2"):
        TransposeCodec.from_config({"order": order}).resolve(spec(3, 4))


@pytest.mark.parametrize("configuration", [{}, {"order": None}, {"order": [0.0]}, {"order": ["0"]}, {"order": [False]}])
def test_statement_124_order_is_a_list_of_integers(configuration: dict[str, Any]) -> None:
    with pytest.raises(MetadataError, match="order"):
        TransposeCodec.from_config(configuration)


def test_statement_125_c_and_f_are_neither_read_nor_written() -> None:
    for order in ("C", "F"):
        with pytest.raises(MetadataError, match=f"order .* not '{order}'"):
            TransposeCodec.from_config({"order": order})
    assert TransposeCodec(order=(1, 0)).to_json() == {"name": "transpose", "configuration": {"order": [1, 0]}}


def test_statement_126_the_worked_example() -> None:
    a = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    codec = TransposeCodec(order=(2, 0, 1))
    encoded = BytesCodec().bind(codec.resolve(spec(2, 3, 4))).encode(codec.bind(spec(2, 3, 4)).encode(a))
    assert bytes(encoded).hex(" ", 6) == "0004080c1014 0105090d1115 02060a0e1216 03070b0f1317"


def test_two_dimensions_reversed_are_fortran_order() -> None:
    a = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    assert TransposeCodec(order=(1, 0)).bind(spec(2, 3)).encode(a).tobytes().hex() == "010402050306"


def test_statement_127_decoding_applies_the_inverse() -> None:
    a = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    bound = TransposeCodec(order=(2, 0, 1)).bind(spec(2, 3, 4))
    assert np.array_equal(bound.decode(bound.encode(a)), a)
    assert np.array_equal(bound.decode(a), a.transpose(1, 2, 0))


def test_statement_128_rank_0_works() -> None:
    codec = TransposeCodec.from_config({"order": []})
    bound = codec.bind(spec())
    a = np.array(7, np.uint8)
    assert codec.resolve(spec()).shape == ()
    assert bound.decode(bound.encode(a)) == a
    assert bound.part(()) == ()


def test_statement_129_the_next_codec_sees_the_permuted_shape_and_the_same_elements() -> None:
    given = spec(2, 3, 4)
    seen = TransposeCodec(order=(2, 0, 1)).resolve(given)
    assert seen.shape == (4, 2, 3)
    assert (seen.data_type, seen.fill) == (given.data_type, given.fill)


def test_nothing_is_copied() -> None:
    a = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    bound = TransposeCodec(order=(2, 0, 1)).bind(spec(2, 3, 4))
    for aliasing in (bound.encode(a), bound.decode(a), bound.view(a)):
        assert np.shares_memory(aliasing, a)


def test_what_receives_points_is_the_same_to_every_codec() -> None:
    bound = TransposeCodec(order=(1, 0)).bind(spec(2, 3))
    rows, columns = np.array([0, 1]), np.array([2, 0])
    assert bound.part(Points((rows, columns))).at == (columns, rows)
    out = np.zeros(2, np.uint8)
    assert bound.view(out) is out

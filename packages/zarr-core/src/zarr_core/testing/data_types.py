"""The suite for data types. Subclass it and give it yours.

    class TestMoney(DataTypeTests):
        @pytest.fixture
        def data_type(self):
            return Money("EUR")

Override `values` if some of the bit patterns of your dtype are no values.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from numpy.typing import NDArray

from zarr_core.abc.data_type import DataType
from zarr_core.errors import MetadataError
from zarr_core.testing.extensions import check_value_object, in_threads, through_json

__all__ = ["DataTypeTests"]

EXAMPLES = settings(max_examples=50, deadline=None)


class DataTypeTests:
    """Round trips to the bit, in JSON and in bytes, and what every data type promises."""

    @pytest.fixture
    def data_type(self) -> DataType:
        raise NotImplementedError("override the fixture `data_type`: return the data type to test")

    def values(self, data_type: DataType) -> st.SearchStrategy[NDArray[Any]]:
        """1-d arrays of values. Unless overridden: any bits for numbers and opaque bytes, else as hypothesis likes."""
        dtype = data_type.dtype
        if dtype.kind in "iufcV" and dtype.fields is None and dtype.subdtype is None:
            elements = st.binary(min_size=dtype.itemsize, max_size=dtype.itemsize)
            return st.lists(elements, max_size=5).map(lambda parts: np.frombuffer(b"".join(parts), dtype))
        return numpy_strategies.arrays(dtype, st.integers(0, 5))

    def fills(self, data_type: DataType) -> st.SearchStrategy[NDArray[Any]]:
        """0-d arrays: the values one by one."""
        return self.values(data_type).filter(len).map(lambda values: values[0:1].reshape(()))

    def test_its_json_gives_an_equal_type(self, data_type: DataType) -> None:
        assert type(data_type).contract == 1
        name, configuration = name_and_configuration(data_type)
        assert name == data_type.name
        assert type(data_type).from_json_v3(name, configuration) == data_type

    def test_an_unknown_member_of_its_configuration_is_refused(self, data_type: DataType) -> None:
        name, configuration = name_and_configuration(data_type)
        with pytest.raises(MetadataError):
            type(data_type).from_json_v3(name, {**configuration, "no such member": 1})

    def test_it_is_a_value_object(self, data_type: DataType) -> None:
        check_value_object(data_type)

    def test_the_dtype_in_memory_has_native_byte_order(self, data_type: DataType) -> None:
        assert data_type.dtype.isnative

    def test_the_size_of_elements_is_that_of_their_stored_form(self, data_type: DataType) -> None:
        if data_type.item_size is not None:
            assert {data_type.stored_dtype(endian).itemsize for endian in ("little", "big")} == {data_type.item_size}

    def test_the_default_fill_is_a_fill(self, data_type: DataType) -> None:
        check_fill(data_type.default_fill(), data_type.default_fill(), data_type)
        check_fill(data_type.cast_fill(None), data_type.default_fill(), data_type)

    def test_fills_survive_json_to_the_bit(self, data_type: DataType) -> None:
        @EXAMPLES
        @given(self.fills(data_type))
        def check(fill: NDArray[Any]) -> None:
            stored = through_json(data_type.fill_to_json(fill))
            check_fill(data_type.fill_from_json(stored), fill, data_type)

        check()

    def test_fills_survive_the_json_of_format_2_or_are_refused(self, data_type: DataType) -> None:
        try:
            through_json(data_type.to_json_v2())
        except MetadataError:
            return  # it is no data type of format 2

        @EXAMPLES
        @given(self.fills(data_type))
        def check(fill: NDArray[Any]) -> None:
            try:
                stored = through_json(data_type.fill_to_json(fill, 2))
            except MetadataError:
                return
            check_fill(data_type.fill_from_json(stored, 2), fill, data_type)

        check()
        check_fill(data_type.fill_from_json(None, 2), data_type.default_fill(), data_type)

    def test_fills_of_its_own_dtype_are_taken_to_the_bit(self, data_type: DataType) -> None:
        @EXAMPLES
        @given(self.fills(data_type))
        def check(fill: NDArray[Any]) -> None:
            check_fill(data_type.cast_fill(fill), fill, data_type)
            check_fill(data_type.cast_fill(fill[()]), fill, data_type)

        check()

    def test_what_is_no_fill_is_refused(self, data_type: DataType) -> None:
        nonsense: Any
        for nonsense in (None, {"no": "fill"}, [[[]]]):
            with pytest.raises(MetadataError):
                data_type.fill_from_json(nonsense)
        with pytest.raises(MetadataError):
            data_type.cast_fill(object())

    @pytest.mark.parametrize("endian", ["little", "big"])
    def test_elements_survive_the_bytes_codec_to_the_bit(self, data_type: DataType, endian: str) -> None:
        if data_type.item_size is None:
            return  # the codec takes elements of one size only

        @EXAMPLES
        @given(self.values(data_type))
        def check(values: NDArray[Any]) -> None:
            encoded = data_type.encode(values, endian).tobytes()
            stored = np.frombuffer(encoded, data_type.stored_dtype(endian))
            decoded = np.empty(len(values), data_type.dtype)
            decoded[...] = data_type.check_stored(stored)
            assert decoded.tobytes() == values.tobytes()

        check()

    def test_threads_may_share_it(self, data_type: DataType) -> None:
        stored = data_type.fill_to_json(data_type.default_fill())
        for fill in in_threads(lambda: data_type.fill_from_json(stored)):
            check_fill(fill, data_type.default_fill(), data_type)


def name_and_configuration(data_type: DataType) -> tuple[str, dict[str, Any]]:
    """The two members of its JSON, which is a plain name where there is no configuration."""
    written = through_json(data_type.to_json_v3())
    if isinstance(written, str):
        return written, {}
    assert written.keys() == {"name", "configuration"}
    return written["name"], written["configuration"]


def check_fill(fill: NDArray[Any], expected: NDArray[Any], data_type: DataType) -> None:
    """A read-only 0-d array of the dtype, and the same to the bit."""
    assert isinstance(fill, np.ndarray)
    assert fill.shape == ()
    assert fill.dtype == data_type.dtype
    assert not fill.flags.writeable
    if data_type.dtype.hasobject or data_type.dtype.kind == "T":
        assert fill[()] == expected[()]
    else:
        assert fill.tobytes() == expected.tobytes()

"""The suite for chunk key encodings. Subclass it and give it yours.

    class TestHilbertKeys(ChunkKeyEncodingTests):
        @pytest.fixture
        def encoding(self):
            return HilbertKeys(order=4)

Override `indices` if it does not take grid indices of any rank and size.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.testing.extensions import check_extension, in_threads

__all__ = ["ChunkKeyEncodingTests"]

EXAMPLES = settings(max_examples=100, deadline=None)
JUNK = ("", "/", ".", "c/", "c/-1", "c/01", "c/1/", "c//1", "c/1.5", "c/x", "c/1 ", "c/\u0661", "x/1", "-1", "01")


class ChunkKeyEncodingTests:
    """Keys that a store may hold, one for each chunk, and the way back."""

    @pytest.fixture
    def encoding(self) -> ChunkKeyEncoding:
        raise NotImplementedError("override the fixture `encoding`: return the encoding to test")

    def indices(self) -> st.SearchStrategy[tuple[int, ...]]:
        """Grid indices of one dimension and more. Unless overridden: up to six of them, and large ones."""
        return st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 20), min_size=1, max_size=6).map(tuple)

    def test_its_json_gives_an_equal_encoding(self, encoding: ChunkKeyEncoding) -> None:
        check_extension(encoding)

    def test_keys_lead_back_to_the_index(self, encoding: ChunkKeyEncoding) -> None:
        @EXAMPLES
        @given(self.indices())
        def check(index: tuple[int, ...]) -> None:
            key = encoding.encode(index)
            check_key(key)
            assert encoding.decode(key) == index

        check()

    def test_an_array_of_rank_0_has_one_key(self, encoding: ChunkKeyEncoding) -> None:
        key = encoding.encode(())
        check_key(key)
        assert encoding.decode(key) in ((), (0,)), "rank 0 may share its key with the first chunk of rank 1, no other"

    def test_what_is_no_key_of_its_own_has_no_index(self, encoding: ChunkKeyEncoding) -> None:
        @EXAMPLES
        @given(st.sampled_from(JUNK) | st.text(max_size=8) | st.text("c/.0123456789-+ _", max_size=8))
        def check(key: str) -> None:
            index = encoding.decode(key)
            assert index is None or encoding.encode(index) == key

        check()

    def test_threads_may_share_it(self, encoding: ChunkKeyEncoding) -> None:
        assert len(set(in_threads(lambda: encoding.encode((1, 2))))) == 1


def check_key(key: str) -> None:
    """What the store contract says of keys; and no key of a chunk is that of a document."""
    assert all(segment not in ("", ".", "..") for segment in key.split("/")), key
    assert key.rpartition("/")[2] not in ("zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata")

from __future__ import annotations

from typing import Any

import pytest

from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.chunk_key_encodings.default import DefaultChunkKeyEncoding
from zarr_core.chunk_key_encodings.v2 import V2ChunkKeyEncoding
from zarr_core.errors import MetadataError
from zarr_core.testing.key_encodings import ChunkKeyEncodingTests

CLASSES = [DefaultChunkKeyEncoding, V2ChunkKeyEncoding]


class TestKeysOfBoth(ChunkKeyEncodingTests):
    @pytest.fixture(params=[cls(separator) for cls in CLASSES for separator in ("/", ".")], ids=repr)
    def encoding(self, request: pytest.FixtureRequest) -> ChunkKeyEncoding:
        encoding: ChunkKeyEncoding = request.param
        return encoding


@pytest.mark.parametrize(
    ("index", "slash", "dot"), [((1, 23, 45), "c/1/23/45", "c.1.23.45"), ((7,), "c/7", "c.7"), ((), "c", "c")]
)
def test_statement_79_default_puts_a_c_before_the_index(index: tuple[int, ...], slash: str, dot: str) -> None:
    assert DefaultChunkKeyEncoding("/").encode(index) == slash
    assert DefaultChunkKeyEncoding(".").encode(index) == dot


@pytest.mark.parametrize(
    ("index", "dot", "slash"), [((1, 23, 45), "1.23.45", "1/23/45"), ((7,), "7", "7"), ((), "0", "0")]
)
def test_statement_80_v2_is_the_bare_index(index: tuple[int, ...], dot: str, slash: str) -> None:
    assert V2ChunkKeyEncoding(".").encode(index) == dot
    assert V2ChunkKeyEncoding("/").encode(index) == slash


def test_statement_81_without_configuration_default_has_a_slash_and_v2_a_dot() -> None:
    assert DefaultChunkKeyEncoding.from_config({}) == DefaultChunkKeyEncoding("/") == DefaultChunkKeyEncoding()
    assert V2ChunkKeyEncoding.from_config({}) == V2ChunkKeyEncoding(".") == V2ChunkKeyEncoding()


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("separator", ["-", "", "//", None, 1, ["/"], True])
def test_statement_82_any_other_separator_is_refused(cls: Any, separator: object) -> None:
    with pytest.raises(MetadataError, match=r"separator is '/' or '\.'") as caught:
        cls.from_config({"separator": separator})
    assert caught.value.member == "separator"
    with pytest.raises(MetadataError):
        cls(separator)


@pytest.mark.parametrize("cls", CLASSES)
def test_an_unknown_member_is_refused_and_named(cls: Any) -> None:
    with pytest.raises(MetadataError, match="'dimension_separator'"):
        cls.from_config({"separator": "/", "dimension_separator": "/"})


@pytest.mark.parametrize("separator", ["/", "."])
def test_statement_83_rank_0_has_the_key_c_or_0(separator: Any) -> None:
    assert DefaultChunkKeyEncoding(separator).encode(()) == "c"
    assert DefaultChunkKeyEncoding(separator).decode("c") == ()
    assert V2ChunkKeyEncoding(separator).encode(()) == "0"


@pytest.mark.parametrize("cls", CLASSES)
def test_the_separator_is_written_although_it_is_the_default(cls: Any) -> None:
    assert cls().to_json() == {"name": cls.name, "configuration": {"separator": cls().separator}}


@pytest.mark.parametrize(
    "key", ["", "c/", "c//1", "c/1/", "/c/1", "C/1", "c/01", "c/+1", "c/-1", "c/1_0", "c/\u0661", "c/1\n", "c.1", "1/2"]
)
def test_a_key_that_default_would_not_write_has_no_index(key: str) -> None:
    assert DefaultChunkKeyEncoding("/").decode(key) is None


@pytest.mark.parametrize("key", ["", ".", "1.", ".1", "1..2", "01", "1/2", ".zarray", "zarr.json", "9" * 5000])
def test_a_key_that_v2_would_not_write_has_no_index(key: str) -> None:
    assert V2ChunkKeyEncoding(".").decode(key) is None

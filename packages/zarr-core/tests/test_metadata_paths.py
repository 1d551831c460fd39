"""Paths of nodes and keys of documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_core.errors import MetadataError
from zarr_core.metadata import check_new_name, document_key, normalize_path


@pytest.mark.parametrize(
    ("path", "key"),
    [("/", "zarr.json"), ("", "zarr.json"), ("/foo", "foo/zarr.json"), ("/foo/bar", "foo/bar/zarr.json")],
)
def test_statement_1_document_keys(path, key):
    assert document_key(normalize_path(path), "zarr.json") == key


@given(st.text())
def test_statement_2_keys_have_no_slash_at_the_ends_and_no_empty_segment(path):
    try:
        normal = normalize_path(path)
    except MetadataError:
        return
    key = document_key(normal, "zarr.json")
    assert not key.startswith("/")
    assert "//" not in key
    assert normalize_path(normal) == normal


def test_statement_3_and_4_the_empty_name_is_the_root_and_slashes_separate():
    check_new_name(normalize_path(""))
    assert normalize_path("a//b/") == "a/b"


@pytest.mark.parametrize("name", [".", "..", "...", "....", "a/../b", "a/./b", "..\\a"])
def test_statement_5_names_of_dots_only_are_refused(name):
    with pytest.raises(MetadataError, match="dots only"):
        normalize_path(name)


@pytest.mark.parametrize("name", ["__a", "__zarr", "a/__b", "__a/b"])
def test_statement_6_names_beginning_with_two_underscores_are_refused_for_new_nodes_only(name):
    assert normalize_path(name) == name
    with pytest.raises(MetadataError, match="reserved"):
        check_new_name(name)


@pytest.mark.parametrize("name", ["zarr.json", "a/zarr.json", ".zarray", ".zmetadata"])
def test_statement_7_names_of_documents_are_refused_for_new_nodes_only(name):
    assert normalize_path(name) == name
    with pytest.raises(MetadataError, match="metadata document"):
        check_new_name(name)


@pytest.mark.parametrize("name", ["A", "a", "é", "e\u0301", "_a", ".a", "a.", "..a", "zarr.json.bak", "a b"])
def test_statement_8_and_9_names_are_kept_code_point_by_code_point(name):
    assert normalize_path(name) == name
    check_new_name(name)


@pytest.mark.parametrize("path", ["/a//b/", "a\\b", "a/b", "\\a/b//"])
def test_statement_245_spellings_of_one_path(path):
    assert normalize_path(path) == "a/b"

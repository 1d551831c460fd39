"""Consolidated metadata of both formats."""

import json
import pickle

import pytest

from zarr_core.errors import MetadataError, NodeNotFoundError
from zarr_core.metadata import consolidate, parse_node, parse_zmetadata

V3_ARRAY = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [2],
    "data_type": "int16",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "fill_value": 0,
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
    "attributes": {},
}
V3_GROUP = {"zarr_format": 3, "node_type": "group", "attributes": {"k": 1}}
V2_ARRAY = {
    "zarr_format": 2,
    "shape": [2],
    "chunks": [2],
    "dtype": "<i2",
    "compressor": None,
    "fill_value": 0,
    "order": "C",
    "filters": None,
    "dimension_separator": ".",
}
EMPTY = {"kind": "inline", "must_understand": False, "metadata": {}}


def v3(document, path=""):
    return parse_node({"zarr.json": json.dumps(document).encode()}, path)


def v2(path="", **documents):
    return parse_node({f".{name}": json.dumps(each).encode() for name, each in documents.items()}, path)


def v3_members():
    group = {**V3_GROUP, "attributes": {}}
    return {
        "s": v3(group),
        "s/a": v3(V3_ARRAY),
        "s/t": v3(group),
        "s/t/b": v3(V3_ARRAY),
        "B": v3(V3_ARRAY),
        "s0": v3(V3_ARRAY),
        "a": v3(V3_ARRAY),
    }


def v2_members():
    group = v2(zgroup={"zarr_format": 2})
    return {"s/a": v2(zarray=V2_ARRAY, zattrs={"u": "K"}), "s": group, "s/t": group, "s/t/b": v2(zarray=V2_ARRAY)}


def v2_group():
    return v2(zgroup={"zarr_format": 2}, zattrs={"k": 1})


@pytest.mark.parametrize(
    "block",
    [
        None,
        {"must_understand": False},
        {"must_understand": False, "kind": "other"},
        {"must_understand": False, "metadata": 1},
    ],
)
def test_statement_39_blocks_that_need_not_be_understood_open(block):
    assert v3(V3_GROUP).consolidated is None
    assert v3({**V3_GROUP, "consolidated_metadata": block}).consolidated is None


def test_statement_39_inline_blocks_open_with_and_without_must_understand():
    for block in EMPTY, {"kind": "inline", "metadata": {}}:
        group = v3({**V3_GROUP, "consolidated_metadata": block})
        assert dict(group.consolidated) == {}


@pytest.mark.parametrize(
    "block", [1, "a", [], {}, {"kind": "other", "metadata": {}}, {**EMPTY, "must_understand": True}]
)
def test_blocks_that_must_be_understood_are_refused(block):
    with pytest.raises(MetadataError, match="'consolidated_metadata' must be of kind 'inline'") as info:
        v3({**V3_GROUP, "consolidated_metadata": block})
    assert info.value.member == "consolidated_metadata"


@pytest.mark.parametrize(("group", "members"), [(v3(V3_GROUP), v3_members()), (v2_group(), v2_members())])
def test_statement_40_consolidated_and_own_documents_say_the_same(group, members):
    consolidated = consolidate(group, members)
    documents = consolidated.documents()
    again = parse_zmetadata(documents[".zmetadata"]) if ".zmetadata" in documents else parse_node(documents, "")
    for root in consolidated, again, pickle.loads(pickle.dumps(again)):
        assert set(root.consolidated) == set(members)
        for path, node in members.items():
            assert root.consolidated[path] == node
            assert root.consolidated[path].documents() == node.documents()


def test_statement_41_what_is_written_and_in_which_order():
    document = json.loads(consolidate(v3(V3_GROUP), v3_members()).documents()["zarr.json"])
    block = document["consolidated_metadata"]
    assert (block["kind"], block["must_understand"]) == ("inline", False)
    assert list(block["metadata"]) == ["a", "B", "s", "s0", "s/a", "s/t", "s/t/b"]
    assert block["metadata"]["s/a"] == V3_ARRAY
    assert block["metadata"]["s"]["consolidated_metadata"] == EMPTY
    assert {name: value for name, value in document.items() if name != "consolidated_metadata"} == V3_GROUP


@pytest.mark.parametrize(("group", "members"), [(v3(V3_GROUP), v3_members()), (v2_group(), v2_members())])
def test_statement_42_and_43_consolidated_metadata_can_be_left_out(group, members):
    assert consolidate(group, members).without_consolidated() == group
    assert consolidate(group, members).without_consolidated().consolidated is None


@pytest.mark.parametrize(("group", "members"), [(v3(V3_GROUP), v3_members()), (v2_group(), v2_members())])
def test_a_group_within_has_its_own_descendants_and_stores_none_of_that(group, members):
    inner = consolidate(group, members).consolidated["s"]
    assert list(inner.consolidated) == ["a", "t", "t/b"]
    assert len(inner.consolidated) == 3
    assert list(inner.consolidated["t"].consolidated) == ["b"]
    assert inner.consolidated["t"].consolidated["b"] == members["s/t/b"]
    assert "a" in inner.consolidated
    assert "s" not in inner.consolidated
    assert set(inner.with_attributes({"x": 1}).documents()) == set(members["s"].documents())
    assert b"consolidated" not in b"".join(inner.documents().values())


def test_the_attributes_of_a_consolidated_group_can_change():
    group = consolidate(v3(V3_GROUP), v3_members()).with_attributes({"new": 1})
    assert v3(json.loads(group.documents()["zarr.json"])).consolidated["s/a"] == v3(V3_ARRAY)
    documents = consolidate(v2_group(), v2_members()).with_attributes({"new": 1}).documents()
    assert json.loads(documents[".zmetadata"])["metadata"][".zattrs"] == {"new": 1}
    assert json.loads(documents[".zattrs"]) == {"new": 1}


def test_an_entry_is_parsed_only_when_it_is_asked_for():
    block = {**EMPTY, "metadata": {"good": V3_ARRAY, "bad": {"zarr_format": 7}, "worse": 1}}
    group = v3({**V3_GROUP, "consolidated_metadata": block}, "root")
    assert group.consolidated["good"] is group.consolidated["good"]
    with pytest.raises(MetadataError, match=r"'root/bad/zarr.json': 'node_type' is missing"):
        group.consolidated["bad"]
    with pytest.raises(MetadataError, match=r"'root/worse/zarr.json': must hold a JSON object"):
        group.consolidated["worse"]
    with pytest.raises(NodeNotFoundError, match="no node 'root/none'"):
        group.consolidated["none"]
    assert group.consolidated.get("none") is None


def test_leading_slashes_of_other_writers_are_read_and_paths_cannot_climb():
    block = {**EMPTY, "metadata": {"/a": V3_ARRAY, "": V3_GROUP}}
    assert list(v3({**V3_GROUP, "consolidated_metadata": block}).consolidated) == ["a"]
    with pytest.raises(MetadataError, match="dots only"):
        v3({**V3_GROUP, "consolidated_metadata": {**EMPTY, "metadata": {"../a": V3_ARRAY}}})


def test_members_of_another_format_are_refused():
    with pytest.raises(MetadataError, match="node 'a' has zarr_format 2, the consolidated group has 3"):
        consolidate(v3(V3_GROUP), {"a": v2(zarray=V2_ARRAY)})
    with pytest.raises(MetadataError, match="node 'a' has zarr_format 3, the consolidated group has 2"):
        consolidate(v2_group(), {"a": v3(V3_ARRAY)})


@pytest.mark.parametrize(
    "document", [{}, {"metadata": {}}, {"zarr_consolidated_format": 2, "metadata": {}}, {"zarr_consolidated_format": 1}]
)
def test_statement_272_other_zmetadata_is_refused(document):
    with pytest.raises(MetadataError, match=r"'g/.zmetadata': ") as info:
        parse_zmetadata(json.dumps(document).encode(), "g")
    assert info.value.document == "g/.zmetadata"


def test_statement_273_entries_are_keyed_by_metadata_key():
    document = json.loads(consolidate(v2_group(), v2_members()).documents()[".zmetadata"])
    assert document["zarr_consolidated_format"] == 1
    assert list(document["metadata"]) == [
        ".zgroup",
        ".zattrs",
        "s/.zgroup",
        "s/.zattrs",
        "s/a/.zarray",
        "s/a/.zattrs",
        "s/t/.zgroup",
        "s/t/.zattrs",
        "s/t/b/.zarray",
        "s/t/b/.zattrs",
    ]
    assert document["metadata"]["s/a/.zarray"] == V2_ARRAY


def test_statement_274_stray_blocks_in_zgroup_entries_are_ignored_and_not_written():
    entries = {".zgroup": {"zarr_format": 2}, "s/.zgroup": {"zarr_format": 2, "consolidated_metadata": EMPTY}}
    group = parse_zmetadata(json.dumps({"zarr_consolidated_format": 1, "metadata": entries}).encode())
    assert group.attributes == group.consolidated["s"].attributes == {}
    members = dict(group.consolidated)
    assert b"consolidated_metadata" not in consolidate(group, members).documents()[".zmetadata"]


@pytest.mark.parametrize(
    ("entries", "match"),
    [
        ({}, "no '.zgroup' of the group itself"),
        ({".zgroup": 1}, r"'g/.zgroup': must hold a JSON object"),
        ({".zgroup": {"zarr_format": 2}, ".zarray": V2_ARRAY}, "is beside a '.zarray'"),
    ],
)
def test_zmetadata_without_a_group_is_refused(entries, match):
    with pytest.raises(MetadataError, match=match):
        parse_zmetadata(json.dumps({"zarr_consolidated_format": 1, "metadata": entries}).encode(), "g")


@pytest.mark.parametrize("entry", [{"s/.zattrs": {}}, {"s/.zgroup": []}, {"s/.zarray": {}}])
def test_bad_entries_of_zmetadata_are_refused_when_asked_for(entry):
    entries = {".zgroup": {"zarr_format": 2}, **entry}
    group = parse_zmetadata(json.dumps({"zarr_consolidated_format": 1, "metadata": entries}).encode())
    with pytest.raises(MetadataError, match=r"'s/\.z"):
        group.consolidated["s"]

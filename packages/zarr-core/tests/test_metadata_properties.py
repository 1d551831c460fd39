"""Whatever the documents hold: a node, or an error of ours that says where."""

import copy
import json
import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC
from zarr_core.errors import MetadataError, PluginError
from zarr_core.metadata import parse_node, parse_zmetadata

ARRAY_3 = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [7, 10],
    "data_type": "float32",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [3, 4]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "fill_value": "NaN",
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}, "must_understand": True}],
    "dimension_names": ["y", None],
    "attributes": {"units": ["K", {"a": 1}]},
    "storage_transformers": [],
    "extra": {"must_understand": False},
}
GROUP_3 = {
    "zarr_format": 3,
    "node_type": "group",
    "attributes": {},
    "consolidated_metadata": {"kind": "inline", "must_understand": False, "metadata": {"a": ARRAY_3}},
}
ARRAY_2 = {
    "zarr_format": 2,
    "shape": [5, 4],
    "chunks": [2, 3],
    "dtype": "<f4",
    "compressor": {"id": "test.none"},
    "fill_value": "Infinity",
    "order": "C",
    "filters": [{"id": "test.none"}],
    "dimension_separator": "/",
}
FIELDS_2 = {**ARRAY_2, "dtype": [["a", "<i2"], ["b", [["c", ">f4", [2]]]]], "compressor": None, "filters": None}

numbers = st.integers() | st.floats() | st.sampled_from([-1, 0, 1, 2, 3, 2**63, 10**400, -0.0, 1e400])
names = "bytes regular default v2 little name configuration must_understand id transpose metadata bool int8 complex64"
oddities = "r8 r* r17179869176 NaN 0x7fc00001 / . .. __a |O <i4 >M8[ns] |S5 |V0 <U3 |S9999999999 \ud800"
words = st.text(max_size=5) | st.sampled_from([*names.split(), *oddities.split()])
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw, *documents):
    """A document in which a few places were changed, removed, or given company."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        place = document
        while True:
            step = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
            if isinstance(place[step], dict | list) and place[step] and draw(st.booleans()):
                place = place[step]
            else:
                break
        action = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
        if action == "replace":
            place[step] = draw(values)
        elif action == "remove":
            del place[step]
        elif isinstance(place, dict):
            place[draw(words)] = draw(values)
        else:
            place.append(draw(values))
        if not document:
            break
    return document


def check(node):
    """What opened is usable, and what it writes opens again."""
    assert isinstance(node, ArrayMetadataABC | GroupMetadataABC)
    assert "\n" not in repr(node)
    hash(node)
    dict(node.attributes)
    try:
        documents = node.documents()
    except MetadataError:  # NaN tokens and lone surrogates are read, and not written
        return
    again = parse_node(documents, "a")
    assert again == node == pickle.loads(pickle.dumps(node))
    assert again.to_dict() == node.to_dict()
    if isinstance(node, ArrayMetadataABC):
        assert node.fill_value.shape == ()
        assert node.fill_value.dtype == node.data_type.dtype
        assert node.with_shape(node.shape) == node


def attempt(act, *args):
    try:
        node = act(*args)
    except (MetadataError, PluginError) as error:
        message = str(error)
    else:
        message = ""
        check(node)
    assert "\n" not in message
    assert len(message) < 2000


@given(mutated(ARRAY_3, GROUP_3))
@settings(max_examples=300)
def test_any_json_of_format_3_opens_or_is_an_error_of_ours(document):
    attempt(lambda: parse_node({"zarr.json": json.dumps(document).encode()}, "a"))


@given(mutated(ARRAY_2, FIELDS_2, {"zarr_format": 2}))
@settings(max_examples=300)
def test_any_json_of_format_2_opens_or_is_an_error_of_ours(document):
    text = json.dumps(document).encode()
    attempt(lambda: parse_node({".zarray" if "shape" in document else ".zgroup": text, ".zattrs": b"{}"}, "a"))


@given(mutated({"zarr_consolidated_format": 1, "metadata": {".zgroup": {"zarr_format": 2}, "s/.zarray": FIELDS_2}}))
def test_any_consolidated_metadata_opens_or_is_an_error_of_ours(document):
    def act():
        group = parse_zmetadata(json.dumps(document).encode(), "a")
        for path in group.consolidated:
            attempt(group.consolidated.get, path)
        return group.without_consolidated()

    attempt(act)


@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_an_error_of_ours(content):
    for name in "zarr.json", ".zarray", ".zgroup":
        attempt(parse_node, {name: content}, "a")


@given(st.dictionaries(st.text(), values, max_size=4))
def test_attributes_come_back_as_they_were_given(attributes):
    try:
        group = parse_node({"zarr.json": b'{"zarr_format": 3, "node_type": "group"}'}, "").with_attributes(attributes)
    except MetadataError:
        return
    assert group.attributes == attributes
    assert parse_node(group.documents(), "") == group

"""Documents of format 3: what opens, what is refused and how, what is written."""

import json
import pickle
import re
from dataclasses import dataclass
from typing import ClassVar

import pytest

from zarr_core import plugins
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.storage_transformer import StorageTransformer
from zarr_core.errors import MetadataError, PluginNotInstalledError
from zarr_core.metadata import V3ArrayMetadata, V3GroupMetadata, parse_node
from zarr_core.metadata.strict_json import LIMIT, read

ARRAY = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [7, 10],
    "data_type": "int16",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [3, 4]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "fill_value": -1,
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
    "dimension_names": ["y", None],
    "attributes": {"units": "K"},
}
GROUP = {"zarr_format": 3, "node_type": "group", "attributes": {"title": "run 7"}}
MANDATORY = ["shape", "data_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs"]
BYTES = ARRAY["codecs"][0]


@dataclass(frozen=True)
class Flip(BytesBytesCodec):
    """Every bit is the other one."""

    name: ClassVar[str] = "test.flip"

    def encode(self, buf):
        return bytes(255 - byte for byte in bytes(buf))

    def decode(self, buf, *, limit=None):
        return self.encode(buf)


class Prefixed(StorageTransformer):
    name = "test.prefixed"

    def view(self, store, prefix):
        return store


@pytest.fixture
def flip():
    with plugins.codecs.register("test.flip", Flip):
        yield


def opened(document, path="a/b"):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse_node({"zarr.json": text}, path)


def refused(document, match=None, error=MetadataError):
    with pytest.raises(error, match=match) as info:
        opened(document)
    assert "\n" not in str(info.value)
    if error is MetadataError:
        assert info.value.document == "a/b/zarr.json"
        assert str(info.value).startswith("'a/b/zarr.json': ")
    return info.value


def test_an_array_document_is_seen_as_its_members():
    array = opened(ARRAY)
    assert isinstance(array, V3ArrayMetadata)
    assert (array.zarr_format, array.node_type, array.shape, array.ndim) == (3, "array", (7, 10), 2)
    assert array.data_type.name == "int16"
    assert array.fill_value == -1
    assert not array.fill_value.flags.writeable
    assert array.chunk_grid.chunk_shape == (3, 4)
    assert array.chunk_key_encoding.encode((1, 2)) == "c/1/2"
    assert [codec.name for codec in array.codecs] == ["bytes"]
    assert array.storage_transformers == ()
    assert array.ignored == ()
    assert array.to_dict() == ARRAY
    assert opened(GROUP).attributes == {"title": "run 7"}


def test_nothing_stored_is_no_node():
    assert parse_node({}, "a") is None
    assert parse_node({"zarr.json": None, ".zarray": None, ".zattrs": b"{}"}, "a") is None


def test_metadata_is_immutable_equal_and_pickles(flip):
    for node in opened({**ARRAY, "codecs": [BYTES, {"name": "test.flip"}]}), opened(GROUP):
        again = pickle.loads(pickle.dumps(node))
        assert again == node
        assert hash(again) == hash(node)
        assert again.documents() == node.documents()
        with pytest.raises(AttributeError):
            node.shape = (1,)
        with pytest.raises(TypeError):
            node.attributes["a"] = 1
        node.to_dict()["attributes"]["a"] = 1
        assert "a" not in node.attributes
    assert not pickle.loads(pickle.dumps(opened(ARRAY))).fill_value.flags.writeable


def test_the_representation_says_shape_type_and_codecs():
    assert "shape=(7, 10), data_type='int16'" in repr(opened(ARRAY))
    assert "BytesCodec(endian='little')" in repr(opened(ARRAY))
    assert repr(opened(GROUP)) == "V3GroupMetadata(attributes={'title': 'run 7'})"


def test_statement_18_written_documents_are_strict_utf8_json():
    array = opened({**ARRAY, "attributes": {"größe": "7 µm"}})
    text = array.documents()["zarr.json"].decode("utf-8")
    assert "größe" in text
    assert text.startswith('{\n  "zarr_format": 3')
    assert json.loads(text, parse_constant=pytest.fail) == array.to_dict()


@pytest.mark.parametrize("value", [2, "3", 3.5, 3.0, True, None, [3]])
def test_statement_19_other_formats_are_refused(value):
    for document in ARRAY, GROUP:
        assert (
            refused({**document, "zarr_format": value}, "'zarr_format' must be the integer 3").member == "zarr_format"
        )


@pytest.mark.parametrize("value", ["Array", "dataset", None, 1, ["array"], {}])
def test_statement_20_unknown_node_types_are_refused(value):
    assert refused({**ARRAY, "node_type": value}, "'node_type' must be").member == "node_type"


def test_statement_20_a_missing_node_type_is_refused():
    refused({"zarr_format": 3}, "'node_type' is missing")


def test_statement_21_the_other_kind_of_document_is_refused():
    with pytest.raises(MetadataError, match="'node_type' must be 'group', not 'array'"):
        V3GroupMetadata.from_dict(ARRAY)
    with pytest.raises(MetadataError, match="'node_type' must be 'array', not 'group'"):
        V3ArrayMetadata.from_dict(GROUP)


@pytest.mark.parametrize("member", MANDATORY)
def test_statement_22_mandatory_members(member):
    document = {name: value for name, value in ARRAY.items() if name != member}
    assert refused(document, rf"'{member}' \(.+\) is missing").member == member


def test_statement_23_order_and_white_space_mean_nothing():
    shuffled = dict(sorted(ARRAY.items(), reverse=True))
    assert opened(json.dumps(shuffled, indent=7).encode()) == opened(json.dumps(ARRAY, separators=(",", ":")).encode())


@pytest.mark.parametrize("length", [-1, 1.5, 4.0, "4", True, None, [4]])
def test_statement_24_lengths_are_non_negative_integers(length):
    error = refused({**ARRAY, "shape": [7, length]}, "'shape' must be a list of non-negative integers, not")
    assert error.member == "shape"


def test_statement_25_long_lengths_are_exact():
    shape = (2**53 + 1, 2**62 + 1)
    array = opened({**ARRAY, "shape": list(shape)})
    assert array.shape == shape
    assert opened(array.documents()["zarr.json"]).shape == shape


def test_statement_26_absent_attributes_are_none():
    absent = opened({name: value for name, value in ARRAY.items() if name != "attributes"})
    assert absent.attributes == opened({**ARRAY, "attributes": {}}).attributes == {}


@pytest.mark.parametrize("value", [None, [], "a", 1])
def test_statement_26_attributes_are_an_object(value):
    for document in ARRAY, GROUP:
        refused({**document, "attributes": value}, "'attributes' must be an object, not")


def test_statement_29_attributes_named_like_members():
    attributes = {"shape": [1], "zarr_format": 2, "node_type": "group", "codecs": None}
    array = opened({**ARRAY, "attributes": attributes})
    assert array.shape == (7, 10)
    assert array.attributes == attributes


def test_statement_30_dimension_names():
    absent = {name: value for name, value in ARRAY.items() if name != "dimension_names"}
    assert opened(absent).dimension_names is None
    assert opened({**ARRAY, "dimension_names": None}).dimension_names is None
    array = opened({**ARRAY, "dimension_names": [None, "x"]})
    assert array.dimension_names == (None, "x")
    assert opened(array.documents()["zarr.json"]).dimension_names == (None, "x")


@pytest.mark.parametrize("names", [["y"], ["y", "x", "z"], [], ["y", 1], ["y", ["x"]], "yx", {"y": "x"}])
def test_statement_31_dimension_names_that_do_not_fit_are_refused(names):
    assert refused({**ARRAY, "dimension_names": names}, "'dimension_names' ").member == "dimension_names"


def test_statement_32_dimension_names_may_repeat_and_be_empty():
    assert opened({**ARRAY, "dimension_names": ["x", "x"]}).dimension_names == ("x", "x")
    assert opened({**ARRAY, "dimension_names": ["", None]}).dimension_names == ("", None)


def test_statement_33_no_dimension_names_for_a_scalar():
    grid = {"name": "regular", "configuration": {"chunk_shape": []}}
    array = opened({**ARRAY, "shape": [], "chunk_grid": grid, "dimension_names": []})
    assert array.shape == array.dimension_names == ()


@pytest.mark.parametrize("value", [[], None])
def test_statement_34_no_storage_transformers(value):
    assert opened({**ARRAY, "storage_transformers": value}).storage_transformers == ()


def test_storage_transformers_are_kept_in_their_order():
    with plugins.storage_transformers.register("test.prefixed", Prefixed):
        array = opened({**ARRAY, "storage_transformers": ["test.prefixed", {"name": "test.prefixed"}]})
    assert array.storage_transformers == (Prefixed(), Prefixed())


def test_statement_35_unknown_storage_transformers():
    unknown = {"name": "test.unknown"}
    refused({**ARRAY, "storage_transformers": [unknown]}, "storage transformer 'test.unknown'", PluginNotInstalledError)
    array = opened({**ARRAY, "storage_transformers": [{**unknown, "must_understand": False}]})
    assert array.storage_transformers == ()
    assert array.ignored == ("test.unknown",)


@pytest.mark.parametrize("value", [1, "a", [], None, True])
def test_statement_36_unknown_members_are_refused(value):
    for document in ARRAY, GROUP:
        assert refused({**document, "extra": value}, "'extra' is not a known member").member == "extra"


def test_statement_37_members_that_need_not_be_understood_are_preserved():
    extra = {"must_understand": False, "a": [1, {"b": None}]}
    for document in ARRAY, GROUP:
        node = opened({**document, "extra": extra}).with_attributes({"new": 1})
        assert json.loads(node.documents()["zarr.json"])["extra"] == extra
    assert json.loads(opened({**ARRAY, "extra": extra}).with_shape((1, 1)).documents()["zarr.json"])["extra"] == extra


@pytest.mark.parametrize("value", [{}, {"must_understand": True}, {"must_understand": 0}, {"must_understand": None}])
def test_statement_38_members_that_must_be_understood_are_refused(value):
    for document in ARRAY, GROUP:
        refused({**document, "extra": value}, "'extra' is not a known member")


@pytest.mark.parametrize("member", ["chunk_grid", "chunk_key_encoding"])
def test_statement_44_the_short_form_is_never_written(member, flip):
    array = opened({**ARRAY, "codecs": [BYTES, "test.flip"]})
    assert array.chunk_grid.to_json()["name"] == "regular"
    assert array.chunk_key_encoding.to_json()["name"] == "default"
    assert [codec.to_json() for codec in array.codecs] == [BYTES, {"name": "test.flip"}]


def test_statement_45_all_forms_of_one_codec(flip):
    forms = ["test.flip", {"name": "test.flip"}, {"name": "test.flip", "configuration": {}}]
    for form in [
        *forms,
        {"name": "test.flip", "must_understand": True},
        {"name": "test.flip", "must_understand": False},
    ]:
        assert opened({**ARRAY, "codecs": [BYTES, form]}).codecs[1] == Flip()
    assert opened({**ARRAY, "chunk_key_encoding": "default"}).chunk_key_encoding.encode((1,)) == "c/1"


def test_statement_46_core_data_types_are_plain_strings():
    for form in "int16", {"name": "int16"}, {"name": "int16", "configuration": {}}:
        assert opened({**ARRAY, "data_type": form}).data_type.to_json_v3() == "int16"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"configuration": {}},
        {"name": 1},
        {"name": ""},
        {"name": "bytes", "configuration": []},
        {"name": "bytes", "configuration": None},
        {"name": "bytes", "extra": 1},
        {"name": "bytes", "must_understand": "no"},
        None,
        1,
        ["bytes"],
    ],
)
def test_statement_47_malformed_extension_objects_are_refused(value):
    for member in "data_type", "chunk_grid", "chunk_key_encoding":
        assert refused({**ARRAY, member: value}).member == member
    assert refused({**ARRAY, "codecs": [value]}).member == "codecs"
    assert refused({**ARRAY, "storage_transformers": [value]}).member == "storage_transformers"


@pytest.mark.parametrize("member", ["data_type", "chunk_grid", "chunk_key_encoding"])
def test_statement_48_no_array_can_be_read_without_these(member):
    refused({**ARRAY, member: {"name": "test.unknown"}}, "'test.unknown' of array 'a/b'", PluginNotInstalledError)
    refused({**ARRAY, member: {"name": "test.unknown", "must_understand": False}}, "'must_understand': false")


def test_statement_48_not_even_if_they_are_known():
    grid = {**ARRAY["chunk_grid"], "must_understand": False}
    refused({**ARRAY, "chunk_grid": grid}, "chunk grid 'regular' has 'must_understand': false")


def test_statement_49_an_unknown_codec_fails_at_open():
    error = refused({**ARRAY, "codecs": [BYTES, "test.unknown"]}, "codec 'test.unknown'", PluginNotInstalledError)
    assert (error.kind, error.name) == ("codec", "test.unknown")


def test_statement_50_ignored_codecs_are_recorded():
    ignored = {"name": "test.unknown", "configuration": {"a": 1}, "must_understand": False}
    array = opened({**ARRAY, "codecs": [BYTES, ignored]})
    assert [codec.name for codec in array.codecs] == ["bytes"]
    assert array.ignored == array.with_shape((1, 1)).ignored == ("test.unknown",)
    assert array.to_dict()["codecs"][1] == ignored


def test_statement_51_unknown_members_of_a_configuration_are_refused():
    for configuration in {"endian": "little", "level": 1}, {"Endian": "little"}:
        refused({**ARRAY, "codecs": [{"name": "bytes", "configuration": configuration}]}, "codec 'bytes' does not know")


@pytest.mark.parametrize(
    ("member", "value"),
    [("data_type", "Int16"), ("chunk_grid", "Regular"), ("codecs", ["Bytes"]), ("codecs", ["bytes "])],
)
def test_statement_52_names_are_matched_exactly(member, value):
    refused({**ARRAY, member: value}, error=PluginNotInstalledError)


@pytest.mark.parametrize(
    ("member", "kind"),
    [("data_type", "data type"), ("chunk_grid", "chunk grid"), ("chunk_key_encoding", "chunk key encoding")],
)
def test_statement_53_errors_name_the_extension_point_and_the_name(member, kind):
    refused({**ARRAY, member: "acme.x"}, f"{kind} 'acme.x' of array 'a/b'", PluginNotInstalledError)


@pytest.mark.parametrize("member", ["fill_value", "chunk_grid", "codecs"])
def test_errors_of_plugins_say_document_and_member(member):
    values = {
        "fill_value": 40000,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [3]}},
        "codecs": ["bytes"],
    }
    assert refused({**ARRAY, member: values[member]}).member == member


def test_what_a_plugin_raises_becomes_a_metadata_error():
    class Broken(Flip):
        @classmethod
        def from_config(cls, configuration):
            return 1 // len(configuration)

    with plugins.codecs.register("test.broken", Broken):
        error = refused({**ARRAY, "codecs": [BYTES, "test.broken"]}, "codec 'test.broken' .*ZeroDivisionError")
    assert isinstance(error.__cause__.__cause__, ZeroDivisionError)


def test_a_codec_registered_anew_is_used_at_once(flip):
    class Other(Flip):
        pass

    document = {**ARRAY, "codecs": [BYTES, "test.flip"]}
    assert type(opened(document).codecs[1]) is Flip
    with plugins.codecs.register("test.flip", Other):
        assert type(opened(document).codecs[1]) is Other
    assert type(opened(document).codecs[1]) is Flip


def test_objects_of_equal_json_are_made_once():
    assert opened(ARRAY).chunk_grid is opened(ARRAY).chunk_grid
    with pytest.raises(MetadataError):  # 3.0 is not 3, though they are equal
        opened({**ARRAY, "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [3.0, 4]}}})


def test_a_resized_array_changes_its_shape_and_nothing_else():
    array = opened(ARRAY).with_shape((9, 0))
    assert array.shape == (9, 0)
    assert array.to_dict() == {**ARRAY, "shape": [9, 0]}
    assert opened(array.documents()["zarr.json"]) == array


@pytest.mark.parametrize("shape", [(7,), (7, 10, 1), (7, -1), (7, 1.0), (7, "1"), (7, True)])
def test_a_shape_that_does_not_fit_is_refused(shape):
    with pytest.raises(MetadataError):
        opened(ARRAY).with_shape(shape)


@pytest.mark.parametrize(
    ("document", "match"),
    [
        (b"", "is not JSON: expecting value"),
        (b"{", "is not JSON"),
        (b"{} {}", "is not JSON: extra data"),
        (b"[1]", r"must hold a JSON object, not \[1\]"),
        (b"null", "must hold a JSON object"),
        (b'{"a": "\xff"}', r"is not UTF-8 text \(byte 7\)"),
        ('{"zarr_format": 3}'.encode("utf-16"), "is not UTF-8 text"),
        (b'{"a": ' + b"1" * 5000 + b"}", "is not JSON: exceeds the limit"),
        (b'{"a": ' + b"[" * 200_000, "is nested too deeply"),
    ],
)
def test_text_that_is_no_document_is_refused(document, match):
    refused(document, match)


def test_documents_of_absurd_length_are_refused_before_they_are_read():
    with pytest.raises(MetadataError, match=re.escape(f"longer than {LIMIT} bytes")):
        read(bytes(LIMIT + 1), "zarr.json")


def test_documents_may_come_in_any_buffer():
    text = json.dumps(ARRAY).encode()
    assert (
        opened(text)
        == parse_node({"zarr.json": bytearray(text)}, "")
        == parse_node({"zarr.json": memoryview(text)}, "")
    )

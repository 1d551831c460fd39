"""Attributes: what JSON holds comes back as it was, anything else is refused with its place."""

import json
import math

import numpy as np
import pytest

from zarr_core.errors import MetadataError
from zarr_core.metadata import parse_node

GROUP = {"zarr_format": 3, "node_type": "group", "attributes": {"title": "run 7"}}


def opened(document):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse_node({"zarr.json": text}, "a/b")


def test_nested_attributes_are_given_out_as_copies():
    group = opened({**GROUP, "attributes": {"list": [1, {"a": 2}]}})
    group.attributes["list"][1]["a"] = 3
    assert group.attributes["list"] == [1, {"a": 2}]


def test_equality_tells_zeros_and_number_types_apart():
    def with_attribute(value):
        return opened({**GROUP, "attributes": {"a": value}})

    values = [0, 0.0, -0.0, False, None, "0", math.nan]
    for i, one in enumerate(values):
        for j, other in enumerate(values):
            assert (with_attribute(one) == with_attribute(other)) == (i == j)


def test_statement_27_attributes_of_any_json_round_trip():
    deep = [[]]
    for _ in range(300):
        deep = [deep, {"a": None}]
    attributes = {"größe": [1, 2.5, -0.0, None, True, "\x00\u2028😀"], "": {}, "deep": deep, "big": 2**70}
    group = opened(GROUP).with_attributes(attributes)
    again = opened(group.documents()["zarr.json"])
    assert again == group
    assert again.attributes == attributes


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_statement_28_attributes_that_are_no_numbers_are_refused(value):
    with pytest.raises(MetadataError, match=r"attributes\.a\.b\[1\] is -?(nan|inf), which JSON cannot hold"):
        opened(GROUP).with_attributes({"a": {"b": [0, value]}})


def test_statement_28_bare_nan_tokens_are_read_and_never_written():
    group = opened(b'{"zarr_format": 3, "node_type": "group", "attributes": {"a": [NaN, -Infinity]}}')
    assert math.isnan(group.attributes["a"][0])
    with pytest.raises(MetadataError, match=r"attributes\.a\[0\] is nan"):
        group.documents()
    assert opened(group.with_attributes({}).documents()["zarr.json"]).attributes == {}


@pytest.mark.parametrize(
    ("value", "match"),
    [
        ({1: "a"}, "has the key 1: JSON keys are strings"),
        (np.arange(3), "is a ndarray, which JSON cannot hold: use its tolist"),
        (b"a", "is a bytes, which JSON cannot hold"),
        ({"a"}, "is a set"),
        (object, "is a type"),
        ("\ud800", "lone surrogate"),
        ([10**5000], "thousands of digits"),
        (np.datetime64("2020-01-01"), "is a date"),
        (np.longdouble(1), "is a longdouble"),
    ],
)
def test_attributes_that_json_does_not_have_are_refused(value, match):
    with pytest.raises(MetadataError, match=match):
        opened(GROUP).with_attributes({"x": value})


@pytest.mark.parametrize("attributes", [[("a", 1)], "a", None, 1])
def test_attributes_that_are_no_mapping_are_refused(attributes):
    with pytest.raises(MetadataError, match="'attributes' must be an object, not"):
        opened(GROUP).with_attributes(attributes)


def test_attributes_that_contain_themselves_are_refused():
    circle = []
    circle.append(circle)
    with pytest.raises(MetadataError, match="nested too deeply, or contains itself"):
        opened(GROUP).with_attributes({"x": circle})


def test_attributes_are_taken_over_as_json_has_them():
    given = {"a": (1, np.int64(2), np.float32(0.5), np.bool_(True), np.str_("s")), "b": [1]}
    group = opened(GROUP).with_attributes(given)
    given["b"].append(2)
    assert group.attributes == {"a": [1, 2, 0.5, True, "s"], "b": [1]}
    assert group == opened(group.documents()["zarr.json"])

"""Damaged metadata documents: an error that names the document, for a node opened itself and among others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from tests.faults.conftest import Place
from zarr_core.errors import MetadataError, PluginError

VALUES = np.arange(12).reshape(3, 4)


def _make(place: Place, zarr_format: int) -> tuple[str, str]:
    """A group with two arrays; the keys of the documents of the group and of one array."""
    root = zarr.create_group(place.store, path="run", zarr_format=zarr_format, attributes={"a": 1})
    for name in ("a", "b"):
        root.create_array(name, data=VALUES, compressors=None, attributes={"units": "K"})
    return ("run/zarr.json", "run/a/zarr.json") if zarr_format == 3 else ("run/.zgroup", "run/a/.zarray")


def _without(member: str) -> Callable[[bytes], bytes]:
    def remove(value: bytes) -> bytes:
        document = json.loads(value)
        document.pop(member, None)
        return json.dumps(document).encode()

    return remove


def _with(**members: Any) -> Callable[[bytes], bytes]:
    return lambda value: json.dumps({**json.loads(value), **members}).encode()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda value: b"",
    "truncated": lambda value: value[: len(value) // 2],
    "a byte short": lambda value: value.rstrip()[:-1],
    "more after it": lambda value: value + b"{}",
    "zeros": lambda value: bytes(len(value)),
    "no UTF-8": lambda value: b'{"\xff": 1}',
    "UTF-16": lambda value: value.decode().encode("utf-16"),
    "a list": lambda value: b"[" + value + b"]",
    "null": lambda value: b"null",
    "a number": lambda value: b"3",
    "nested too deep": lambda value: b"[" * 100_000,
    "another format": _with(zarr_format=4),
    "format as text": _with(zarr_format="3"),
}
OF_ARRAYS: dict[str, Callable[[bytes], bytes]] = {
    "no shape": _without("shape"),
    "no fill value": _without("fill_value"),
    "negative length": _with(shape=[-1, 4]),
    "fraction as length": _with(shape=[3.5, 4]),
    "a length that no computer holds": _with(shape=[10**30, 4, 5]),
    "other rank": _with(shape=[3]),
    "text as shape": _with(shape="34"),
}


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("damage", [*DAMAGES, *OF_ARRAYS])
def test_an_array_whose_document_is_damaged_is_an_error_that_names_it(
    place: Place, damage: str, zarr_format: int
) -> None:
    _, key = _make(place, zarr_format)
    good = place.values[key]
    place.values[key] = {**DAMAGES, **OF_ARRAYS}[damage](good)
    calls: list[Callable[[], Any]] = [
        lambda: zarr.open_array(place.store, path="run/a"),
        lambda: zarr.open(place.store, path="run/a", mode="r"),
        lambda: zarr.open_group(place.store, path="run")["a"],
        lambda: list(zarr.open_group(place.store, path="run").members()),
        lambda: zarr.create_array(place.store, name="run/a", shape=3, dtype="i4"),
    ]
    for call in calls:
        with pytest.raises(MetadataError) as caught:
            call()
        assert key in str(caught.value) or "'run/a'" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 500
    np.testing.assert_array_equal(zarr.open_array(place.store, path="run/b")[...], VALUES)
    place.values[key] = good
    np.testing.assert_array_equal(zarr.open_array(place.store, path="run/a")[...], VALUES)


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_group_whose_document_is_damaged_is_an_error_that_names_it(
    place: Place, damage: str, zarr_format: int
) -> None:
    key, _ = _make(place, zarr_format)
    place.values[key] = DAMAGES[damage](place.values[key])
    calls: list[Callable[[], Any]] = [
        lambda: zarr.open_group(place.store, path="run"),
        lambda: zarr.open_group(place.store, path="run", mode="r"),
        lambda: zarr.create_group(place.store, path="run/c"),
        lambda: zarr.group(place.store, path="run"),
    ]
    for call in calls:
        with pytest.raises(MetadataError) as caught:
            call()
        assert key in str(caught.value) or "'run'" in str(caught.value)
    np.testing.assert_array_equal(zarr.open_array(place.store, path="run/a")[...], VALUES)  # it needs no group


def test_an_array_with_a_damaged_document_can_be_replaced_and_deleted(place: Place) -> None:
    """Else nothing but a shell could mend the store."""
    _, key = _make(place, 3)
    place.values[key] = b"rubbish"
    zarr.create_array(place.store, name="run/a", data=VALUES + 1, overwrite=True)
    np.testing.assert_array_equal(zarr.open_array(place.store, path="run/a")[...], VALUES + 1)
    place.values[key] = b"rubbish"
    del zarr.open_group(place.store, path="run")["a"]
    assert [name for name, _ in zarr.open_group(place.store, path="run").members()] == ["b"]


@pytest.mark.parametrize(
    "members",
    [
        {"data_type": "nobody.knows"},
        {"codecs": [{"name": "nobody.knows"}]},
        {"chunk_grid": {"name": "nobody.knows"}},
        {"chunk_key_encoding": {"name": "nobody.knows"}},
        {"storage_transformers": [{"name": "nobody.knows"}]},
    ],
    ids=lambda members: next(iter(members)),
)
def test_statement_53_a_name_that_nobody_knows_is_told_with_the_array(place: Place, members: dict[str, Any]) -> None:
    _, key = _make(place, 3)
    place.values[key] = _with(**members)(place.values[key])
    with pytest.raises(PluginError) as caught:
        zarr.open_array(place.store, path="run/a")
    assert "'nobody.knows'" in str(caught.value)
    assert "'run/a'" in str(caught.value)
    assert caught.value.name == "nobody.knows"
    np.testing.assert_array_equal(zarr.open_array(place.store, path="run/b")[...], VALUES)


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("damage", ["empty", "truncated", "no UTF-8", "null", "a number"])
def test_damaged_consolidated_metadata_is_an_error_that_one_can_pass_by(
    place: Place, damage: str, zarr_format: int
) -> None:
    _make(place, zarr_format)
    zarr.consolidate_metadata(place.store, path="run")
    if zarr_format == 2:
        key = "run/.zmetadata"
        place.values[key] = DAMAGES[damage](place.values[key])
    else:
        key = "run/zarr.json"
        document = json.loads(place.values[key])
        document["consolidated_metadata"]["metadata"]["a"] = {"zarr_format": 3, "node_type": "array", "shape": [-1]}
        place.values[key] = json.dumps(document).encode()
    with pytest.raises(MetadataError) as caught:
        list(zarr.open_group(place.store, path="run", mode="r").members())
    assert "run" in str(caught.value)
    group = zarr.open_group(place.store, path="run", mode="r", use_consolidated=False)
    assert [name for name, _ in group.members()] == ["a", "b"]

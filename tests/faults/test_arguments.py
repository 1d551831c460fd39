"""Wrong arguments: the kind of error, and a message of one line that names the argument and what was given."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import zarr_core
from zarr_core.errors import (
    ContainsNodeError,
    GroupNotFoundError,
    MetadataError,
    NodeNotFoundError,
    PluginNotInstalledError,
    SelectionError,
    StoreError,
)
from zarr_core.storage import MemoryStore

zarr: Any = zarr_core  # what is wrong by its type is asked for, too


class Wrong(NamedTuple):
    """A call, what it raises, and what the message holds."""

    call: Callable[[], Any]
    error: type[Exception] | tuple[type[Exception], ...]
    facts: tuple[str, ...]


def _new(error: Any, *facts: str, **keywords: Any) -> Wrong:
    return Wrong(lambda: zarr.create_array(**{"shape": (4, 4), "dtype": "i4", **keywords}), error, facts)


def _array(call: Callable[[Any], Any], error: Any, *facts: str) -> Wrong:
    return Wrong(lambda: call(zarr.create_array(data=np.arange(16).reshape(4, 4), chunks=2)), error, facts)


def _scalar(call: Callable[[Any], Any], error: Any, *facts: str) -> Wrong:
    return Wrong(lambda: call(zarr.create_array(shape=(), dtype="i4")), error, facts)


def _group(call: Callable[[Any], Any], error: Any, *facts: str) -> Wrong:
    def made() -> Any:
        group = zarr.group()
        group["x"] = np.arange(3)
        return call(group)

    return Wrong(made, error, facts)


def _codec(name: str, **configuration: Any) -> dict[str, Any]:
    return {"name": name, "configuration": configuration}


NEW: dict[str, Wrong] = {
    "no shape": Wrong(lambda: zarr.create_array(dtype="i4"), MetadataError, ("shape",)),
    "negative shape": _new(MetadataError, "shape", "-1", shape=(-1, 4)),
    "float shape": _new(MetadataError, "shape", "4.5", shape=(4.5,)),
    "text as shape": _new(MetadataError, "shape", "'44'", shape="44"),
    "bool in shape": _new(MetadataError, "shape", "True", shape=(True, 2)),
    "shape and data": _new(MetadataError, "shape", "3", "(4,)", shape=3, data=np.arange(4)),
    "unknown dtype": _new(PluginNotInstalledError, "data type", "'nonsense'", dtype="nonsense"),
    "number as dtype": _new(MetadataError, "data type", "7", dtype=7),
    "r7": _new(MetadataError, "data type", "'r7'", dtype="r7"),
    "negative chunks": _new(MetadataError, "chunks", "-2", chunks=(-2, 2)),
    "chunks of 0": _new(MetadataError, "chunks", "0", chunks=(0, 2)),
    "chunks of other rank": _new(MetadataError, "chunks", "(2,)", "(4, 4)", chunks=(2,)),
    "float chunks": _new(MetadataError, "chunks", "2.0", chunks=(2.0, 2)),
    "text as chunks": _new(MetadataError, "chunks", "'big'", chunks="big"),
    "shards between chunks": _new(MetadataError, "shards", "(3, 4)", "(2, 2)", chunks=(2, 2), shards=(3, 4)),
    "shards of other rank": _new(MetadataError, "shards", "(4,)", chunks=(2, 2), shards=(4,)),
    "float shards": _new(MetadataError, "shards", "4.0", chunks=(2, 2), shards=(4.0, 4)),
    "shards in format 2": _new(MetadataError, "shards", "zarr_format 2", chunks=2, shards=4, zarr_format=2),
    "text as fill value": _new(MetadataError, "fill value", "'x'", "int32", fill_value="x"),
    "fill value too large": _new(MetadataError, "fill value", "1099511627776", "int32", fill_value=2**40),
    "statement 56, fraction as fill value": _new(MetadataError, "fill value", "1.5", "int32", fill_value=1.5),
    "statement 54, 2 for a bool": _new(MetadataError, "fill value", "2", "bool", dtype="bool", fill_value=2),
    "list as fill value": _new(MetadataError, "fill value", "[1, 2]", fill_value=[1, 2]),
    "format 4": _new(MetadataError, "zarr_format", "4", zarr_format=4),
    "format as text": _new(MetadataError, "zarr_format", "'3'", zarr_format="3"),
    "order": _new((ValueError, TypeError), "order", "'K'", order="K"),
    "order in format 2": _new((ValueError, TypeError), "order", "'K'", order="K", zarr_format=2),
    "statement 31, too few names": _new(MetadataError, "dimension_names", "1", "2", dimension_names=["x"]),
    "statement 31, number as name": _new(MetadataError, "dimension_names", "3", dimension_names=["x", 3]),
    "names in format 2": _new(MetadataError, "dimension_names", "2", dimension_names=["x", "y"], zarr_format=2),
    "list as attributes": _new(MetadataError, "attributes", "[1]", attributes=[1]),
    "statement 28, NaN in attributes": _new(MetadataError, "attributes.a", "nan", attributes={"a": float("nan")}),
    "object in attributes": _new(MetadataError, "attributes.a", "object", attributes={"a": object()}),
    "number as attribute name": _new(MetadataError, "attributes", "1", attributes={1: 2}),
    "unknown compressor": _new(PluginNotInstalledError, "codec", "'nope'", compressors={"name": "nope"}),
    "number as compressor": _new(MetadataError, "compressors", "5", compressors=5),
    "number as filter": _new(MetadataError, "filters", "5", filters=[5]),
    "compressor of other kind": _new(MetadataError, "compressors", "'bytes'", compressors=_codec("bytes")),
    "filter of other kind": _new(MetadataError, "filters", "'gzip'", filters=_codec("gzip", level=1)),
    "serializer of other kind": _new(MetadataError, "serializer", "'gzip'", serializer=_codec("gzip", level=1)),
    "statement 130, level 10": _new(MetadataError, "'gzip'", "level", "10", compressors=_codec("gzip", level=10)),
    "statement 130, no level": _new(MetadataError, "'gzip'", "level", compressors=_codec("gzip")),
    "statement 51, unknown member": _new(MetadataError, "'gzip'", "'x'", compressors=_codec("gzip", level=1, x=1)),
    "statement 124, no permutation": _new(
        MetadataError, "'transpose'", "[0, 0]", filters=_codec("transpose", order=[0, 0])
    ),
    "statement 124, other rank": _new(
        MetadataError, "'transpose'", "[0, 1, 2]", filters=_codec("transpose", order=[0, 1, 2])
    ),
    "unknown key encoding": _new(
        PluginNotInstalledError, "chunk key encoding", "'nope'", chunk_key_encoding={"name": "nope"}
    ),
    "statement 82, separator": _new(
        MetadataError, "separator", "'-'", chunk_key_encoding={"name": "default", "separator": "-"}
    ),
    "number as key encoding": _new(MetadataError, "chunk key encoding", "3", chunk_key_encoding=3),
    "number as transformer": _new((MetadataError, TypeError), "storage_transformers", "3", storage_transformers=[3]),
    "unknown option": _new(TypeError, "config", "'nope'", config={"nope": 1}),
    "option of other value": _new((ValueError, TypeError), "missing_chunk", "'nope'", config={"missing_chunk": "nope"}),
    "unknown argument": _new(TypeError, "'chunk'", "chunks", chunk=3),
    "statement 268, unknown v2 compressor": _new(
        PluginNotInstalledError, "codec", "'nope'", zarr_format=2, compressors={"id": "nope"}
    ),
    "two compressors in format 2": _new(
        MetadataError, "compressor", "2", zarr_format=2, compressors=[{"id": "zlib"}, {"id": "gzip"}]
    ),
    "statement 5, dots in a name": _new(MetadataError, "'a/../b'", "'..'", name="a/../b"),
    "statement 6, underscores": _new(MetadataError, "'__a'", name="__a"),
    "statement 7, zarr.json": _new(MetadataError, "'zarr.json'", name="a/zarr.json"),
    "number as name": _new((TypeError, MetadataError), "name", "3", name=3),
}

OPEN: dict[str, Wrong] = {
    "unknown mode": Wrong(lambda: zarr.open_array({}, mode="rw"), ValueError, ("mode", "'rw'")),
    "number as mode": Wrong(lambda: zarr.open_group({}, mode=1), ValueError, ("mode", "1")),
    "number as path": Wrong(lambda: zarr.open_array({}, path=3), (TypeError, MetadataError), ("path", "3")),
    "dots in a path": Wrong(lambda: zarr.open_array({}, path="a/../b"), MetadataError, ("path", "'a/../b'")),
    "number as store": Wrong(lambda: zarr.open_array(3), TypeError, ("store", "3")),
    "bytes as store": Wrong(lambda: zarr.open_array(b"abc"), TypeError, ("store", "b'abc'")),
    "list as store": Wrong(lambda: zarr.open_array(["a"]), TypeError, ("store", "['a']")),
    "unknown scheme": Wrong(lambda: zarr.open_array("nope://x/y"), (StoreError, LookupError), ("nope://",)),
    "other host": Wrong(lambda: zarr.open_array("file://host/x"), StoreError, ("file://host/x",)),
    "options for a path": Wrong(
        lambda: zarr.open_array("a.zarr", storage_options={"anon": 1}), TypeError, ("storage_options", "'anon'")
    ),
    "options for a store": Wrong(
        lambda: zarr.open_array(MemoryStore(), storage_options={"anon": 1}), TypeError, ("storage_options", "'anon'")
    ),
    "number as root": Wrong(lambda: zarr.storage.LocalStore(3), TypeError, ("int",)),
    "list as memory": Wrong(lambda: zarr.storage.MemoryStore([1]), TypeError, ("dict", "[1]")),
    "nothing there": Wrong(lambda: zarr.open_array({}, path="a/b", mode="r"), NodeNotFoundError, ("'a/b'",)),
    "not consolidated": Wrong(lambda: zarr.open_consolidated({}), GroupNotFoundError, ("group",)),
    "to create and consolidated": Wrong(
        lambda: zarr.open_group({}, mode="a", use_consolidated=True), GroupNotFoundError, ("consolidated",)
    ),
    "unknown setting": Wrong(lambda: zarr.config.set({"nope": 1}), ValueError, ("'nope'", "io.requests")),
    "setting of other value": Wrong(lambda: zarr.config.set({"io.requests": 0}), ValueError, ("'io.requests'", "0")),
    "nothing to save": Wrong(lambda: zarr.save({}), ValueError, ("array",)),
}

SELECT: dict[str, Wrong] = {
    "too many indices": _array(lambda a: a[0, 0, 0], SelectionError, "3", "2"),
    "index too large": _array(lambda a: a[4], SelectionError, "index 4", "dimension 0", "4"),
    "index too small": _array(lambda a: a[0, -5], SelectionError, "index -5", "dimension 1"),
    "text": _array(lambda a: a["x"], SelectionError, "'x'"),
    "float": _array(lambda a: a[1.0], SelectionError, "1.0"),
    "new axis": _array(lambda a: a[None], SelectionError, "None"),
    "bool": _array(lambda a: a[True], SelectionError, "bool"),
    "step of 0": _array(lambda a: a[::0], SelectionError, "slice(None, None, 0)"),
    "two ellipses": _array(lambda a: a[..., ...], SelectionError, "ellipsis"),
    "orthogonal, too large": _array(lambda a: a.oindex[[0, 9]], SelectionError, "index 9", "dimension 0"),
    "orthogonal, float": _array(lambda a: a.oindex[[0.5]], SelectionError, "dimension 0", "float64"),
    "orthogonal, two dimensions": _array(lambda a: a.oindex[[[0]]], SelectionError, "one-dimensional", "2"),
    "orthogonal, short mask": _array(lambda a: a.oindex[np.ones(3, bool)], SelectionError, "mask", "(3,)", "(4,)"),
    "points, too few": _array(lambda a: a.vindex[[0]], SelectionError, "2 dimensions", "1"),
    "points, shapes": _array(lambda a: a.vindex[[0, 1], [0, 1, 2]], SelectionError, "(2,)", "(3,)"),
    "points, slice": _array(lambda a: a.vindex[:, [0]], SelectionError, "dimension 0"),
    "points, too large": _array(lambda a: a.vindex[[0], [7]], SelectionError, "index 7", "dimension 1"),
    "mask of other shape": _array(
        lambda a: a.get_mask_selection(np.ones((4, 3), bool)), SelectionError, "mask", "(4, 4)", "(4, 3)"
    ),
    "mask of numbers": _array(lambda a: a.get_mask_selection(np.ones((4, 4), int)), SelectionError, "mask", "int64"),
    "block too large": _array(lambda a: a.blocks[5], SelectionError, "index 5"),
    "blocks with a step": _array(lambda a: a.blocks[::2], SelectionError, "blocks", "step"),
    "out of other shape": _array(
        lambda a: a.get_basic_selection(..., out=np.empty((4, 3), a.dtype)), SelectionError, "out", "(4, 3)", "(4, 4)"
    ),
    "out of other dtype": _array(
        lambda a: a.get_basic_selection(..., out=np.empty((4, 4), "i2")), SelectionError, "out", "int16", "int64"
    ),
    "list as out": _array(
        lambda a: a.get_basic_selection(..., out=[1]),
        (TypeError, SelectionError),
        "out",
        "list",
    ),
    "out is read-only": _array(
        lambda a: a.get_basic_selection(..., out=np.broadcast_to(np.int64(0), (4, 4))),
        (ValueError, SelectionError),
        "out",
    ),
    "values of other shape": _array(
        lambda a: a.__setitem__(slice(0, 2), np.zeros((3, 4))), SelectionError, "(3, 4)", "(2, 4)"
    ),
    "text as values": _array(lambda a: a.__setitem__(0, "x"), (TypeError, ValueError), "int64", "'x'"),
    "None as values": _array(lambda a: a.__setitem__(0, None), TypeError, "int64", "NoneType"),
    "value out of range": Wrong(
        lambda: zarr.create_array(shape=3, dtype="i1").__setitem__(0, 300), (TypeError, OverflowError), ("300", "int8")
    ),
    "points of a scalar": _scalar(lambda a: a.vindex[()], SelectionError, "dimensions"),
    "mask of a scalar": _scalar(lambda a: a.get_mask_selection(True), SelectionError, "dimensions"),
}

CHANGE: dict[str, Wrong] = {
    "resize to other rank": _array(lambda a: a.resize(3), SelectionError, "(3,)", "(4, 4)"),
    "resize to less than nothing": _array(lambda a: a.resize((-1, 4)), SelectionError, "(-1, 4)"),
    "resize to a fraction": _array(lambda a: a.resize((2.5, 4)), (TypeError, SelectionError), "2.5"),
    "append of other length": _array(lambda a: a.append(np.zeros((2, 3))), SelectionError, "(2, 3)", "(4, 4)"),
    "append of other rank": _array(lambda a: a.append(np.zeros(4)), SelectionError, "(4,)", "(4, 4)"),
    "append along no axis": _array(lambda a: a.append(np.zeros((4, 4)), axis=2), SelectionError, "axis 2"),
    "append to a scalar": _scalar(lambda a: a.append(3), SelectionError, "append"),
    "len of a scalar": _scalar(len, TypeError, "len()"),
    "many as a number": _array(float, TypeError, "(4, 4)"),
    "other device": _array(lambda a: a.to_device("cuda"), ValueError, "device", "'cuda'"),
    "unknown option": _array(lambda a: a.with_config(nope=1), TypeError, "nope", "missing_chunk"),
    "option of other value": _array(
        lambda a: a.with_config(missing_chunk="x"), (ValueError, TypeError), "missing_chunk", "'x'"
    ),
    "NaN as attribute": _array(lambda a: a.attrs.__setitem__("a", np.nan), MetadataError, "attributes.a", "nan"),
    "no member": _group(lambda g: g["nope/x"], NodeNotFoundError, "'nope/x'"),
    "number as member": _group(lambda g: g[3], (TypeError, KeyError), "3"),
    "delete no member": _group(lambda g: g.__delitem__("nope"), NodeNotFoundError, "'nope'"),
    "delete no name": _group(lambda g: g.__delitem__(""), NodeNotFoundError, "''"),
    "move no member": _group(lambda g: g.move("nope", "y"), NodeNotFoundError, "'nope'"),
    "move into itself": _group(lambda g: g.move("x", "x/y"), ContainsNodeError, "'x'", "'x/y'"),
    "members of negative depth": _group(lambda g: g.members(max_depth=-1), ValueError, "max_depth", "-1"),
    "require of other shape": _group(
        lambda g: g.require_array("x", shape=4, dtype="i8"), TypeError, "'x'", "(3,)", "(4,)"
    ),
    "require of other dtype": _group(
        lambda g: g.require_array("x", shape=3, dtype="i1"), TypeError, "'x'", "int64", "int8"
    ),
    "require of a group": _group(
        lambda g: (g.create_group("g"), g.require_array("g", shape=3, dtype="i1")), ContainsNodeError, "'g'"
    ),
    "unknown if_exists": _group(
        lambda g: zarr.copy(g["x"], g, name="y", if_exists="nope"), ValueError, "if_exists", "'nope'"
    ),
    "number to copy": _group(lambda g: zarr.copy(3, g), TypeError, "3"),
    "copy into an array": _group(
        lambda g: zarr.copy(g["x"], zarr.create_array(shape=2), name="y"),
        (TypeError, ContainsNodeError),
        "array",
    ),
}

CASES = {
    f"{topic}: {name}": wrong
    for topic, cases in {"new": NEW, "open": OPEN, "select": SELECT, "change": CHANGE}.items()
    for name, wrong in cases.items()
}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_argument_is_named(name: str) -> None:
    call, error, facts = CASES[name]
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    for fact in facts:
        assert fact in message
    assert "\n" not in message
    assert not message.endswith(".")


def test_a_missing_node_is_also_the_builtin_that_a_caller_would_try() -> None:
    group = zarr.group()
    for kind in (KeyError, FileNotFoundError):
        with pytest.raises(kind):
            group["nope"]


def test_a_refused_array_leaves_nothing_behind(tmp_path: Path) -> None:
    for keywords in ({"chunks": (0,)}, {"fill_value": "x"}, {"compressors": 5}, {"data": [[1], [2, 3]]}):
        with pytest.raises((MetadataError, ValueError)):
            zarr.create_array(tmp_path / "a.zarr", name="run/a", **{"shape": 3, "dtype": "i4", **keywords})
    assert list(tmp_path.iterdir()) == []


def test_the_empty_string_is_no_store_whose_files_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "precious.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, TypeError, StoreError)):
        zarr.open_group("", mode="w")
    assert os.listdir() == ["precious.txt"]


def test_values_that_do_not_fit_change_nothing() -> None:
    array = zarr.create_array(data=np.arange(16).reshape(4, 4), chunks=2)
    for selection, value in ((slice(0, 3), np.zeros((2, 4))), (slice(0, 3), "x"), (..., [[1], [1, 2]])):
        with pytest.raises((TypeError, ValueError, IndexError)):
            array[selection] = value
    np.testing.assert_array_equal(array[...], np.arange(16).reshape(4, 4))

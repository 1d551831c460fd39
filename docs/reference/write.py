"""Writes the pages of the reference from the docstrings: `python docs/reference/write.py`, when a public name is new.

A line is a name and the first sentence of what is said of it; `WORDS` says it where that is no use on its own.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import zarr_core

HERE = Path(__file__).parent
WORDS = {
    "ABSENT": "The version of a key that is not stored, for `set_if`",
    "AbilityName": "What may be asked of `Store.ability`",
    "Absent": "The type of `ABSENT`",
    "AsynchronousArray": "An array whose methods are coroutines",
    "AsynchronousGroup": "A group whose methods are coroutines and async iterators",
    "Buffer": "`bytes`, `bytearray` or `memoryview`",
    "Buffers": "A sequence of buffers",
    "BytesSource": "A source of one value, for tests of codecs",
    "Changes": "What `commit` takes: keys to values, or None to delete",
    "ChunkError": "A stored chunk is damaged, never taken for fill values",
    "DataType": "One data type: numpy dtype, metadata, fill value",
    "JSON": "What `json.loads` gives",
    "Observer": "What `observe` gives: told of each read and write of one array",
    "Part": "Which part of a chunk: None for the whole, slices or index arrays, or `Points`",
    "Points": "Single elements of a chunk: one index array per dimension",
    "ReadWriteListStore": "All of these: write `get`, `set`, `delete` and `list`",
    "Spec": "What reaches a codec: shape, data type and fill value of a chunk",
    "StorageTransformerTests": "The view over a memory store passes the tests of stores, and carries arrays",
    "StoreTests": "What every store passes, and what its abilities promise",
    "UnsupportedByStoreError": "The store lacks the ability: it cannot list, write, ...",
    "Value": "What `set` takes: a buffer, or a list of buffers that together are the value",
    "Version": "Anything hashable",
    "__version__": "The version of zarr-core",
    "config": "The [configuration](../user-guide/configuration.md) of the process: `set`, `get`, `reset`",
    "fields_of": "The dataclass fields that are configuration",
    "hookimpl": "Marks the functions of a hook module",
    "tree": "The hierarchy below a group; prints as a tree",
}
FUNCTIONS = {
    "opening": "Open and create",
    "deriving": "Create after other arrays",
    "filling": "Arrays of given values, by default in memory",
    "saving": "numpy arrays in and out in one call, and many nodes at once",
    "hierarchy": "Hierarchies",
}
"""What is in each module of `zarr_core.calls`."""
CONTRACTS = {
    "store": "",
    "codec": "",
    "data_type": "",
    "chunk_grid": "",
    "chunk_key_encoding": "",
    "storage_transformer": "",
    "extension": "What configured objects share.",
    "node": "",
    "array": "",
    "group": "",
    "metadata": "",
    "runtime": "For those who write operations.",
    "source": "For codecs that can serve a part of a value.",
}
SERVICES = {
    "zarr_core.storage": "Stores of other distributions are here by the names of their classes: "
    "`from zarr_core.storage import ZipStore`.\nSo are codecs in `zarr_core.codecs`.",
    "zarr_core.plugins": "A registry has `get(name)`, `find(name)`, `names()`, `entries(load=False)` and "
    "`register(name, obj)`.",
    "zarr_core.plugins.hookspecs": "`zarr_core.plugins.hooks.register(plugin)` lets a module or object with hook "
    "implementations take part at run time.",
    "zarr_core.testing": "",
    "zarr_core.config": "",
    "zarr_core.errors": "",
}


def sentence(name: str, thing: Any) -> str:
    """What is said of a name."""
    if name in WORDS:
        return WORDS[name]
    if type(thing).__name__ == "Registry":
        return f"The registry of the group `{thing.group}`"
    paragraph = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
    first = re.match(r"(.+?)[.:](\s|$)", paragraph)
    return (first[1] if first else paragraph).replace("|", "\\|")


def table(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(["| name | |", "| --- | --- |", *(f"| `{name}` | {words} |" for name, words in rows)]) + "\n"


def names(module: str, among: Iterable[str] | None = None) -> str:
    """A table of the public names of a module, or of those among them."""
    loaded = import_module(module)
    wanted = loaded.__all__ if among is None else [name for name in loaded.__all__ if name in set(among)]
    return table((name, sentence(name, getattr(loaded, name))) for name in wanted)


def methods(kind: type) -> str:
    """A table of the public methods and properties of a class; what a method is for may be said in its contract."""
    rows = []
    for name in sorted(name for name in dir(kind) if not name.startswith("_")):
        found = [vars(each)[name] for each in kind.__mro__ if name in vars(each)]
        said = [sentence(name, getattr(each, "fget", None) or each) for each in found]
        call = name if isinstance(found[0], property) else f"{name}()"
        rows.append((call, next(filter(None, said), "")))
    return table(rows)


def arrays_and_groups() -> str:
    by_module = {module: import_module(f"zarr_core.calls.{module}").__all__ for module in FUNCTIONS}
    parts = [
        "# Arrays and groups\n\nNames by module; `help(name)` tells keywords, defaults and errors.\n",
        "## zarr_core\n\nThe functions are also in `zarr_core.asynchronous`, to be awaited.\n",
    ]
    for module, title in FUNCTIONS.items():
        parts += [f"{title}:\n", names("zarr_core", by_module[module])]
    others = set(zarr_core.__all__).difference(*by_module.values())
    parts += ["And:\n", names("zarr_core", others)]
    parts += [
        "## zarr_core.Array\n\nIndexing reads and writes: `a[...]`. `len`, `bool`, `int`, `float`, `complex` and "
        "`numpy.asarray` do what they do for numpy\narrays. `AsyncArray` has the same, with coroutines: "
        "`await a.getitem(...)`, `await a.setitem(...)`.\n",
        methods(zarr_core.Array),
        '## zarr_core.Group\n\nA mapping of names to arrays and groups: `g["a/b"]`, `g["a"] = values`, `del g["a"]`, '
        '`"a" in g`, `iter`, `len`.\n`AsyncGroup` has the same, with coroutines and async iterators: '
        "`await g.getitem(...)`.\n",
        methods(zarr_core.Group),
    ]
    return "\n".join(parts)


def contracts() -> str:
    parts = ["# Contracts\n\nWhat plugins implement. Every contract has a version: `contract = 1`.\n"]
    for module, words in CONTRACTS.items():
        parts += [f"## zarr_core.abc.{module}\n", *([words + "\n"] if words else []), names(f"zarr_core.abc.{module}")]
    parts += [
        "## zarr_core.nested\n\nFor codecs that hold a codec chain and a grid of their own, as sharding does.\n",
        names("zarr_core.nested"),
    ]
    return "\n".join(parts)


def services() -> str:
    parts = ["# Stores, plugins, settings, errors\n"]
    for module, words in SERVICES.items():
        parts += [f"## {module}\n", names(module), *([words + "\n"] if words else [])]
    parts += [
        "## Command line\n\n`zarr-core plugins`, `tree`, `info`, `ls`; `zarr-core --help` lists what plugins add. "
        "It needs the extra `cli`.\n"
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    for page, text in ("zarr-core", arrays_and_groups()), ("contracts", contracts()), ("services", services()):
        (HERE / f"{page}.md").write_text(text, encoding="utf-8")

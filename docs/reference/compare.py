"""Write `zarr-python.md`: every public name of zarr-python 3.4, and what it is here.

    python docs/reference/compare.py

The names stand in `zarr-python-names.json`, which `tests/interop` holds against the installed zarr-python.
"""

from __future__ import annotations

import json
from pathlib import Path

import zarr_core

HERE = Path(__file__).parent

BETTER = {
    "copy": "works (there it raises NotImplementedError): raw bytes, bounded memory, progress, `if_exists`",
    "copy_all": "works (there it raises NotImplementedError)",
    "copy_store": "works (there it raises NotImplementedError), between any two stores",
    "Group.move": "works (there it raises NotImplementedError), by renaming keys",
    "AsyncGroup.move": "works (there it raises NotImplementedError)",
    "Array.get_basic_selection": "`out=` is a numpy array; negative steps work",
    "Array.__getitem__": "negative steps work as in numpy",
    "Array.nchunks_initialized": "lists once",
    "Array.with_config": "also `missing_chunk='error'`",
    "create_hierarchy": "all or nothing where the store can commit many keys; returns a dictionary",
    "Group.create_hierarchy": "all or nothing where the store can commit many keys; returns a dictionary",
    "AsyncGroup.create_hierarchy": "all or nothing where the store can commit many keys; returns a dictionary",
    "consolidate_metadata": "whatever changes what is below drops the snapshot: never stale without a word",
    "config": "typed: unknown names and wrong types are errors; names are ours",
    "tree": "has the dimension names; HTML in notebooks without another package",
    "Group.tree": "has the dimension names; HTML in notebooks without another package",
    "AsyncGroup.tree": "has the dimension names; HTML in notebooks without another package",
    "Array.append": "the new shape is stored after the data: nobody sees rows that are not written",
    "AsyncArray.append": "the new shape is stored after the data: nobody sees rows that are not written",
    "Array.resize": "what is cut off is deleted, also within edge chunks",
    "AsyncArray.resize": "what is cut off is deleted, also within edge chunks",
}
LEFT_OUT = {
    "Array.from_dict": "metadata from a dictionary: `zarr_core.metadata`, `create_hierarchy`",
    "AsyncArray.from_dict": "metadata from a dictionary: `zarr_core.metadata`, `create_hierarchy`",
    "AsyncGroup.from_dict": "metadata from a dictionary: `zarr_core.metadata`, `create_hierarchy`",
    "Array.store_path": "`.store` and `.path`",
    "Group.store_path": "`.store` and `.path`",
    "Group.synchronizer": "writes are locked on physical addresses without being asked",
    "AsyncGroup.synchronizer": "writes are locked on physical addresses without being asked",
    "Group.update_attributes_async": "`group.async_group.update_attributes`",
}


def verdict(name: str) -> tuple[str, str]:
    """Same, better or left out, and how or why."""
    thing: object = zarr_core
    for part in name.split("."):
        thing = getattr(thing, part, None)
    if thing is None:
        return "left out", LEFT_OUT[name]
    return ("better", BETTER[name]) if name in BETTER else ("same", "")


def page() -> str:
    """The page, as Markdown."""
    names = json.loads((HERE / "zarr-python-names.json").read_text())
    lines = [
        "# zarr-python, name by name",
        "",
        "Every public name of zarr-python 3.4 and its four classes. Made by `docs/reference/compare.py`.",
        "Keywords that only tune zarr-python's own engine (`prototype`, `meta_array`, `cache_attrs`, `synchronizer`)",
        "are not taken.",
    ]
    for where, found in names.items():
        lines += ["", f"## {where}", "", "| name | here | how, or why |", "| --- | --- | --- |"]
        for name in found:
            full = name if where == "zarr" else f"{where}.{name}"
            here, why = verdict(full)
            lines.append(f"| `{name}` | {here} | {why} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (HERE / "zarr-python.md").write_text(page())

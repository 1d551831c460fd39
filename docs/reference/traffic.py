"""Write `traffic.md`: the requests that each operation makes, as a store that records them saw them.

python docs/reference/traffic.py
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np

import zarr_core
from zarr_core.abc.store import Buffer, Range, Suffix, Value
from zarr_core.storage import MemoryStore, WrapperStore

HERE = Path(__file__).parent


class Recording(WrapperStore):
    """Writes down every request, and has no abilities: what any store must at least answer."""

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.log: list[str] = []
        self._inner: Any = store

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        self.log.append(f"get {key}" if byte_range is None else f"get {key} (a range)")
        return await self._inner.get(key, byte_range)  # type: ignore[no-any-return]

    async def set(self, key: str, value: Value) -> None:
        self.log.append(f"set {key}")
        await self._inner.set(key, value)

    async def delete(self, key: str) -> None:
        self.log.append(f"delete {key}")
        await self._inner.delete(key)

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        self.log.append(f"list {prefix}")
        async for key in self._inner.list_prefix(prefix):
            yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        self.log.append(f"list_dir {prefix}")
        async for key in self._inner.list_dir(prefix):
            yield key

    async def delete_prefix(self, prefix: str) -> None:
        self.log.append(f"delete_prefix {prefix}")
        await self._inner.delete_prefix(prefix)


def story(zarr_format: int) -> list[tuple[str, list[str]]]:
    """Operations in an order that makes sense, each with the requests that it made."""
    store = Recording(MemoryStore())
    rows: list[tuple[str, list[str]]] = []

    def step(what: str, do: Callable[[], Any]) -> Any:
        store.log.clear()
        result = do()
        rows.append((what, list(store.log)))
        return result

    new: dict[str, Any] = {"shape": (10,), "chunks": (5,), "dtype": "i4", "compressors": None}
    root = step("create a group", lambda: zarr_core.create_group(store, zarr_format=zarr_format))
    array = step("create an array `g/a` from its group", lambda: root.create_array("g/a", **new))
    step("open an array", lambda: zarr_core.open_array(store, path="g/a"))
    step("open an array, `zarr_format` given", lambda: zarr_core.open_array(store, path="g/a", zarr_format=zarr_format))
    step("open a group", lambda: zarr_core.open_group(store))
    step("get a member of a group", lambda: root["g/a"])
    step("is there a member", lambda: "g" in root)
    step("write a whole chunk", lambda: array.__setitem__(slice(0, 5), 1))
    step("write a part of a chunk", lambda: array.__setitem__(slice(5, 7), 1))
    step("read an element", lambda: array[0])
    step("read everything", lambda: array[...])
    step("`info`", lambda: repr(array.info))
    step("children of a group", lambda: root.members())
    step("members of a group, all levels", lambda: root.members(None))
    step("change attributes", lambda: array.attrs.update(x=1))
    step("append", lambda: array.append(np.ones(4, "i4")))
    step("shrink", lambda: array.resize((3,)))
    step("consolidate", lambda: zarr_core.consolidate_metadata(store, zarr_format=zarr_format))
    whole = step("open a consolidated group", lambda: zarr_core.open_group(store, zarr_format=zarr_format))
    step("members of it, all levels", lambda: whole.members(None))
    step("get a member of it", lambda: whole["g/a"])
    step("delete a member", lambda: root.__delitem__("g"))
    return rows


def page() -> str:
    """The page, as Markdown."""
    lines = [
        "# Requests",
        "",
        "What each operation asks of its store; requests of one operation that do not need each other's answers go out",
        "at once. Made by `docs/reference/traffic.py`, and held true by `tests/test_reference.py`.",
    ]
    for zarr_format in (3, 2):
        lines += ["", f"## Format {zarr_format}", "", "| operation | requests | which |", "| --- | --- | --- |"]
        for what, log in story(zarr_format):
            lines.append(f"| {what} | {len(log)} | {', '.join(f'`{entry.strip()}`' for entry in log)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (HERE / "traffic.md").write_text(page())

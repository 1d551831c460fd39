"""From what people write for a store to the store: a path, a URL, a dictionary, or a store itself.

A URL is opened by the plugin that is registered for its scheme (`s3`), a path to a file by the one for its suffix
(`.zip`), in the registry `zarr_core.plugins.urls`; `*` opens schemes that nobody else does. An opener is called as
`opener(url, *, read_only, storage_options)`. Knows no store but the two of core.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from zarr_core.abc.store import ReadWriteStore, Store
from zarr_core.errors import StoreError
from zarr_core.plugins import urls
from zarr_core.plugins.hints import hint
from zarr_core.storage.local import LocalStore
from zarr_core.storage.memory import MemoryStore
from zarr_core.storage.prefix import PrefixStore
from zarr_core.storage.read_only import ReadOnlyStore

__all__ = ["open_file", "open_memory", "open_store"]

StoreLike = Store | str | os.PathLike[str] | dict[str, Any]
Mode = Literal["r", "r+", "a", "w", "w-"]
Options = Mapping[str, Any]


def open_store(target: StoreLike, *, mode: Mode = "a", storage_options: Options | None = None) -> Store:
    """The store that `target` names: one that refuses writes in mode "r", else one that takes them if it can.

    Touches nothing but what its opener does; only a local path and a dictionary are sure to make no request. Raises
    `TypeError` for what names no store, `PluginNotInstalledError` for a scheme that no installed plugin opens.
    """
    read_only = mode == "r"
    if isinstance(target, str | os.PathLike):
        return _open_name(os.fspath(target), read_only, storage_options)
    _refuse_options(target, storage_options)
    if isinstance(target, Store):
        return ReadOnlyStore(target) if read_only and _takes_writes(target) else target
    if isinstance(target, dict):
        return MemoryStore(target, read_only=read_only)
    raise TypeError(f"a store is a path, a URL, a dict or a Store, not {target!r:.80}")


def _open_name(name: str, read_only: bool, storage_options: Options | None) -> Store:
    if not name:
        raise ValueError("the store is the empty string: say '.' for the current directory")
    scheme, separator, _ = name.partition("://")
    if separator:
        scheme = scheme.partition("::")[0]  # chained, as fsspec has it: the first one opens
        opener = urls.find(scheme) or urls.find("*") or urls.get(scheme)
        return opener(name, read_only=read_only, storage_options=storage_options)
    return _open_path(name, read_only, storage_options)


def _open_path(path: str, read_only: bool, storage_options: Options | None) -> Store:
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in ("", ".zarr") and _is_known(suffix) and not os.path.isdir(path):
        return urls.get(suffix)(path, read_only=read_only, storage_options=storage_options)
    _refuse_options(path, storage_options)
    return LocalStore(path, read_only=read_only)


def _is_known(suffix: str) -> bool:
    """Whether a plugin opens such files; also one that is not installed, which is to be said."""
    return suffix in urls.names() or hint(urls.name, suffix) is not None


def open_file(url: str, *, read_only: bool = False, storage_options: Options | None = None) -> Store:
    """What the path in a `file:` URL names (v3 core 1.12: `/my data` is `file:///my%20data`)."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise StoreError(f"{url!r} names a file of another machine: write file:///path, with three slashes")
    path = unquote(url.partition("://")[2].removeprefix(parts.netloc))
    if os.name == "nt" and path[2:3] == ":":  # /c:/my data
        path = path[1:]
    return _open_path(path, read_only, storage_options)


_NAMED: dict[str, dict[str, Any]] = {}


def open_memory(url: str, *, read_only: bool = False, storage_options: Options | None = None) -> Store:
    """`memory://name`: a memory store that lasts as long as the process and that all who say its name share.

    What follows the name (`memory://name/a/b`) is a prefix in it.
    """
    _refuse_options(url, storage_options)
    name, _, prefix = url.partition("://")[2].partition("/")
    store = MemoryStore(_NAMED.setdefault(name, {}), read_only=read_only)
    return PrefixStore(store, prefix) if prefix.strip("/") else store


def _takes_writes(store: Store) -> bool:
    return isinstance(store, ReadWriteStore) and not store.read_only


def _refuse_options(target: object, storage_options: Options | None) -> None:
    if storage_options:
        raise TypeError(f"storage_options are for URLs; {target!r:.80} takes none, but got {sorted(storage_options)}")

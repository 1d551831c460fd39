"""Consolidated metadata: the metadata of all descendants of a group, held in one document (digest 1.6, 4.7).

Knows no format: an entry is made into a node, by the function given, only when it is asked for.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

from zarr_core.abc.data_type import JSON
from zarr_core.abc.metadata import NodeMetadataABC
from zarr_core.errors import NodeNotFoundError
from zarr_core.metadata.paths import normalize_path

__all__ = ["Consolidated", "in_stored_order"]


class Consolidated(Mapping[str, NodeMetadataABC]):
    """Nodes by path relative to a group, in the order of their paths. Picklable, cheap to make and to open.

    `entries` is JSON by path relative to the group at `root`; `parse(entry, path, below)` makes a node of one, where
    `path` is the whole one and `below` holds the node's own descendants. Raises what `parse` raises.
    """

    def __init__(
        self, entries: Mapping[str, JSON], parse: Callable[[JSON, str, Consolidated], NodeMetadataABC], root: str
    ) -> None:
        self._entries = {normalize_path(path): entry for path, entry in entries.items()}
        self._entries.pop("", None)  # the group itself
        self._paths = sorted(self._entries)
        self._nodes: dict[str, NodeMetadataABC] = {}
        self._parse = parse
        self._root = root + "/" if root else ""
        self._prefix = ""
        self._slice = slice(0, len(self._paths))

    def __getitem__(self, path: str) -> NodeMetadataABC:
        full = self._prefix + path
        node = self._nodes.get(full)
        if node is None:
            if full not in self._entries:
                raise NodeNotFoundError(f"no node {self._root + full!r} in the consolidated metadata")
            node = self._nodes[full] = self._parse(self._entries[full], self._root + full, self._below(full))
        return node

    def _below(self, path: str) -> Consolidated:
        """The descendants of one node: a view, since paths that begin alike are neighbours in the sorted list."""
        view = Consolidated.__new__(Consolidated)
        view.__dict__.update(self.__dict__)
        view._prefix = path + "/"
        start = bisect_left(self._paths, view._prefix)
        view._slice = slice(start, bisect_left(self._paths, path + "0", start))  # "0" follows "/"
        return view

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._prefix + path in self._entries

    def __iter__(self) -> Iterator[str]:
        start = len(self._prefix)
        return (path[start:] for path in self._paths[self._slice])

    def __len__(self) -> int:
        return self._slice.stop - self._slice.start

    def __repr__(self) -> str:
        return f"<consolidated metadata of {len(self)} nodes>"


def in_stored_order(members: Mapping[str, NodeMetadataABC]) -> dict[str, NodeMetadataABC]:
    """By depth, then by case-folded NFKC text, as zarr-python writes them (digest 1.6); paths normalized."""
    by_path = {normalize_path(path): node for path, node in members.items()}
    order = sorted(by_path, key=lambda path: (path.count("/"), unicodedata.normalize("NFKC", path).casefold()))
    return {path: by_path[path] for path in order if path}

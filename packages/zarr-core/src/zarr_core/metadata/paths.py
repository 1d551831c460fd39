"""Paths of nodes and the keys of their documents. Knows strings only: no store, no document's content.

A path here has no leading and no trailing `/`; the root is "" (digest 1.2, 4.1, 6.9).
"""

from __future__ import annotations

from zarr_core.errors import MetadataError

__all__ = ["DOCUMENTS", "check_new_name", "document_key", "normalize_path"]

DOCUMENTS: dict[int, tuple[str, ...]] = {3: ("zarr.json",), 2: (".zarray", ".zgroup", ".zattrs")}
"""The documents that make a node, by `zarr_format`."""

_RESERVED = frozenset(name for names in DOCUMENTS.values() for name in names) | {".zmetadata"}


def normalize_path(path: str) -> str:
    r"""The path as keys have it: `\` is `/`, no `/` at the ends, no empty segment; nothing else is changed.

    Raises `MetadataError` for segments made only of dots, which could leave the store.
    """
    if not isinstance(path, str):
        raise TypeError(f"a name or path is text, not {path!r}")
    if "\\" in path:
        path = path.replace("\\", "/")
    segments = [segment for segment in path.split("/") if segment]
    for segment in segments:
        if not segment.strip("."):
            raise MetadataError(f"path {path!r} has the segment {segment!r}: names cannot consist of dots only")
    return "/".join(segments)


def check_new_name(path: str) -> None:
    """Raise `MetadataError` if a new node must not be called that (reading accepts such names).

    `path` is normalized and relative to a node that exists; every segment of it is looked at, because missing
    ancestors are created too (digest 1.2).
    """
    if not path:
        return
    for name in path.split("/"):
        if name.startswith("__"):
            raise MetadataError(f"a node cannot be named {name!r}: names beginning with '__' are reserved")
        if name in _RESERVED:
            raise MetadataError(f"a node cannot be named {name!r}: that is the name of a metadata document")


def document_key(path: str, document: str) -> str:
    """The store key of a document of the node at `path`."""
    return f"{path}/{document}" if path else document

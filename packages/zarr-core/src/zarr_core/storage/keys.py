"""What stores do with keys and ranges before any I/O: check them, and list a sorted sequence of keys.

Knows strings and numbers only. For authors of stores as much as for our own.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from zarr_core.abc.store import Range, Suffix
from zarr_core.errors import StoreError, Truncated

__all__ = ["check_key", "children", "span", "under"]

_LAST = chr(sys.maxunicode)


def check_key(key: str, store: object) -> None:
    """Raise `StoreError` unless the key is legal: Unicode without NUL, no empty, `.` or `..` segment (v3 core 1.12)."""
    if not key:
        raise StoreError(f"the empty string is no key of {store!r}")
    for segment in key.split("/"):
        if segment in ("", ".", ".."):
            raise StoreError(f"{key!r} is no key of {store!r}: it has a segment {segment!r}")
    if "\0" in key:
        raise StoreError(f"{key!r} is no key of {store!r}: it holds a NUL character")
    try:
        key.encode()
    except UnicodeEncodeError:
        raise StoreError(f"{key!r} is no key of {store!r}: it is not valid Unicode") from None


def span(byte_range: Range | Suffix, size: int, key: str) -> tuple[int, int]:
    """Start and length of the range in a value of `size` bytes. Raises `Truncated` if the value is shorter."""
    if isinstance(byte_range, Suffix):
        start, stop = size - byte_range.n, size
    else:
        start, stop = byte_range.start, size if byte_range.stop is None else byte_range.stop
    if start < 0 or stop > size or start > stop:
        raise Truncated(f"asked for {byte_range} of key {key!r}, which has {size} bytes")
    return start, stop - start


def under(keys: Sequence[str], prefix: str) -> Iterator[str]:
    """Those of the sorted keys that begin with `prefix`, which is "" or ends in `/`."""
    for position in range(bisect_left(keys, prefix), len(keys)):
        if not keys[position].startswith(prefix):
            return
        yield keys[position]


def children(keys: Sequence[str], prefix: str) -> Iterator[str]:
    """What is directly under `prefix` in sorted keys, prefixes with their final `/`: as `list_dir` gives it.

    Jumps over what is deeper, so that it costs as much as there are children.
    """
    position = bisect_left(keys, prefix)
    while position < len(keys) and keys[position].startswith(prefix):
        head, slash, _ = keys[position][len(prefix) :].partition("/")
        yield prefix + head + slash
        position = bisect_left(keys, prefix + head + slash + _LAST, position) if slash else position + 1

"""The library that deflates and inflates for `gzip` and `zlib`: the fastest that is installed, chosen at import.

zlib-ng (`pip install zlib-ng`) does both, with the levels of zlib: measured, it reads two to four times as fast as the
zlib of Python where chunks have some 100 KiB or more, and writes two to five times as fast. isal reads as fast, but has
levels of its own, and so it only reads. For chunks of few KiB all are equal. What is written differs in its bytes
between libraries, and decodes to the same everywhere.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from zarr_codecs._streams import Decompressor
from zarr_core.abc.store import Buffer

__all__ = ["ERRORS", "compress", "decompressobj"]


def _first(*modules: str) -> ModuleType:
    """The first of these that is installed; else zlib."""
    for module in modules:
        try:
            return import_module(module)
        except ImportError:
            continue
    return zlib


_writer, _reader = _first("zlib_ng.zlib_ng"), _first("zlib_ng.zlib_ng", "isal.isal_zlib")
compress: Callable[[Buffer, int, int], bytes] = _writer.compress
"""Of a buffer, with a level and the kind of stream as zlib's `wbits` says it."""
decompressobj: Callable[..., Decompressor] = _reader.decompressobj
ERRORS: tuple[type[Exception], ...] = (zlib.error, _reader.error)
"""What reading damaged data raises."""

"""The library that deflates and inflates for `gzip` and `zlib`: zlib-ng where it is installed, else Python's zlib.

Measured, zlib-ng (`pip install zlib-ng`) reads chunks of some 100 KiB and more two to four times as fast, and writes
them two to five times as fast; for chunks of few KiB both read alike. It has the levels of zlib, though not the same
bytes for them; either decodes what the other wrote. (isal reads as fast, but has other levels.)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from zarr_codecs._streams import Decompressor
from zarr_core.abc.store import Buffer

__all__ = ["ERRORS", "compress", "decompressobj"]


def _library() -> ModuleType:
    try:
        return import_module("zlib_ng.zlib_ng")
    except ImportError:
        return zlib


_found = _library()
compress: Callable[[Buffer, int, int], bytes] = _found.compress
"""Of a buffer, with a level and the kind of stream as zlib's `wbits` says it."""
decompressobj: Callable[..., Decompressor] = _found.decompressobj
ERRORS: tuple[type[Exception], ...] = (zlib.error, _found.error)
"""What reading damaged data raises."""

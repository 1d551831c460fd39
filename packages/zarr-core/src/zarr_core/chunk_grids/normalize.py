"""Chunk shapes from what callers give as `chunks=`, and the choice made when they leave it to us.

Knows numbers only: no data type, grid or array.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

from zarr_core.errors import MetadataError

__all__ = ["normalize_chunks"]

TARGET = 1 << 20
"""Bytes of an automatic chunk, before compression, at most: large enough that codecs, requests and the Python
around them are cheap per byte, small enough that a lone element, and many chunks in flight, are cheap too."""
GROWING = 1024
"""How long a dimension of length 0 counts: it was made to be appended to."""
VARIABLE_SIZE = 16
"""How many bytes an element of no fixed size counts: the pointer and a short text."""


def normalize_chunks(chunks: Any, shape: tuple[int, ...], item_size: int | None) -> tuple[int, ...]:
    """The chunk shape for an array of this shape: one length per dimension, each at least 1.

    `"auto"`, True and None let us choose; False and -1 give a single chunk; an integer is the length along every
    dimension; a sequence has one entry per dimension, -1 or None for the whole of it. `item_size` is in bytes, None
    where elements vary. Raises `MetadataError`.
    """
    if chunks is None or chunks is True or (isinstance(chunks, str) and chunks == "auto"):
        return automatic(shape, VARIABLE_SIZE if item_size is None else item_size)
    if chunks is False:
        chunks = -1
    if hasattr(chunks, "__index__") and not getattr(chunks, "shape", ()):
        chunks = (chunks,) * len(shape)
    if isinstance(chunks, (str, bytes, dict)) or not isinstance(chunks, Iterable):
        raise MetadataError(f'chunks is "auto", an integer or a sequence of integers, not {chunks!r:.80}')
    lengths = tuple(chunks)
    if len(lengths) != len(shape):
        raise MetadataError(f"chunks {lengths!r:.80} has {len(lengths)} entries, shape {shape} has {len(shape)}")
    return tuple(one_length(length, extent, lengths) for length, extent in zip(lengths, shape, strict=True))


def one_length(length: Any, extent: int, lengths: tuple[Any, ...]) -> int:
    """The chunk length along one dimension of `extent` elements."""
    if length is None:
        length = -1
    if isinstance(length, (list, tuple)):
        raise MetadataError(f"chunks {lengths!r:.80}: lists of lengths need a grid of varying chunks, not 'regular'")
    if isinstance(length, bool) or not hasattr(length, "__index__"):
        raise MetadataError(f"chunks {lengths!r:.80}: {length!r:.80} is not an integer")
    length = operator.index(length)
    if length < 1 and length != -1:
        raise MetadataError(f"chunks {lengths!r:.80}: a chunk length is at least 1, or -1 for all, not {length!r}")
    return max(extent, 1) if length == -1 else length


def automatic(shape: tuple[int, ...], item_size: int) -> tuple[int, ...]:
    """A chunk shape of at most `TARGET` bytes.

    Starting from one chunk, the dimension whose chunks are longest (the first of several) is cut in two, rounding
    up, until a chunk is small enough. So chunks come out near to cubes, the last dimension is cut last, the number
    of chunks along each dimension is about a power of two, and the last chunk along each is nearly full.
    """
    lengths = [extent or GROWING for extent in shape]
    while math.prod(lengths) * item_size > TARGET and max(lengths, default=1) > 1:
        longest = lengths.index(max(lengths))
        lengths[longest] = -(-lengths[longest] // 2)
    return tuple(lengths)

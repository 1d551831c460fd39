"""What is used of numcodecs, imported without its noise.

Importing any part of numcodecs imports all of it, and where it finds the library that our `crc32c` codec uses it prints
that another is to be preferred, on every start of every program.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings(record=True):
    from numcodecs import blosc, lz4
    from numcodecs.astype import AsType
    from numcodecs.bitround import BitRound
    from numcodecs.delta import Delta
    from numcodecs.fixedscaleoffset import FixedScaleOffset
    from numcodecs.fletcher32 import Fletcher32
    from numcodecs.jenkins import jenkins_lookup3
    from numcodecs.packbits import PackBits
    from numcodecs.quantize import Quantize
    from numcodecs.registry import codec_registry, entries, get_codec
    from numcodecs.shuffle import Shuffle
    from numcodecs.vlen import VLenArray, VLenBytes, VLenUTF8

__all__ = [
    "AsType",
    "BitRound",
    "Delta",
    "FixedScaleOffset",
    "Fletcher32",
    "PackBits",
    "Quantize",
    "Shuffle",
    "VLenArray",
    "VLenBytes",
    "VLenUTF8",
    "blosc",
    "codec_registry",
    "entries",
    "get_codec",
    "jenkins_lookup3",
    "lz4",
]

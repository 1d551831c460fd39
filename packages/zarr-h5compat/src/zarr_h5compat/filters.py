"""`compression`, `shuffle` and `fletcher32` of h5py: to Zarr codecs, and from the codecs of an array back.

| h5py | format 3 | format 2 |
| --- | --- | --- |
| gzip | `gzip` | `gzip` |
| gzip with shuffle | `blosc`, cname zlib, shuffle | the same |
| lzf, with shuffle or not | `blosc`, cname lz4 | the same |
| zstd (not in h5py) | `zstd` | `zstd` |
| zstd with shuffle | `blosc`, cname zstd, shuffle | the same |
| fletcher32 | `crc32c` | refused |

So every Zarr reader can read them. Shuffle without compression changes nothing and is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import zarr_core
from zarr_core.abc.codec import Codec
from zarr_core.abc.data_type import JSON
from zarr_core.plugins import codecs as known_codecs

__all__ = ["Filters", "codecs_of", "filters_of"]

GZIP_LEVEL = 4
"""h5py's default."""
_CNAMES = {"zlib": "gzip", "lz4": "lzf", "zstd": "zstd"}


class Filters(NamedTuple):
    """What h5py tells of the filters of a dataset."""

    compression: str | None
    compression_opts: Any
    shuffle: bool
    fletcher32: bool


def codecs_of(
    compression: Any, compression_opts: Any, shuffle: bool, fletcher32: bool, *, item_size: int, zarr_format: int
) -> list[Any]:
    """The bytes-to-bytes codecs for these keywords, as `zarr_core` takes them for `compressors`.

    `compression` is None, "gzip", "lzf", "zstd", a gzip level, True, or any codec of Zarr: its name with
    `compression_opts` as its configuration, its JSON, or a codec object. Raises `ValueError` or `TypeError`.
    """
    if compression is None or compression is False:
        if compression_opts is not None:
            raise TypeError(f"compression_opts={compression_opts!r} needs a compression: give compression= as well")
        codecs: list[Any] = []
    else:
        name, opts = _named(compression, compression_opts)
        codecs = [_codec(name, opts, shuffle, item_size, zarr_format)]
    if fletcher32:
        if zarr_format == 2:
            raise TypeError("fletcher32 is a codec of zarr_format 3 (crc32c), and this file has zarr_format 2")
        codecs.append({"name": "crc32c"})
    return codecs


def _named(compression: Any, opts: Any) -> tuple[Any, Any]:
    """What h5py allows beside a name: True, and a gzip level."""
    if compression is True:
        return "gzip", opts
    if isinstance(compression, int):
        if compression not in range(10):
            raise ValueError(
                f"compression {compression} is the number of an HDF5 filter, which Zarr does not have: "
                "give the name of a Zarr codec, for instance 'zstd'"
            )
        if opts is not None:
            raise TypeError(f"compression={compression} is a gzip level already: compression_opts must not be given")
        return "gzip", compression
    return compression, opts


def _codec(name: Any, opts: Any, shuffle: bool, item_size: int, zarr_format: int) -> Any:
    if isinstance(name, Codec | Mapping):
        return name
    if name == "gzip":
        level = GZIP_LEVEL if opts is None else opts
        if level not in range(10):
            raise ValueError(f"compression_opts of gzip is a level from 0 to 9, not {opts!r}")
        return (
            _blosc("zlib", level, item_size, zarr_format) if shuffle else _plain("gzip", {"level": level}, zarr_format)
        )
    if name == "lzf":
        if opts is not None:
            raise ValueError(f"compression 'lzf' takes no compression_opts, not {opts!r}")
        return _blosc("lz4", 5, item_size if shuffle else 0, zarr_format)
    if name == "zstd":
        level = 3 if opts is None else opts
        if shuffle:
            return _blosc("zstd", min(level, 9), item_size, zarr_format)
        checksum = {"checksum": False} if zarr_format == 3 else {}
        return _plain("zstd", {"level": level, **checksum}, zarr_format)
    if not isinstance(name, str) or known_codecs.find(name) is None:
        raise ValueError(f"compression {name!r} is not available: there are 'gzip', 'lzf', 'zstd', and Zarr's codecs")
    return _plain(name, dict(opts or {}), zarr_format)


def _plain(name: str, configuration: Mapping[str, JSON], zarr_format: int) -> JSON:
    if zarr_format == 2:
        return {"id": name, **configuration}
    return {"name": name, "configuration": dict(configuration)}


def _blosc(cname: str, level: int, item_size: int, zarr_format: int) -> JSON:
    """`item_size` 0: without shuffle."""
    if zarr_format == 2:
        return {"id": "blosc", "cname": cname, "clevel": level, "shuffle": int(item_size > 0), "blocksize": 0}
    shuffle = {"shuffle": "shuffle", "typesize": min(item_size, 255)} if item_size else {"shuffle": "noshuffle"}
    return {"name": "blosc", "configuration": {"cname": cname, "clevel": level, "blocksize": 0, **shuffle}}


def filters_of(array: zarr_core.Array) -> Filters:
    """What h5py would say of an array: giving it to `create_dataset` makes an equal one."""
    fletcher32 = False
    compression, opts, shuffle = None, None, False
    for codec in array.compressors:
        if codec.name in ("crc32c", "fletcher32"):
            fletcher32 = True
        elif compression is None:
            compression, opts, shuffle = _described(codec)
    return Filters(compression, opts, shuffle, fletcher32)


def _described(codec: Codec) -> tuple[str, Any, bool]:
    configuration = codec.to_config()
    if codec.name in ("gzip", "zlib"):
        return "gzip", configuration["level"], False
    if codec.name == "zstd":
        return "zstd", configuration["level"], False
    if codec.name == "blosc" and configuration["cname"] in _CNAMES and configuration["shuffle"] in SHUFFLES:
        name = _CNAMES[configuration["cname"]]
        return name, None if name == "lzf" else configuration["clevel"], SHUFFLES[configuration["shuffle"]]
    return codec.name, configuration, False


SHUFFLES = {"noshuffle": False, "shuffle": True, 0: False, 1: True}

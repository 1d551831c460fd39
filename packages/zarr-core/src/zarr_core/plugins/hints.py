"""What to install for a name: the names that our own distributions provide, whether they are installed or not.

The only central list of the project, and only for messages. A name that is missing here works all the same.
"""

from __future__ import annotations

import re

__all__ = ["hint", "hint_for_class"]

_NAMES: dict[str, dict[str, str]] = {
    "zarr-core": {
        "codecs": "bytes",
        "data_types": "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 "
        "complex128",
        "chunk_grids": "regular rectilinear",
        "chunk_key_encodings": "default v2",
        "stores": "local memory",
        "urls": "file memory",
    },
    "zarr-codecs": {
        "codecs": "transpose gzip zstd blosc blosc2 crc32c vlen-utf8 vlen-bytes packbits bitround scale_offset "
        "cast_value reshape zfp n5_default conditional numcodecs.*",
        "v2_codecs": "blosc zlib gzip bz2 lzma lz4 zstd shuffle delta fixedscaleoffset quantize bitround astype "
        "packbits categorize crc32 adler32 crc32c fletcher32 jenkins_lookup3 base64 vlen-utf8 vlen-bytes vlen-array "
        "json2 msgpack2 pickle pcodec zfpy",
    },
    "zarr-sharding": {"codecs": "sharding_indexed"},
    "zarr-stores": {
        "stores": "zip fsspec obstore http sqlite mapping cache metrics logging lock",
        "urls": ".zip zip ftp sftp ssh hdfs github sqlite",
    },
    "'zarr-stores[http]'": {"urls": "http https"},
    "'zarr-stores[s3]'": {"stores": "s3", "urls": "s3 s3a"},
    "zarr-stores gcsfs": {"urls": "gs gcs"},
    "zarr-stores adlfs": {"urls": "az abfs abfss adl"},
    "zarr-h5compat": {"namespaces": "h5py_compat"},
}


def hint(registry: str, name: str) -> str | None:
    """What to `pip install` for this name of this registry; None if nobody is known to provide it."""
    family = name.partition(".")[0] + ".*"
    for install, registries in _NAMES.items():
        names = registries.get(registry, "").split()
        if name in names or family in names:
            return install
    return None


def hint_for_class(registry: str, attribute: str) -> str | None:
    """The same for the name of a class: `ZstdCodec`, `ZipStore`, `ShardingCodec`."""
    stem = attribute.removesuffix("Codec").removesuffix("Store").lower()
    for install, registries in _NAMES.items():
        for name in registries.get(registry, "").split():
            if stem and re.sub(r"[\W_]", "", name).startswith(stem):
                return install
    return None

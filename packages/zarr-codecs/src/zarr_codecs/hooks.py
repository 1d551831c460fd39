"""What this distribution says when it is asked: the codecs of arrays that are created without any."""

from __future__ import annotations

from collections.abc import Sequence

from zarr_core.abc.codec import Codec
from zarr_core.abc.data_type import DataType
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.plugins.hookspecs import hookimpl

__all__ = ["default_codecs"]


@hookimpl
def default_codecs(data_type: DataType) -> Sequence[Codec] | None:
    """`bytes`, for text and byte strings of any length their own codec; then zstd at its default level.

    That is what zarr-python writes, and every peer reads (digest 6.8).
    """
    from zarr_codecs.zstd import ZstdCodec

    if data_type.item_size is not None:
        return [BytesCodec(), ZstdCodec()]
    from zarr_codecs.vlen import VLenBytesCodec, VLenUTF8Codec

    for serializer in (VLenUTF8Codec(), VLenBytesCodec()):
        if serializer.object_type() == data_type:
            return [serializer, ZstdCodec()]
    return None

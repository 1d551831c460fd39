"""The one refusal that all decoders share."""

from __future__ import annotations

from zarr_core.errors import CodecError

__all__ = ["too_long"]


def too_long(codec: str, limit: int) -> CodecError:
    """The error for input that would decode to more than `limit` bytes."""
    return CodecError(f"would decode to more than the {limit} bytes allowed", codec=codec)

"""How the codecs of this distribution word their errors: `codec 'zstd' found damaged data (...)`."""

from __future__ import annotations

from zarr_core.errors import CodecError

__all__ = ["refusal", "too_long"]


def refusal(codec: str, why: str) -> CodecError:
    """The error of this codec; `why` continues the sentence that begins with its name."""
    return CodecError(f"codec {codec!r} {why}", codec=codec)


def too_long(codec: str, limit: int) -> CodecError:
    """The error for input that would decode to more than `limit` bytes."""
    return refusal(codec, f"would decode to more than the {limit} bytes allowed")

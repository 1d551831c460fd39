"""What a codec knows of a damaged chunk, completed by what the engine knows: array, chunk and key."""

from __future__ import annotations

from zarr_core.engine.bound import BoundArray
from zarr_core.errors import ChunkError, CodecError, MissingChunkError

__all__ = ["damaged", "missing", "noted"]


def damaged(array: BoundArray, chunk: tuple[int, ...], error: Exception) -> ChunkError:
    """The error to raise for a stored chunk that cannot be read."""
    key = array.key(chunk)
    codec = error.codec if isinstance(error, CodecError) else ""
    return ChunkError(
        f"chunk {chunk} of {array.label}: {error} (key {key!r})",
        array=array.path,
        chunk=chunk,
        key=key,
        codec=codec,
    )


def missing(array: BoundArray, chunk: tuple[int, ...]) -> MissingChunkError:
    """The error to raise for a chunk that is not stored, where that is not allowed."""
    key = array.key(chunk)
    return MissingChunkError(
        f"chunk {chunk} of {array.label} is not stored (key {key!r}), and missing_chunk is 'error'",
        array=array.path,
        chunk=chunk,
        key=key,
    )


def noted(array: BoundArray, chunk: tuple[int, ...], error: OSError) -> None:
    """Add to the trouble that a store has which chunk of which array it has it with; the error stays what it is."""
    if not isinstance(error, ChunkError):
        error.add_note(f"chunk {chunk} of {array.label} (key {array.key(chunk)!r})")

"""Change a stored node: attributes, shape. Read, change, write, under a lock and by compare-and-set where possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.abc.metadata import ArrayMetadataABC, NodeMetadataABC
from zarr_core.abc.store import ReadListStore
from zarr_core.engine.bound import BoundArray, BoundNode
from zarr_core.errors import Changed, NodeNotFoundError, SelectionError
from zarr_core.indexing.selection import basic
from zarr_core.metadata import document_key, parse_node
from zarr_core.operations.hierarchy import drop_consolidated
from zarr_core.operations.inspect import stored_chunks
from zarr_core.operations.load import load_node
from zarr_core.operations.read import RETRIES
from zarr_core.operations.write import write

__all__ = ["append", "replace_attributes", "resize", "update_attributes"]

M = TypeVar("M", bound=NodeMetadataABC)


async def update_attributes(node: BoundNode[M], new: Mapping[str, JSON]) -> M:
    """Merge into the stored attributes, whatever this handle saw of them. Returns the new metadata."""
    return await _update(node, lambda metadata: metadata.with_attributes({**metadata.attributes, **new}))


async def replace_attributes(node: BoundNode[M], change: Callable[[dict[str, JSON]], Mapping[str, JSON]]) -> M:
    """Store what `change` makes of the stored attributes. Returns the new metadata."""
    return await _update(node, lambda metadata: metadata.with_attributes(change(dict(metadata.attributes))))


async def _update(node: BoundNode[M], change: Callable[[M], M]) -> M:
    async with _metadata_lock(node):
        changed = await _update_locked(node, change)
        await drop_consolidated(node.access, node.path, changed)
        return changed


def _metadata_lock(node: BoundNode[Any]) -> Any:
    """One lock for all documents of a node."""
    return node.runtime.lock((node.access.store.address(document_key(node.path, "zarr.json")),))


async def _update_locked(node: BoundNode[M], change: Callable[[M], M], read: NodeMetadataABC | None = None) -> M:
    """`read` is what is stored, if it was read under this lock already."""
    store = node.access.writable(f"to {node.label}")
    versioned, set_if = store.ability("get_versioned"), store.ability("set_if")
    for _ in range(RETRIES):
        current: Any = read or await load_node(node.access, node.path, node.metadata.zarr_format)
        read = None
        if current is None or current.node_type != node.metadata.node_type:
            raise NodeNotFoundError(f"{node.label} of {node.access.given!r} is no longer stored")
        changed = change(current)
        before = current.documents()
        after = {name: value for name, value in changed.documents().items() if before.get(name) != value}
        if versioned is None or set_if is None or len(after) != 1 or store.blocking:
            await node.runtime.map(lambda item: store.set(document_key(node.path, item[0]), item[1]), after.items())
            return changed
        ((name, value),) = after.items()
        key = document_key(node.path, name)
        found = await versioned(key, None)
        unchanged = found is not None and parse_node({name: bytes(found[0][0])}, node.path) == current
        if unchanged and await set_if(key, value, found[1]) is not None:
            return changed
    raise Changed(f"the metadata of {node.label} was replaced {RETRIES} times while it was updated")


async def resize(array: BoundArray, shape: tuple[int, ...]) -> ArrayMetadataABC:
    """Change the shape. What is cut off is deleted, so that growing again shows fill values and not ghosts."""
    _check_shape(array, shape)
    array.writable_chunks()
    async with _metadata_lock(array):
        current = await load_node(array.access, array.path, array.metadata.zarr_format)
        if isinstance(current, ArrayMetadataABC) and current != array.metadata:
            array = array.with_metadata(current)
        if any(new < old for new, old in zip(shape, array.metadata.shape, strict=True)):
            # deleted before the shape says so: a killed resize never leaves what growing would show again
            await _cut_off(array, array.with_metadata(array.metadata.with_shape(shape)))
        changed = await _update_locked(array, lambda metadata: metadata.with_shape(shape), current)
        await drop_consolidated(array.access, array.path, changed)
        return changed


def _check_shape(array: BoundArray, shape: tuple[int, ...]) -> None:
    if len(shape) != len(array.metadata.shape) or any(length < 0 for length in shape):
        raise SelectionError(
            f"cannot resize {array.label} of shape {array.metadata.shape} to {shape}: "
            f"give {len(array.metadata.shape)} lengths of 0 or more"
        )


async def _cut_off(old: BoundArray, new: BoundArray) -> None:
    """Delete the chunks outside the new shape, and put fill values into what reaches beyond it."""
    store = old.writable_chunks()
    counts = tuple(dimension.count for dimension in new.grid)

    async def one(chunk: tuple[int, ...]) -> None:
        if any(at >= count for at, count in zip(chunk, counts, strict=True)):
            await store.delete(old.key(chunk))
            return
        spans = [dimension.span(at) for dimension, at in zip(old.grid, chunk, strict=True)]
        for axis, (start, stop) in enumerate(spans):
            begin, end = new.metadata.shape[axis], min(stop, old.metadata.shape[axis])
            if begin < end:
                region = tuple(
                    slice(max(begin, start), end) if other == axis else slice(low, min(high, length))
                    for other, ((low, high), length) in enumerate(zip(spans, old.metadata.shape, strict=True))
                )
                selection = basic(region, old.metadata.shape)
                await write(old, selection, np.broadcast_to(old.fill, selection.shape))

    await old.runtime.map(one, await _chunks_beyond(old, new))


async def _chunks_beyond(old: BoundArray, new: BoundArray) -> list[tuple[int, ...]]:
    """The chunks that reach beyond the new shape: those that are stored if the store lists, else all possible."""
    if isinstance(old.chunks, ReadListStore):
        indices = await stored_chunks(old)
    else:
        indices = list(product(*(range(dimension.count) for dimension in old.grid)))
    limits = new.metadata.shape
    return [
        chunk
        for chunk in indices
        if any(dimension.span(at)[1] > limit for dimension, at, limit in zip(old.grid, chunk, limits, strict=True))
    ]


async def append(array: BoundArray, data: NDArray[Any], axis: int) -> ArrayMetadataABC:
    """Grow along `axis` by `data`. The new shape is stored last: nobody sees rows that are not written yet."""
    array.writable_chunks()
    async with _metadata_lock(array):
        current = await load_node(array.access, array.path, array.metadata.zarr_format)
        if not isinstance(current, ArrayMetadataABC):
            raise NodeNotFoundError(f"{array.label} of {array.access.given!r} is no longer stored")
        shape = current.shape
        if not -len(shape) <= axis < len(shape):
            raise SelectionError(f"cannot append to {array.label} along axis {axis}: it has {len(shape)} dimensions")
        axis %= len(shape)
        fits = data.ndim == len(shape) and all(
            given == length for at, (given, length) in enumerate(zip(data.shape, shape, strict=True)) if at != axis
        )
        if not fits:
            raise SelectionError(
                f"cannot append data of shape {data.shape} to {array.label} of shape {shape} along axis {axis}: "
                "all other lengths must be equal"
            )
        grown = tuple(length + data.shape[axis] if at == axis else length for at, length in enumerate(shape))
        longer = array.with_metadata(current.with_shape(grown))
        region = tuple(slice(shape[axis], None) if at == axis else slice(None) for at in range(len(shape)))
        await write(longer, basic(region, grown), data)
        changed = await _update_locked(array, lambda metadata: metadata.with_shape(grown), current)
        await drop_consolidated(array.access, array.path, changed)
        return changed

"""The codec chain of one array, and the same bound to one chunk shape.

A bound chain is itself an array-to-bytes codec, so the engine and the sharding codec call the same two methods,
`decode_part` and `encode_part`. They reach into a stored chunk where every codec in the way can, and decode it
whole where one cannot.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.codec import (
    ArrayArrayCodec,
    ArrayBytesCodec,
    BoundArrayArray,
    BoundArrayBytes,
    BytesBytesCodec,
    Codec,
    Part,
    Points,
    Spec,
    index,
)
from zarr_core.abc.source import Source
from zarr_core.abc.store import Buffer, Buffers
from zarr_core.config import current_config
from zarr_core.engine.fill import FillTest
from zarr_core.errors import CodecError, ZarrError
from zarr_core.log import codec_log
from zarr_core.metadata.chain import check_chain, resolve_chain

__all__ = ["HOP", "BoundChain", "CodecChain"]

HOP = 1 << 15
"""Bytes of a chunk from which decoding is put to the runtime as work; below, it is simply done."""


class CodecChain:
    """Codecs in the order of encoding; binds per chunk shape. They were checked: by the metadata, or by `check`."""

    def __init__(self, codecs: Sequence[Codec], spec: Spec, *, keep: int = 64) -> None:
        self.codecs, self.spec = tuple(codecs), spec
        self._keep = keep
        self._bound: OrderedDict[tuple[int, ...], BoundChain] = OrderedDict()

    def check(self) -> Self:
        """Raise `MetadataError` or `CodecError` for a wrong order, and for what a codec cannot take."""
        check_chain(self.codecs)
        resolve_chain(self.codecs, self.spec)
        return self

    def bind(self, shape: tuple[int, ...]) -> BoundChain:
        """The chain for chunks of this shape; made once per shape, the last `keep` are kept."""
        bound = self._bound.get(shape)
        if bound is None:
            bound = BoundChain(self.codecs, Spec(shape, self.spec.data_type, self.spec.fill))
            self._bound[shape] = bound
            if len(self._bound) > self._keep:
                self._bound.popitem(last=False)
        return bound


class BoundChain(BoundArrayBytes):
    """The chain for chunks of one shape."""

    def __init__(self, codecs: Sequence[Codec], spec: Spec) -> None:
        self.spec = spec
        specs = resolve_chain(codecs, spec)
        self._aa: list[BoundArrayArray] = []
        self._bb: list[BytesBytesCodec] = []
        for codec, incoming in zip(codecs, specs, strict=True):
            if isinstance(codec, ArrayArrayCodec):
                self._aa.append(codec.bind(incoming))
            elif isinstance(codec, ArrayBytesCodec):
                self.inner = codec.bind(incoming)
                self._ab_name = codec.name
            elif isinstance(codec, BytesBytesCodec):
                self._bb.append(codec)
        self._limits = self._make_limits()
        self._steps = list(zip(reversed(self._bb), reversed(self._limits), strict=True))
        self._viewable = all(aa.view is not None for aa in self._aa)
        kind = type(self.inner)
        reachable = not self._bb and self._viewable
        self.reaches = reachable and kind.decode_part is not BoundArrayBytes.decode_part
        """Whether a part can be decoded without the whole."""
        self._encodes_part = reachable and kind.encode_part is not BoundArrayBytes.encode_part
        self.nbytes = spec.nbytes or 0
        self.gil_free = (bool(self._bb) and all(bb.gil_free for bb in self._bb)) or self.inner.gil_free
        self.is_fill = FillTest(spec.fill)
        codec_log.debug("bound %s for chunks of %s", [codec.name for codec in codecs], spec.shape)

    def _make_limits(self) -> list[int]:
        """What each bytes-to-bytes codec may decode to; outwards 2 x + 64 KiB where a size is not exact."""
        size = self.inner.encoded_size()
        limit = current_config().limits.decoded_bytes if size is None else size
        limits: list[int] = []
        for bb in self._bb:
            limits.append(limit)
            size = None if size is None else bb.encoded_size(size)
            limit = 2 * limit + (64 << 10) if size is None else size
        return limits

    # whole chunks, synchronous

    def encode(self, a: NDArray[Any]) -> Buffer:
        for aa in self._aa:
            a = aa.encode(a)
        buf = self.inner.encode(a)
        for bb in self._bb:
            buf = bb.encode(buf)
        return buf

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        buf = self._to_inner(buf)
        if not self._aa:
            return self._inner_decode(buf, out)
        if out is not None and self._viewable:
            self._inner_decode(buf, self._view(out))
            return out
        a = self._inner_decode(buf, None)
        for aa in reversed(self._aa):
            a = aa.decode(a)
        if out is None:
            return a
        out[...] = a
        return out

    def _to_inner(self, buf: Buffer) -> Buffer:
        """Undo the bytes-to-bytes codecs. Whatever a codec raises becomes a `CodecError` that names it."""
        for bb, limit in self._steps:
            try:
                buf = bb.decode(buf, limit=limit)
            except (ZarrError, MemoryError):
                raise
            except Exception as error:
                raise CodecError(f"codec {bb.name!r} cannot decode: {error}", codec=bb.name) from error
        return buf

    def _inner_decode(self, buf: Buffer, out: NDArray[Any] | None) -> NDArray[Any]:
        try:
            return self.inner.decode(buf, out)
        except (ZarrError, MemoryError):
            raise
        except Exception as error:
            raise CodecError(f"codec {self._ab_name!r} cannot decode: {error}", codec=self._ab_name) from error

    def decode_stack(self, bufs: Sequence[Buffer]) -> NDArray[Any]:
        if self._aa:
            return np.stack([self.decode(buf) for buf in bufs])
        return self.inner.decode_stack([self._to_inner(buf) for buf in bufs] if self._bb else bufs)

    def encoded_size(self) -> int | None:
        size = self.inner.encoded_size()
        for bb in self._bb:
            size = None if size is None else bb.encoded_size(size)
        return size

    def target(self, out: NDArray[Any]) -> memoryview | None:
        if self._bb:
            return None
        return self.inner.target(self._view(out)) if self._viewable else None

    def _view(self, a: NDArray[Any]) -> NDArray[Any]:
        for aa in self._aa:
            a = aa.view(a)
        return a

    # parts, through a source

    async def decode_part(self, source: Source, part: Part, out: NDArray[Any]) -> bool:
        if self.reaches:
            if self._aa:
                out = out if isinstance(part, Points) else self._view(out)
                part = self._part(part)
            return await self.inner.decode_part(source, part, out)
        value = await source.value()
        if value is None:
            return False
        if self.nbytes < HOP:
            self._place(value, part, out)
        else:
            await source.runtime.compute(self._place, value, part, out, nbytes=self.nbytes, gil_free=self.gil_free)
        return True

    def _place(self, value: Buffer, part: Part, out: NDArray[Any]) -> None:
        if part is None:
            self.decode(value, out)
        else:
            out[...] = self.decode(value)[part.at if isinstance(part, Points) else index(part)]

    def _part(self, part: Part) -> Part:
        for aa in self._aa if part is not None else ():
            part = aa.part(part)
        return part

    async def encode_part(
        self, source: Source, part: Part, values: NDArray[Any], *, keep_fill: bool = False
    ) -> Buffers | None:
        if self._encodes_part:
            if not isinstance(part, Points):
                values = self._view(values)
            return await self.inner.encode_part(source, self._part(part), values, keep_fill=keep_fill)
        if part is None:
            chunk = values
        else:
            chunk = await self._merged(source, part, values)
        if not keep_fill and self.is_fill(chunk):
            return None
        if self.nbytes < HOP:
            return [self.encode(chunk)]
        return [await source.runtime.compute(self.encode, chunk, nbytes=self.nbytes, gil_free=self.gil_free)]

    async def _merged(self, source: Source, part: Part, values: NDArray[Any]) -> NDArray[Any]:
        """The chunk as it is stored, with `part` of it replaced."""
        assert part is not None
        chunk = np.empty(self.spec.shape, self.spec.data_type.dtype)
        if not await self.decode_part(source, None, chunk):
            chunk[...] = self.spec.fill
        chunk[part.at if isinstance(part, Points) else index(part)] = values
        return chunk

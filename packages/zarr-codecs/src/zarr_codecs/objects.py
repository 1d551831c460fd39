"""Python objects as one text or message, array to bytes; only in format 2, as the first filter of arrays of objects.

names     v2 ids `json2`, `msgpack2`; `pickle` is refused
spec      https://numcodecs.readthedocs.io
metadata  v2 {"id": "json2", "encoding": "utf-8", "indent": null, "separators": [",", ":"], "sort_keys": true, ...},
          {"id": "msgpack2", "raw": false, "use_single_float": false, "use_bin_type": true}, {"id": "pickle"}

A list: the elements, nested as the dimensions of the chunk are, then a dtype, then the shape of the chunk (digest 4.6).
The libraries are json from Python itself and msgpack, which hold the GIL. Nothing is allocated for a shape that is not
the chunk's. Loading a pickle runs whatever its writer wants, so none is loaded.
"""

from __future__ import annotations

import codecs
import importlib
import json
import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from zarr_codecs._refusal import refusal
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import ArrayBytesCodec, BoundArrayBytes, Spec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.store import Buffer
from zarr_core.data_types.objects import Objects
from zarr_core.errors import MetadataError

__all__ = ["V2JSONCodec", "V2MsgPackCodec", "V2PickleCodec"]


class ListCodec(ArrayBytesCodec):
    """Chunks as lists; how a list becomes bytes, subclasses say."""

    stores_shape: ClassVar[bool] = True
    """The order of elements is that of the dimensions, whatever `order` the array has."""

    def object_type(self) -> DataType:
        """What arrays of objects hold whose first filter it is."""
        return Objects()

    @abstractmethod
    def packed(self, items: list[Any]) -> bytes:
        """The bytes of a list."""

    @abstractmethod
    def unpacked(self, buf: Buffer) -> Any:
        """The list of such bytes."""

    def resolve(self, spec: Spec) -> None:
        if spec.data_type != Objects():
            raise refusal(self.name, f"takes python objects, not data type {spec.data_type.name!r}")

    def bind(self, spec: Spec) -> BoundArrayBytes:
        return BoundList(self, spec)


@dataclass(frozen=True, kw_only=True)
class V2JSONCodec(V2Object, ListCodec):
    """What JSON can hold; the members are the parameters of Python's `json`, and the encoding of its text."""

    name: ClassVar[str] = "json2"
    encoding: str = "utf-8"
    skipkeys: bool = False
    ensure_ascii: bool = True
    check_circular: bool = True
    allow_nan: bool = True
    indent: int | str | None = None
    separators: tuple[str, str] | None = None
    sort_keys: bool = True
    strict: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            "".encode(self.encoding)
            codecs.lookup(self.encoding)
        except (LookupError, ValueError):
            raise MetadataError(
                f"codec 'json2': {self.encoding!r:.80} is no text encoding", member="encoding"
            ) from None

    def packed(self, items: list[Any]) -> bytes:
        text = json.dumps(
            items,
            skipkeys=self.skipkeys,
            ensure_ascii=self.ensure_ascii,
            check_circular=True,  # it has no effect on what is written, and without it a loop is a crash
            allow_nan=self.allow_nan,
            indent=self.indent,
            separators=self.separators or ((",", ":") if self.indent is None else (", ", ": ")),
            sort_keys=self.sort_keys,
        )
        return text.encode(self.encoding)

    def unpacked(self, buf: Buffer) -> Any:
        return json.loads(str(buf, self.encoding), strict=self.strict)


@dataclass(frozen=True, kw_only=True)
class V2MsgPackCodec(V2Object, ListCodec):
    """What MessagePack can hold. Needs `pip install 'zarr-codecs[msgpack]'`."""

    name: ClassVar[str] = "msgpack2"
    raw: bool = False
    use_single_float: bool = False
    use_bin_type: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        msgpack()

    def packed(self, items: list[Any]) -> bytes:
        packed: bytes = msgpack().packb(items, use_bin_type=self.use_bin_type, use_single_float=self.use_single_float)
        return packed

    def unpacked(self, buf: Buffer) -> Any:
        return msgpack().unpackb(buf, raw=self.raw, strict_map_key=False)


@dataclass(frozen=True, kw_only=True)
class V2PickleCodec(V2Object, ListCodec):
    """Refused, and never made."""

    name: ClassVar[str] = "pickle"
    protocol: int = 0

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> NoReturn:
        raise MetadataError("codec 'pickle' is never loaded by default: reading it would run what its writer wants")

    def packed(self, items: list[Any]) -> NoReturn:
        self.from_config({})

    def unpacked(self, buf: Buffer) -> NoReturn:
        self.from_config({})


class BoundList(BoundArrayBytes):
    """The codec for one chunk shape."""

    def __init__(self, codec: ListCodec, spec: Spec) -> None:
        self.spec = spec
        self._codec, self._name = codec, codec.name

    def encode(self, a: NDArray[Any]) -> Buffer:
        if a.shape != self.spec.shape:
            raise refusal(self._name, f"was given shape {a.shape} for chunks of shape {self.spec.shape}")
        try:
            return self._codec.packed([*np.atleast_1d(a).tolist(), "|O", list(a.shape)])
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise refusal(self._name, f"cannot take an element of the chunk: {error}") from error

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        try:
            items = self._codec.unpacked(buf)
        except (TypeError, ValueError, RecursionError) as error:
            raise refusal(self._name, f"found damaged data ({error})") from error
        shape = self.spec.shape
        if not isinstance(items, list) or len(items) < 3 or items[-1] != list(shape):
            raise refusal(self._name, f"found no list that ends in the shape {list(shape)}")
        elements = items[:-2]
        for _ in shape[1:]:
            elements = [element for row in elements if isinstance(row, list) for element in row]
        if len(elements) != math.prod(shape):
            raise refusal(self._name, f"found {len(elements)} elements for a chunk of shape {shape}")
        values = np.empty(len(elements), object)
        for i, element in enumerate(elements):  # all at once, numpy would look into those that are lists
            values[i] = element
        if out is None:
            return values.reshape(shape)
        out[...] = values.reshape(shape)
        return out


def msgpack() -> Any:
    """The library. Raises `MetadataError` saying what to install."""
    try:
        return importlib.import_module("msgpack")
    except ImportError:
        raise MetadataError("codec 'msgpack2' needs msgpack: pip install 'zarr-codecs[msgpack]'") from None

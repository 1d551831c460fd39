"""`attrs`: the attributes of a group or dataset as a dictionary of numpy values. `attribute_json` stores them."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import numpy as np

from zarr_core.abc.data_type import JSON
from zarr_core.errors import MetadataError
from zarr_h5compat.attribute_json import as_array, decode, encode
from zarr_h5compat.hidden import MARK
from zarr_h5compat.shared import Node, ZarrNode
from zarr_h5compat.special import Empty, check_string_dtype
from zarr_h5compat.views import KeysView

__all__ = ["AttributeManager"]


class AttributeManager(MutableMapping[str, Any]):
    """Attributes by name, in the order of names. Each change is one write; `update` makes many in one.

    Values are read as numpy scalars and arrays, and text as str. Setting one takes what numpy makes an array of.
    """

    def __init__(self, node: Node, kind: str) -> None:
        self._node, self._kind = node, kind

    @property
    def _zarr(self) -> ZarrNode:
        zarr = self._node.zarr
        if zarr is None:
            raise ValueError(f"{self._owner} is closed or deleted: its attributes cannot be used")
        return zarr

    @property
    def _owner(self) -> str:
        return f"{self._kind} '/{self._node.path}'"

    def _stored(self, name: str | bytes) -> JSON:
        name = _text(name)
        stored = self._zarr.metadata.attributes
        if name == MARK or name not in stored:
            raise KeyError(f"{self._owner} has no attribute {name!r}")
        return stored[name]

    def __getitem__(self, name: str | bytes) -> Any:
        stored = self._stored(name)
        try:
            return decode(stored)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise MetadataError(f"attribute {name!r} of {self._owner} is damaged: {error}") from error

    def __setitem__(self, name: str | bytes, value: Any) -> None:
        self._store({name: _json(value)})

    def create(self, name: str | bytes, data: Any, shape: Any = None, dtype: Any = None) -> None:
        """Set an attribute of this shape and dtype, which default to those of `data`.

        Raises `ValueError` if the shape has another number of elements, `TypeError` for what cannot be stored.
        """
        self._store({name: _json(data, shape, dtype)})

    def modify(self, name: str | bytes, value: Any) -> None:
        """Change the value and keep the dtype; an attribute that is not there is created.

        Raises `TypeError` for a value of another shape, `OSError` for one that is `Empty`.
        """
        if name not in self:
            self[name] = value
            return
        there = self[name]
        if isinstance(there, Empty):
            raise OSError(f"attribute {name!r} of {self._owner} is empty, and empty attributes cannot be modified")
        old = as_array(there)
        new = as_array(value, None if old.dtype.kind == "O" else old.dtype)
        if new.shape != old.shape and not (new.size == old.size == 1):
            raise TypeError(
                f"attribute {name!r} of {self._owner} has shape {old.shape}: a value of shape {new.shape} does not fit"
            )
        self._store({name: encode(new.reshape(old.shape))})

    def update(self, *args: Any, **more: Any) -> None:
        """Set many attributes in one write."""
        self._store({name: _json(value) for name, value in dict(*args, **more).items()})

    def _store(self, values: dict[Any, JSON]) -> None:
        named = {_text(name): value for name, value in values.items()}
        if MARK in named:
            raise ValueError(f"attribute name {MARK!r} is taken: what this package keeps of an object is stored there")
        self._zarr.update_attributes(named)

    def __delitem__(self, name: str | bytes) -> None:
        self._stored(name)
        del self._zarr.attrs[_text(name)]

    def __contains__(self, name: object) -> bool:
        name = _text(name)
        return name != MARK and name in self._zarr.metadata.attributes

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(name for name in self._zarr.metadata.attributes if name != MARK))

    def __len__(self) -> int:
        stored = self._zarr.metadata.attributes
        return len(stored) - (MARK in stored)

    def keys(self) -> KeysView:
        return KeysView(self)

    def __repr__(self) -> str:
        if self._node.zarr is None:
            return "<Attributes of closed Zarr object>"
        return f"<Attributes of Zarr {self._owner}: {', '.join(self) or 'none'}>"


def _text(name: object) -> str:
    if isinstance(name, bytes):
        return name.decode()
    if not isinstance(name, str):
        raise TypeError(f"the name of an attribute is str or bytes, not {type(name).__name__}")
    return name


def _json(data: Any, shape: Any = None, dtype: Any = None) -> JSON:
    if isinstance(data, Empty):
        return {MARK: {"dtype": data.dtype.str, "value": None}}
    if dtype is not None and np.dtype(dtype).kind == "O" and check_string_dtype(dtype) is None:
        raise TypeError("dtype 'O' holds anything, and attributes cannot: give string_dtype() for text")
    array = as_array(data, dtype)
    if shape is not None:
        try:
            array = array.reshape(shape)
        except (TypeError, ValueError):
            raise ValueError(f"an attribute of shape {shape} cannot hold data of shape {array.shape}") from None
    return encode(array)

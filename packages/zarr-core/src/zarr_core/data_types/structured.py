"""`struct`: elements of several fields, packed in their order; and its forerunner `structured` (digest 3.7, 4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON, DataType
from zarr_core.data_types.base64_json import bytes_from_base64, bytes_to_base64
from zarr_core.data_types.fixed_length import LONGEST, is_zero
from zarr_core.data_types.parse import data_type_from_json_v3
from zarr_core.data_types.scalar import ScalarType, item_of, read_only
from zarr_core.errors import MetadataError

__all__ = ["Struct", "Structured", "SubArray"]


class Struct(ScalarType):
    """`fields` are names and data types of fixed size, which may be structs again.

    A fill value in JSON of format 3 is an object with every field; of format 2 base64 of the element, here in little
    endian: a `.zarray` whose fields have other byte orders is for `metadata` to translate.
    """

    name: ClassVar[str] = "struct"

    def __init__(self, fields: Sequence[tuple[str, DataType]]) -> None:
        self.fields = tuple((name, data_type) for name, data_type in fields)
        names = [name for name, _ in self.fields]
        if not names or "" in names or len(set(names)) < len(names):
            raise MetadataError(f"data type 'struct' needs fields with distinct names, not {names!r:.80}")
        for name, data_type in self.fields:
            if data_type.item_size is None:
                raise MetadataError(
                    f"data type 'struct': field {name!r:.80} has the data type {data_type.name!r}, of no fixed size"
                )
        size = sum(data_type.dtype.itemsize for _, data_type in self.fields)
        if size > LONGEST:
            raise MetadataError(f"data type 'struct' of {size} bytes: numpy has elements of at most {LONGEST}")
        self.scalar = np.dtype([(name, data_type.dtype) for name, data_type in self.fields])
        self.accepts = f"a value for each of the fields {', '.join(map(repr, names))}"

    @classmethod
    def from_json_v3(cls, name: str, configuration: dict[str, JSON]) -> Self:
        return cls([field_from_json(field, name) for field in fields_of(name, configuration)])

    def to_json_v3(self) -> JSON:
        fields = [{"name": name, "data_type": data_type.to_json_v3()} for name, data_type in self.fields]
        return {"name": "struct", "configuration": {"fields": fields}}

    def to_json_v2(self, endian: str = "little") -> JSON:
        fields = []
        for name, data_type in self.fields:
            if isinstance(data_type, SubArray):
                fields.append([name, data_type.base.to_json_v2(endian), list(data_type.shape)])
            else:
                fields.append([name, data_type.to_json_v2(endian)])
        return fields

    @property
    def has_endianness(self) -> bool:
        return any(data_type.has_endianness for _, data_type in self.fields)

    def stored_dtype(self, endian: str) -> np.dtype[Any]:
        return np.dtype([(name, data_type.stored_dtype(endian)) for name, data_type in self.fields])

    def encode(self, values: NDArray[Any], endian: str) -> NDArray[Any]:
        if all(type(data_type).encode is DataType.encode for _, data_type in self.fields):
            return super().encode(values, endian)
        stored = np.empty(values.shape, self.stored_dtype(endian))
        for name, data_type in self.fields:
            stored[name] = data_type.encode(values[name], endian)
        return stored

    def check_stored(self, stored: NDArray[Any]) -> NDArray[Any]:
        for name, data_type in self.fields:
            if type(data_type).check_stored is not DataType.check_stored:
                data_type.check_stored(stored[name])
        return stored

    def default_fill(self) -> NDArray[Any]:
        return read_only(self.joined({name: data_type.default_fill() for name, data_type in self.fields}))

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        if zarr_format == 2:
            content = b"" if is_zero(value) else bytes_from_base64(value) if isinstance(value, str) else None
            if content is None or len(content) > self.scalar.itemsize:
                raise self.refusal(value)
            stored = np.frombuffer(content.ljust(self.scalar.itemsize, b"\0"), self.stored_dtype("little"))
            return stored.astype(self.scalar).reshape(())
        if not isinstance(value, dict) or value.keys() != dict(self.fields).keys():
            raise self.refusal(value)
        return self.joined({name: data_type.fill_from_json(value[name]) for name, data_type in self.fields})

    def cast(self, value: object) -> NDArray[Any]:
        """A mapping or a sequence with every field; 0 is zero in each."""
        given = value[()] if isinstance(value, np.ndarray) and value.shape == () else value
        if isinstance(given, np.void) and given.dtype.names is not None:
            given = {name: given[name] for name in given.dtype.names}
        given = item_of(given)
        if is_zero(given):
            return np.zeros((), self.scalar)
        if isinstance(given, (tuple, list)) and len(given) == len(self.fields):
            given = {name: item for (name, _), item in zip(self.fields, given, strict=True)}
        if not isinstance(given, Mapping) or given.keys() != dict(self.fields).keys():
            raise self.refusal(value)
        return self.joined({name: data_type.cast_fill(given[name]) for name, data_type in self.fields})

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        if zarr_format == 2:
            return bytes_to_base64(fill.astype(self.stored_dtype("little")).tobytes())
        return {name: data_type.fill_to_json(fill[name], zarr_format) for name, data_type in self.fields}

    def joined(self, parts: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """A 0-d array from the fields, bit for bit."""
        fill = np.empty((), self.scalar)
        for name, part in parts.items():
            fill[name] = part
        return fill

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Struct) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash((Struct, self.fields))


class Structured(Struct):
    """The old name of `struct`, which is read and never written: reading gives a `struct`."""

    @classmethod
    def from_json_v3(cls, name: str, configuration: dict[str, JSON]) -> Any:
        """Fields may also be pairs `[name, data type]`."""
        fields = [*fields_of(name, configuration)]
        for i, field in enumerate(fields):
            if isinstance(field, list) and len(field) == 2:
                fields[i] = {"name": field[0], "data_type": field[1]}
        return Struct([field_from_json(field, name) for field in fields])


class SubArray(ScalarType):
    """A field of several elements of one data type, in C order. Only in structs, and only in format 2."""

    name: ClassVar[str] = "sub-array"

    def __init__(self, base: DataType, shape: tuple[int, ...]) -> None:
        if base.item_size is None:
            raise MetadataError(f"a field holds several elements of data type {base.name!r}, which has no fixed size")
        self.base, self.shape = base, shape
        self.scalar = np.dtype((base.dtype, shape))
        self.accepts = f"an array of shape {shape} of what data type {base.name!r} takes"

    @property
    def has_endianness(self) -> bool:
        return self.base.has_endianness

    def to_json_v3(self) -> JSON:
        raise MetadataError(
            f"a struct field of shape {self.shape} exists only in zarr_format 2: make {prod(self.shape)} fields of it"
        )

    def stored_dtype(self, endian: str) -> np.dtype[Any]:
        return np.dtype((self.base.stored_dtype(endian), self.shape))

    def encode(self, values: NDArray[Any], endian: str) -> NDArray[Any]:
        return self.base.encode(values, endian)

    def check_stored(self, stored: NDArray[Any]) -> NDArray[Any]:
        return self.base.check_stored(stored)

    def default_fill(self) -> NDArray[Any]:
        return np.broadcast_to(self.base.default_fill(), self.shape)

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        raise self.refusal(value)

    def cast(self, value: object) -> NDArray[Any]:
        try:
            items = np.broadcast_to(np.asarray(value, object), self.shape)
        except ValueError:
            raise self.refusal(value) from None
        filled = np.empty(self.shape, self.base.dtype)
        for index, item in np.ndenumerate(items):
            filled[index] = self.base.cast_fill(item)
        return filled

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        raise self.refusal(fill)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SubArray) and (self.base, self.shape) == (other.base, other.shape)

    def __hash__(self) -> int:
        return hash((SubArray, self.base, self.shape))

    def __repr__(self) -> str:
        return f"<{self.shape} of {self.base!r}>"


def fields_of(name: str, configuration: dict[str, JSON]) -> list[JSON]:
    """The `fields` of a configuration that has nothing else."""
    fields = configuration.get("fields")
    if configuration.keys() != {"fields"} or not isinstance(fields, list):
        raise MetadataError(
            f"data type {name!r} takes exactly a list of fields as configuration, not {configuration!r:.80}",
            member="data_type",
        )
    return fields


def field_from_json(field: JSON, name: str) -> tuple[str, DataType]:
    """Name and data type of one entry of `fields`."""
    if not isinstance(field, dict) or field.keys() != {"name", "data_type"} or not isinstance(field["name"], str):
        raise MetadataError(
            f"data type {name!r}: a field is an object with exactly name and data_type, not {field!r:.80}",
            member="data_type",
        )
    return field["name"], data_type_from_json_v3(field["data_type"])

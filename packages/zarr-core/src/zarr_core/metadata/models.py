"""The shape of the documents, for pydantic: which members there are and what JSON each may hold.

Only that: what an extension object or a fill value means is for others. Strict: `3.0`, `"3"` and `true` are not
the integer 3. Nothing is converted and nothing serialised; a document that passes is used as it was parsed.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from zarr_core.abc.data_type import JSON
from zarr_core.errors import MetadataError
from zarr_core.metadata.strict_json import fail, short

__all__ = [
    "V2ArrayDocument",
    "V2ConsolidatedDocument",
    "V2GroupDocument",
    "V3ArrayDocument",
    "V3GroupDocument",
    "check_document",
    "checked_shape",
]

# Each description completes the sentence "'shape' must be ...".
Format3 = Annotated[int, Field(ge=3, le=3, description="the integer 3")]
Format2 = Annotated[int, Field(ge=2, le=2, description="the integer 2")]
Shape = Annotated[list[Annotated[int, Field(ge=0)]], Field(description="a list of non-negative integers")]
Names = Annotated[list[str | None] | None, Field(description="a list of strings and nulls")]
ExtensionObject = Annotated[str | dict[str, Any], Field(description="a name, or an object with 'name'")]
ObjectMember = Annotated[dict[str, Any], Field(description="an object")]
CodecObjects = Annotated[list[dict[str, Any]] | None, Field(description="null, or a list of objects with 'id'")]
Strict = ConfigDict(strict=True)


class V3GroupDocument(TypedDict):
    """`zarr.json` of a group (digest 1.3)."""

    __pydantic_config__ = Strict  # type: ignore[misc]
    zarr_format: Format3
    node_type: Annotated[Literal["group"], Field(description="'group'")]
    attributes: NotRequired[ObjectMember]
    consolidated_metadata: NotRequired[Any]


class V3ArrayDocument(TypedDict):
    """`zarr.json` of an array (digest 1.3)."""

    __pydantic_config__ = Strict  # type: ignore[misc]
    zarr_format: Format3
    node_type: Annotated[Literal["array"], Field(description="'array'")]
    shape: Shape
    data_type: ExtensionObject
    chunk_grid: ExtensionObject
    chunk_key_encoding: ExtensionObject
    fill_value: Any
    codecs: Annotated[list[Any], Field(min_length=1, description="a list of codecs, at least one")]
    attributes: NotRequired[ObjectMember]
    storage_transformers: NotRequired[Annotated[list[Any] | None, Field(description="a list")]]
    dimension_names: NotRequired[Names]


class V2GroupDocument(TypedDict):
    """`.zgroup` (digest 4.2)."""

    __pydantic_config__ = Strict  # type: ignore[misc]
    zarr_format: Format2


class V2ArrayDocument(TypedDict):
    """`.zarray` (digest 4.2); members that it does not name are ignored."""

    __pydantic_config__ = Strict  # type: ignore[misc]
    zarr_format: Format2
    shape: Shape
    chunks: Shape
    dtype: Annotated[str | list[Any], Field(description="a NumPy type string, or a list of fields")]
    compressor: NotRequired[Annotated[dict[str, Any] | None, Field(description="null, or an object with 'id'")]]
    fill_value: Any
    order: Annotated[Literal["C", "F"], Field(description="'C' or 'F'")]
    filters: NotRequired[CodecObjects]
    dimension_separator: NotRequired[Annotated[Literal[".", "/"], Field(description="'.' or '/'")]]


class V2ConsolidatedDocument(TypedDict):
    """`.zmetadata` (digest 4.7)."""

    __pydantic_config__ = Strict  # type: ignore[misc]
    zarr_consolidated_format: Annotated[int, Field(ge=1, le=1, description="the integer 1")]
    metadata: ObjectMember


def check_document(model: Any, document: dict[str, JSON], key: str) -> None:
    """Raise `MetadataError` naming the member that is missing or of the wrong shape, and what it may be."""
    try:
        _adapter(model).validator.validate_python(document)
    except ValidationError as error:
        member = str(error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"][0])
        accepted = _adapter(model).json_schema()["properties"][member].get("description", "any JSON")
        found = (
            f"must be {accepted}, not {short(document[member])}" if member in document else f"({accepted}) is missing"
        )
        fail(key, member, f"{member!r} {found}")


def checked_shape(shape: Iterable[Any]) -> tuple[int, ...]:
    """A shape that a caller gave, as integers. Raises `MetadataError`."""
    lengths = tuple(shape)
    try:
        if not any(isinstance(length, bool) or operator.index(length) < 0 for length in lengths):
            return tuple(map(operator.index, lengths))
    except TypeError:
        pass
    raise MetadataError(f"'shape' must be a list of non-negative integers, not {short(lengths)}", member="shape")


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)

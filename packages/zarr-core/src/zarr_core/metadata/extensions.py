"""Extension objects: from the JSON of data types, grids, key encodings, codecs and transformers to frozen objects.

The one place that knows the forms `"name"`, `{"name"}`, `{"name", "configuration"}` and `must_understand` (digest
1.4, 1.5). What was made of a piece of JSON is kept, bounded, so that opening many similar arrays is cheap; whether
its name still means the same class is asked each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from zarr_core import plugins
from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.abc.codec import Codec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.storage_transformer import StorageTransformer
from zarr_core.errors import MetadataError, PluginError, ZarrError
from zarr_core.metadata.strict_json import short

__all__ = [
    "Named",
    "guarded",
    "parse_chunk_grid",
    "parse_chunk_key_encoding",
    "parse_codec_list",
    "parse_data_type",
    "parse_extension",
    "parse_transformers",
    "take_apart",
]

T = TypeVar("T")

_MEMBERS = frozenset({"name", "configuration", "must_understand"})
_KEPT_OBJECTS = 2048
_KEPT_LENGTH = 2000  # characters of JSON; objects with more (grids that list every edge) are made anew


class Named(NamedTuple):
    """An extension object taken apart."""

    name: str
    configuration: dict[str, JSON]
    must_understand: bool


def take_apart(value: JSON, kind: str) -> Named:
    """Name, configuration and `must_understand` of any legal form. Raises `MetadataError` for others."""
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, dict):
        raise MetadataError(f"a {kind} is a name or an object with 'name' and 'configuration', not {short(value)}")
    if not isinstance(name := value.get("name"), str) or not name:
        raise MetadataError(f"a {kind} needs a 'name', a string that is not empty: {short(value)} has none")
    if unknown := value.keys() - _MEMBERS:
        raise MetadataError(
            f"{kind} {name!r} has the unknown member {sorted(unknown)[0]!r}: parameters go into 'configuration'"
        )
    configuration = value.get("configuration", {})
    if not isinstance(configuration, dict):
        raise MetadataError(f"{kind} {name!r}: 'configuration' must be an object, not {short(configuration)}")
    must_understand = value.get("must_understand", True)
    if not isinstance(must_understand, bool):
        raise MetadataError(f"{kind} {name!r}: 'must_understand' must be true or false, not {short(must_understand)}")
    return Named(name, configuration, must_understand)


def guarded(make: Callable[[], T], kind: str, name: str) -> T:
    """`make()`, where whatever a plugin raises that is not ours becomes a `MetadataError`."""
    try:
        return make()
    except ZarrError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())
        raise MetadataError(f"{kind} {name!r} cannot be made: {type(error).__name__}: {reason:.200}") from error


def _from_config(cls: Any, named: Named) -> Any:
    return cls.from_config(named.configuration)


def parse_extension(
    registry: plugins.Registry[Any],
    value: JSON,
    where: str = "",
    *,
    take_apart: Callable[[JSON, str], Named] = take_apart,
    make: Callable[[Any, Named], Any] = _from_config,
) -> Any:
    """The object of one extension, or the equal one that it gave earlier; None: not known, and need not be.

    `where` goes into messages: "of array 'a/b'".
    """
    try:
        text = repr(value)  # tells 1, 1.0 and true apart
    except RecursionError:
        raise MetadataError(f"a {registry.kind} is nested too deeply") from None
    kept = _kept.get((registry.name, text))
    if kept is not None and registry.find(kept[0]) is kept[1]:
        return kept[2]
    named = take_apart(value, registry.kind)
    cls = registry.get(named.name, where) if named.must_understand else registry.find(named.name, where)
    if cls is None:
        return None
    try:
        made = guarded(lambda: make(cls, named), registry.kind, named.name)
    except PluginError as error:  # of a plugin that this one needs
        needed = f"{error} (needed by {registry.kind} {named.name!r} {where}".rstrip() + ")"
        raise type(error)(needed, kind=error.kind, name=error.name) from error
    if len(text) <= _KEPT_LENGTH and _names_nothing(named.configuration):
        if len(_kept) >= _KEPT_OBJECTS:
            _kept.clear()
        _kept[registry.name, text] = (named.name, cls, made)
    return made


_kept: dict[tuple[str, str], tuple[str, Any, Any]] = {}
"""By registry and JSON text: the name, what served it, and what that made."""


def _from_json_v3(cls: Any, named: Named) -> Any:
    return cls.from_json_v3(named.name, named.configuration)


def _names_nothing(configuration: dict[str, JSON]) -> bool:
    """Whether no extension object can be inside, whose name may come to mean something else.

    A lone string is taken for a value (`"little"`), in a list for a name.
    """
    for value in configuration.values():
        if isinstance(value, dict):
            return False
        if isinstance(value, list) and not all(isinstance(item, int | float) for item in value):
            return False
    return True


def _understood(value: JSON, kind: str) -> Named:
    named = take_apart(value, kind)
    if not named.must_understand:
        raise MetadataError(f"{kind} {named.name!r} has 'must_understand': false, but no array can be read without it")
    return named


def parse_data_type(value: JSON, where: str = "") -> DataType:
    """The data type of a v3 `data_type` member."""
    made: DataType = parse_extension(plugins.data_types, value, where, take_apart=_understood, make=_from_json_v3)
    return made


def parse_chunk_grid(value: JSON, where: str = "") -> ChunkGrid:
    """The grid of a `chunk_grid` member."""
    grid: ChunkGrid = parse_extension(plugins.chunk_grids, value, where, take_apart=_understood)
    return grid


def parse_chunk_key_encoding(value: JSON, where: str = "") -> ChunkKeyEncoding:
    """The encoding of a `chunk_key_encoding` member."""
    encoding: ChunkKeyEncoding = parse_extension(plugins.chunk_key_encodings, value, where, take_apart=_understood)
    return encoding


def parse_codec_list(values: JSON, where: str = "") -> tuple[tuple[Codec, ...], tuple[str, ...]]:
    """The known codecs of a `codecs` list in its order, and the names of those passed over."""
    return _parse_list(plugins.codecs, values, where)


def parse_transformers(values: JSON, where: str = "") -> tuple[tuple[StorageTransformer, ...], tuple[str, ...]]:
    """The same for a `storage_transformers` list."""
    return _parse_list(plugins.storage_transformers, values, where)


def _parse_list(registry: plugins.Registry[Any], values: JSON, where: str) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    if not isinstance(values, list):
        raise MetadataError(f"{registry.kind}s are given as a list, not as {short(values)}")
    made = [parse_extension(registry, value, where) for value in values]
    ignored = [value["name"] for value, each in zip(values, made, strict=True) if each is None]
    return tuple(each for each in made if each is not None), tuple(ignored)

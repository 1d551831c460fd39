"""What codecs, chunk grids, chunk key encodings and storage transformers share: a name and a configuration.

A plugin class is most easily a frozen dataclass, whose fields are the members of its configuration:

    @dataclass(frozen=True)
    class GzipCodec(BytesBytesCodec):
        name: ClassVar[str] = "gzip"
        required: ClassVar[frozenset[str]] = frozenset({"level"})
        level: Annotated[int, Field(ge=0, le=9)] = 5

Types and `Annotated` constraints are checked strictly by pydantic when metadata is parsed, and by `check_fields` when
the object is made in Python; unknown members are refused (digest 1.4, 1.13). A class without fields takes none.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from zarr_core.abc.data_type import JSON
from zarr_core.errors import MetadataError

__all__ = ["Extension", "fields_of"]


class Extension:
    """A named, configured object of the metadata. Frozen, thread-safe, picklable, comparable, pure."""

    contract: ClassVar[int] = 1
    name: ClassVar[str] = ""
    kind: ClassVar[str] = "extension"
    """What error messages call it: "codec", "chunk grid", ..."""
    required: ClassVar[frozenset[str]] = frozenset()
    """Members that metadata must carry although the constructor has a default for them."""
    omit_none: ClassVar[bool] = True
    """Members whose value is None are not written."""

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> Self:
        """From the `configuration` member. Raises `MetadataError` naming the member at fault."""
        missing = cls.required - configuration.keys()
        if missing:
            raise MetadataError(f"{cls.kind} {cls.name!r} needs {_names(missing)} in its configuration")
        known = {field.name for field in fields_of(cls)}
        unknown = configuration.keys() - known
        if unknown:
            accepted = _names(known) if known else "no configuration"
            raise MetadataError(f"{cls.kind} {cls.name!r} does not know {_names(unknown)}; it takes {accepted}")
        return cls(**cls.validated(configuration))

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """The members with their types checked, lists made into tuples where the field says so."""
        if not configuration:
            return {}
        from pydantic import ValidationError

        try:
            model = _model_of(cls).model_validate(dict(configuration))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            member = ".".join(str(step) for step in first["loc"])
            raise MetadataError(
                f"{cls.kind} {cls.name!r}: {member} {first['msg'].lower()}, not {first['input']!r}", member=member
            ) from None
        except RecursionError:
            raise MetadataError(f"{cls.kind} {cls.name!r}: the configuration is nested too deeply") from None
        return {name: getattr(model, name) for name in configuration}

    def check_fields(self) -> None:
        """Check the fields of an object made in Python; call it from `__post_init__`."""
        self.validated({field.name: getattr(self, field.name) for field in fields_of(type(self))})

    def to_config(self) -> dict[str, JSON]:
        """The `configuration` member, JSON only."""
        values = {field.name: getattr(self, field.name) for field in fields_of(type(self))}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if not (value is None and self.omit_none)
        }

    def to_json(self) -> dict[str, JSON]:
        """The whole extension object in its long form (digest 1.4: writers never use the short one)."""
        configuration = self.to_config()
        return {"name": self.name, "configuration": configuration} if configuration else {"name": self.name}

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash((type(self), json.dumps(self.to_json(), sort_keys=True)))

    def __repr__(self) -> str:
        members = ", ".join(f"{name}={value!r}" for name, value in self.to_config().items())
        return f"{type(self).__name__}({members})"


def fields_of(cls: type) -> tuple[dataclasses.Field[Any], ...]:
    """The dataclass fields that are configuration (`metadata={"runtime": True}` marks those that are not)."""
    if not dataclasses.is_dataclass(cls):
        return ()
    return tuple(field for field in dataclasses.fields(cls) if field.init and not field.metadata.get("runtime"))


_models: dict[type, Any] = {}


def _model_of(cls: type) -> Any:
    model = _models.get(cls)
    if model is None:
        model = _models[cls] = _make_model(cls)
    return model


def _make_model(cls: type) -> Any:
    from typing import get_type_hints

    from pydantic import ConfigDict, Field, create_model

    hints = get_type_hints(cls, include_extras=True)
    members: dict[str, Any] = {}
    for field in fields_of(cls):
        # JSON has lists only: a tuple field takes a list, everything else is strict
        is_tuple = "tuple" in str(hints[field.name])
        members[field.name] = (hints[field.name], Field(default=None, strict=False if is_tuple else None))
    return create_model(cls.__name__, __config__=ConfigDict(strict=True, arbitrary_types_allowed=True), **members)


def _names(names: Any) -> str:
    return ", ".join(repr(name) for name in sorted(names))

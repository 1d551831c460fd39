"""Every exception of the project, grouped by what a handler would do about it.

    ZarrError
    ├── NodeNotFoundError            nothing is stored there      (also FileNotFoundError, KeyError)
    │   ├── ArrayNotFoundError
    │   └── GroupNotFoundError
    ├── ContainsNodeError            something is stored there    (also FileExistsError, ValueError)
    │   ├── ContainsArrayError
    │   └── ContainsGroupError
    ├── MetadataError                a document breaks the format (also ValueError)
    ├── ChunkError                   a stored chunk is damaged    (also OSError)
    │   └── MissingChunkError        ... or missing where that is not allowed
    ├── CodecError                   what a codec knows of it; the engine makes a ChunkError from it (also ValueError)
    ├── SelectionError               a selection that does not fit (also IndexError)
    ├── ReadOnlyError                writing to what is read-only (also PermissionError, ValueError)
    ├── StoreError                   a store was asked for what it cannot do, or broke its word
    │   ├── UnsupportedByStoreError
    │   └── StoreSuspendedError
    ├── PluginError                  a name in the metadata has no usable implementation (also LookupError)
    │   ├── PluginNotInstalledError
    │   ├── PluginBrokenError
    │   └── PluginConflictError
    ├── Changed                      a value changed between two reads of one operation; retried by the engine
    ├── Truncated                    a value is shorter than what was asked of it
    └── OperationCancelledError      the operation was cancelled from outside

Facts are attributes (`.array`, `.chunk`, `.key`, `.codec`), the cause is chained, and every error pickles.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ArrayNotFoundError",
    "Changed",
    "ChunkError",
    "CodecError",
    "ContainsArrayError",
    "ContainsGroupError",
    "ContainsNodeError",
    "GroupNotFoundError",
    "MetadataError",
    "MissingChunkError",
    "NodeNotFoundError",
    "OperationCancelledError",
    "PluginBrokenError",
    "PluginConflictError",
    "PluginError",
    "PluginNotInstalledError",
    "ReadOnlyError",
    "SelectionError",
    "StoreError",
    "StoreSuspendedError",
    "Truncated",
    "UnsupportedByStoreError",
    "ZarrError",
]


class ZarrError(Exception):
    """Base of all errors that this project raises on purpose."""

    def __str__(self) -> str:  # KeyError would quote the message, OSError would look for an errno
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:  # the fields travel, whatever `__init__` takes
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(cls: type[ZarrError], args: tuple[Any, ...], fields: dict[str, Any]) -> ZarrError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


class NodeNotFoundError(ZarrError, FileNotFoundError, KeyError):
    """No node is stored at the path."""

    __str__ = ZarrError.__str__


class ArrayNotFoundError(NodeNotFoundError):
    """No array is stored at the path."""


class GroupNotFoundError(NodeNotFoundError):
    """No group is stored at the path."""


class ContainsNodeError(ZarrError, FileExistsError, ValueError):
    """A node is stored where another was to be created."""

    __str__ = ZarrError.__str__


class ContainsArrayError(ContainsNodeError):
    """An array is stored where another node was to be created."""


class ContainsGroupError(ContainsNodeError):
    """A group is stored where another node was to be created."""


class MetadataError(ZarrError, ValueError):
    """A metadata document, or a value meant for one, breaks the format.

    `.document` is its key (or "" when it is not stored), `.member` the member at fault (or "").
    """

    document: str = ""
    member: str = ""

    def __init__(self, message: str, *, document: str = "", member: str = "") -> None:
        super().__init__(message)
        self.document, self.member = document, member


class CodecError(ZarrError, ValueError):
    """A codec refuses its input. Raised by codecs with what they know; `.codec` is the codec's name.

    The message says what the codec did, and is shown after its name: "stored 5e1f02aa but computed 00c4d1f3".
    """

    codec: str = ""

    def __init__(self, message: str, *, codec: str = "") -> None:
        super().__init__(message)
        self.codec = codec

    def __str__(self) -> str:
        text, name = super().__str__(), f"codec {self.codec!r}"
        return f"{name} {text}" if self.codec and name not in text else text


class ChunkError(ZarrError, OSError):
    """A stored chunk cannot be read: never taken for fill values. `.array`, `.chunk`, `.key`, `.codec` say which."""

    array: str
    chunk: tuple[int, ...]
    key: str
    codec: str

    def __init__(
        self, message: str, *, array: str = "", chunk: tuple[int, ...] = (), key: str = "", codec: str = ""
    ) -> None:
        super().__init__(message)
        self.array, self.chunk, self.key, self.codec = array, chunk, key, codec

    __str__ = ZarrError.__str__


class MissingChunkError(ChunkError, LookupError):
    """A chunk is not stored, and the array was opened with `missing_chunk="error"`."""

    __str__ = ZarrError.__str__


class SelectionError(ZarrError, IndexError):
    """A selection does not fit the array."""


class ReadOnlyError(ZarrError, PermissionError, ValueError):
    """A write to a store, array or group that is open for reading only. Nothing was touched."""

    __str__ = ZarrError.__str__


class StoreError(ZarrError):
    """A store cannot do what was asked, or broke a promise of its contract."""


class UnsupportedByStoreError(StoreError, TypeError):
    """The store lacks the ability: it cannot list, write, ..."""


class StoreSuspendedError(StoreError, RuntimeError):
    """A store that declares `blocking = True` suspended all the same."""


class PluginError(ZarrError, LookupError):
    """A name has no usable implementation. `.kind` is what was looked for ("codec"), `.name` its name."""

    kind: str
    name: str

    def __init__(self, message: str, *, kind: str = "", name: str = "") -> None:
        super().__init__(message)
        self.kind, self.name = kind, name


class PluginNotInstalledError(PluginError):
    """No installed distribution provides the name."""


class PluginBrokenError(PluginError):
    """The distribution that provides the name fails to import, or its class was built for another contract."""


class PluginConflictError(PluginError):
    """Two distributions claim the name, and the configuration prefers neither."""


class Changed(ZarrError, RuntimeError):
    """A stored value changed between two reads of one operation. The engine starts the operation anew."""


class Truncated(ZarrError, OSError):
    """A stored value ends before the range that was asked of it."""

    __str__ = ZarrError.__str__


class OperationCancelledError(ZarrError):
    """The operation was cancelled. Nothing touches the output or the store afterwards."""


# zarr-python's names, for code that handles its errors

BaseZarrError = ZarrError
ArrayIndexError = BoundsCheckError = NegativeStepError = VindexInvalidSelectionError = SelectionError
ChunkNotFoundError = MissingChunkError
ContainsArrayAndGroupError = ContainsNodeError
DataTypeValidationError = MetadataValidationError = NodeTypeValidationError = MetadataError
PickleCodecDisabledError = UnknownCodecError = PluginError

"""What files, groups and datasets share: name, parent, file, attributes, and being usable only while open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from zarr_h5compat.attributes import AttributeManager
from zarr_h5compat.shared import Node, OpenFile, ZarrNode

if TYPE_CHECKING:
    from zarr_h5compat.file import File
    from zarr_h5compat.group import Group

__all__ = ["HLObject", "resolve"]


def resolve(base: str, name: str | bytes) -> str:
    """The path from the root for a name as h5py takes it: absolute with a leading `/`, else relative to `base`.

    Raises `TypeError` for what is no name.
    """
    if isinstance(name, bytes):
        name = name.decode()
    if not isinstance(name, str):
        raise TypeError(f"a name is str or bytes, not {type(name).__name__}")
    start = "" if name.startswith("/") else base
    return "/".join(segment for segment in f"{start}/{name}".split("/") if segment not in ("", "."))


class HLObject:
    """Base of `File`, `Group` and `Dataset`; made by those, never by callers. False once it is closed or deleted."""

    _kind = "object"

    def __init__(self, file: OpenFile, node: Node) -> None:
        self._file, self._node = file, node

    @classmethod
    def _made(cls, file: OpenFile, node: Node) -> Self:
        made = cls.__new__(cls)
        HLObject.__init__(made, file, node)
        return made

    def _live(self) -> ZarrNode:
        zarr = self._node.zarr
        if zarr is None:
            what = "is deleted" if self._file.is_open else f"of {self._file.filename!r} is closed"
            raise ValueError(f"{self._kind} '/{self._node.path}' {what}")
        return zarr

    @property
    def name(self) -> str | None:
        """The full name, `/a/b`; None once closed or deleted."""
        return None if self._node.zarr is None else "/" + self._node.path

    @property
    def file(self) -> File:
        """The file that this object is in."""
        from zarr_h5compat.file import File

        self._live()
        return File._made(self._file, self._file.root)

    @property
    def parent(self) -> Group:
        """The group that this object is in; the root group is its own parent."""
        from zarr_h5compat.group import Group

        self._live()
        node = self._file.find(self._node.path.rpartition("/")[0])
        assert node is not None
        return Group._made(self._file, node)

    @property
    def attrs(self) -> AttributeManager:
        """The attributes, a dictionary of numpy values."""
        self._live()
        return AttributeManager(self._node, self._kind)

    @property
    def id(self) -> Any:
        """Not there: h5py's low-level objects have no counterpart."""
        raise AttributeError("there are no low-level ids here: ask bool(obj) whether it is open, obj.name for its name")

    @property
    def ref(self) -> Any:
        """Refused: Zarr has no references."""
        raise TypeError("references to objects are not supported: Zarr has none; keep the name of the object instead")

    @property
    def regionref(self) -> Any:
        """Refused: Zarr has no references."""
        raise TypeError("region references are not supported: Zarr has none; keep a name and a slice instead")

    def __bool__(self) -> bool:
        return self._node.zarr is not None

    def __eq__(self, other: object) -> bool:
        """Whether both are the same object of the same open file."""
        return self._node is other._node if isinstance(other, HLObject) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._node)

    def __reduce__(self) -> tuple[Any, ...]:
        self._live()
        return _restore, (type(self), self._file, self._node.path)


def _restore(cls: type[HLObject], file: OpenFile, path: str) -> HLObject:
    node = file.find(path)
    if node is None:
        raise KeyError(f"'/{path}' is not in file {file.filename!r} any more")
    return cls._made(file, node)

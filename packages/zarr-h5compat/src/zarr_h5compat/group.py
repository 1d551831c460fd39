"""`Group`: a Zarr group by the names and habits of h5py, a dictionary of groups and datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Unpack

import numpy as np

import zarr_core
from zarr_core.errors import ContainsNodeError, NodeNotFoundError, PluginNotInstalledError
from zarr_h5compat.creation import DatasetKeywords, array_keywords
from zarr_h5compat.dataset import Dataset
from zarr_h5compat.hidden import MARK
from zarr_h5compat.node import HLObject, resolve
from zarr_h5compat.shared import Node
from zarr_h5compat.special import HardLink
from zarr_h5compat.views import ItemsView, KeysView, ValuesView

__all__ = ["Group"]

Name = str | bytes


class Group(HLObject, MutableMapping[str, Any]):
    """A group in an open file. Names are relative to it, or absolute with a leading `/`."""

    _kind = "group"

    def _live(self) -> zarr_core.Group:
        group = self._node.zarr
        return group if isinstance(group, zarr_core.Group) else super()._live()  # type: ignore[return-value]

    @property
    def zarr(self) -> zarr_core.Group:
        """Not in h5py: the group itself, for what only Zarr can do."""
        return self._live()

    def _object(self, node: Node) -> Group | Dataset:
        made = Dataset if isinstance(node.zarr, zarr_core.Array) else Group
        return made._made(self._file, node)

    def _path(self, name: Name) -> str:
        self._live()
        return resolve(self._node.path, name)

    def _new_path(self, name: Name | None) -> str:
        if name is None:
            raise TypeError("objects without a name are not supported: Zarr stores an object under its name")
        path = self._path(name)
        if not path:
            raise ValueError(f"{name!r} is not the name of a new object: the root group is there")
        return path

    def _find(self, name: Name) -> Node | None:
        path = self._path(name)
        return None if name in ("", b"") else self._file.find(path)

    # members

    def __getitem__(self, name: Name) -> Any:
        node = self._find(name)
        if node is None:
            raise NodeNotFoundError(f"{self._where} has no object {name!r}")
        return self._object(node)

    @property
    def _where(self) -> str:
        return f"group '/{self._node.path}' of {self._file.filename!r}"

    def get(self, name: Name, default: Any = None, getclass: bool = False, getlink: bool = False) -> Any:
        """The object of that name, or `default`; with `getclass` its class. `getlink`: a `HardLink`, as all are."""
        node = self._find(name)
        if node is None:
            return default
        if getlink:
            return HardLink if getclass else HardLink()
        found = self._object(node)
        return type(found) if getclass else found

    def __contains__(self, name: object) -> bool:
        if not self:
            return False
        return self._find(name) is not None  # type: ignore[arg-type]

    def _members(self) -> list[tuple[str, Group | Dataset]]:
        self._live()
        return [(name, self._object(node)) for name, node in self._file.children(self._node)]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._live()))

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def __len__(self) -> int:
        return len(self._live())

    def keys(self) -> KeysView:
        self._live()
        return KeysView(self)

    def items(self) -> ItemsView:
        self._live()
        return ItemsView(self, self._members)

    def values(self) -> ValuesView:
        self._live()
        return ValuesView(self, self._members)

    def visit(self, func: Callable[[str], Any]) -> Any:
        """Call `func` with the name of everything below, in order of names, until it returns something."""
        return self.visititems(lambda name, _: func(name))

    def visititems(self, func: Callable[[str, Any], Any]) -> Any:
        """Call `func` with name and object of everything below, in order of names, until it returns something."""
        for name, member in self._below(""):
            result = func(name, member)
            if result is not None:
                return result
        return None

    def _below(self, prefix: str) -> Iterator[tuple[str, Group | Dataset]]:
        for name, member in self._members():
            yield prefix + name, member
            if isinstance(member, Group):
                yield from member._below(f"{prefix}{name}/")

    # creation

    def create_group(self, name: Name, track_order: bool | None = None, *, track_times: bool | None = None) -> Group:
        """Create a group, and those above it. `track_*` have no effect. Raises `ValueError` if the name is taken."""
        path = self._new_path(name)
        try:
            return Group._made(self._file, self._file.created(path, self._file.group.create_group(path)))
        except ContainsNodeError:
            self._file.check_free(path)
            raise  # a dataset is above it

    def require_group(self, name: Name) -> Group:
        """The group of that name, created if it is not there. Raises `TypeError` if a dataset is."""
        found = self.get(name)
        if found is None:
            return self.create_group(name)
        if not isinstance(found, Group):
            raise TypeError(f"'{found.name}' of {self._file.filename!r} is a dataset, not a group")
        return found

    def create_dataset(
        self,
        name: Name | None,
        shape: Any = None,
        dtype: Any = None,
        data: Any = None,
        **keywords: Unpack[DatasetKeywords],
    ) -> Dataset:
        """Create a dataset from shape and dtype (default "f4"), or from data, and the groups above it.

        Raises `ValueError` if the name is taken, `TypeError` for what Zarr does not have.
        """
        path = self._new_path(name)
        group = self._file.group
        made = array_keywords(shape, dtype, data, group.zarr_format, **keywords)
        try:
            return Dataset._made(self._file, self._file.created(path, group.create_array(path, **made)))
        except ContainsNodeError:
            self._file.check_free(path)
            raise  # a dataset is above it
        except PluginNotInstalledError as error:
            if error.kind != "data type":
                raise
            raise TypeError(f"dataset '/{path}': {error}") from error

    def require_dataset(self, name: Name, shape: Any, dtype: Any, exact: bool = False, **keywords: Any) -> Dataset:
        """The dataset of that name, created if it is not there.

        One that is there must have the shape (or, if given, the maxshape), and a dtype that `dtype` can be cast to, or
        with `exact` is the same. Raises `TypeError` if it does not, or if a group is there.
        """
        found = self.get(name)
        if found is None:
            return self.create_dataset(name, shape, dtype, **keywords)
        if not isinstance(found, Dataset):
            raise TypeError(f"'{found.name}' of {self._file.filename!r} is a group, not a dataset")
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        if shape != found.shape and ("maxshape" not in keywords or keywords["maxshape"] != found.maxshape):
            raise TypeError(f"dataset '{found.name}' has shape {found.shape}, not {shape}")
        fits = found.dtype == dtype if exact else np.can_cast(dtype, found.dtype)
        if not fits:
            raise TypeError(f"dataset '{found.name}' has dtype {found.dtype}, and {np.dtype(dtype)} was asked for")
        return found

    def create_dataset_like(self, name: Name, other: Any, **keywords: Any) -> Dataset:
        """Create a dataset with the properties of another, of this module or of h5py; keywords go before those."""
        properties = (
            "shape",
            "dtype",
            "chunks",
            "compression",
            "compression_opts",
            "shuffle",
            "fletcher32",
            "fillvalue",
        )
        for property_name in properties:
            keywords.setdefault(property_name, getattr(other, property_name))
        if other.maxshape != other.shape:
            keywords.setdefault("maxshape", other.maxshape)
        if not other.shape:
            del keywords["chunks"]
        return self.create_dataset(name, **keywords)

    def create_virtual_dataset(self, name: Name, layout: Any, fillvalue: Any = None) -> Any:
        """Refused: Zarr has no virtual datasets."""
        raise TypeError(f"cannot create {name!r}: virtual datasets are not supported, Zarr has none")

    build_virtual_dataset: Any = create_virtual_dataset

    def __setitem__(self, name: Name, obj: Any) -> None:
        if isinstance(obj, HLObject):
            raise TypeError(f"cannot link {name!r} to '{obj.name}': Zarr has no links; use copy or move")
        if isinstance(obj, np.dtype):
            raise TypeError(f"cannot store dtype {obj} as {name!r}: Zarr has no named data types")
        self.create_dataset(name, data=obj)

    # changing

    def __delitem__(self, name: Name) -> None:
        path = self._new_path(name)
        if self._file.find(path) is None:
            raise NodeNotFoundError(f"{self._where} has no object {name!r} to delete")
        del self._file.group[path]
        self._file.deleted(path)

    def move(self, source: Name, dest: Name) -> None:
        """Give an object another name. Raises `KeyError` if it is not there, `ValueError` if the new name is taken."""
        old, new = self._new_path(source), self._new_path(dest)
        if old == new:
            return
        if self._file.find(old) is None:
            raise NodeNotFoundError(f"{self._where} has no object {source!r} to move")
        self._file.check_free(new)
        self._file.group.move(old, new)
        self._file.moved(old, new)

    def copy(
        self,
        source: Name | HLObject,
        dest: Name | HLObject,
        name: str | None = None,
        shallow: bool = False,
        expand_soft: bool = False,
        expand_external: bool = False,
        expand_refs: bool = False,
        without_attrs: bool = False,
    ) -> None:
        """Copy an object, given itself or by name, with all below it, as it is stored: nothing is decoded.

        `dest` is the new name, or a group (also of another file) where it gets `name`, by default the old one.
        `shallow` copies the groups in a group as empty ones. Without links, `expand_*` have nothing to do.
        """
        found = source if isinstance(source, HLObject) else self[source]
        if isinstance(dest, Group):
            group, path = dest, dest._new_path(name or str(found.name).rpartition("/")[2])
        elif isinstance(dest, HLObject):
            raise TypeError(f"'{dest.name}' is a dataset: copy to a group, or to a new name")
        else:
            group, path = self, self._new_path(dest)
        group._file.check_free(path)
        zarr_core.copy(found._live(), group._file.group, path, shallow=shallow)
        copied = group["/" + path]
        if shallow and isinstance(found, Group):
            for child_name, child in found.items():
                if isinstance(child, Group):
                    copied.create_group(child_name).zarr.update_attributes(dict(child.zarr.metadata.attributes))
        if without_attrs:
            _drop_attributes(copied)

    def __repr__(self) -> str:
        if not self:
            return "<Closed Zarr group>"
        return f'<Zarr group "{self.name}" ({len(self)} members)>'


def _drop_attributes(copied: Group | Dataset) -> None:
    kept = {name: value for name, value in copied.zarr.metadata.attributes.items() if name == MARK}
    copied.zarr.attrs.put(kept)
    if isinstance(copied, Group):
        for member in copied.values():
            _drop_attributes(member)

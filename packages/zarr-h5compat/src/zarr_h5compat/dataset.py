"""`Dataset`: a Zarr array by the names and habits of h5py."""

from __future__ import annotations

from collections.abc import Iterator
from operator import index
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

import zarr_core
from zarr_h5compat import text
from zarr_h5compat.dims import DimensionManager
from zarr_h5compat.elements import converted, fitted
from zarr_h5compat.filters import filters_of
from zarr_h5compat.hidden import hidden, hide
from zarr_h5compat.node import HLObject
from zarr_h5compat.reading import AsStrView, AsTypeView, FieldsView
from zarr_h5compat.regions import chunk_regions, row_blocks
from zarr_h5compat.selections import select, split_fields
from zarr_h5compat.special import check_string_dtype, string_dtype

__all__ = ["Dataset"]


class Dataset(HLObject):
    """An array in an open file. Made by `create_dataset`, or by indexing a file or group with a name."""

    _kind = "dataset"

    def _live(self) -> zarr_core.Array:
        array = self._node.zarr
        return array if isinstance(array, zarr_core.Array) else super()._live()  # type: ignore[return-value]

    @property
    def zarr(self) -> zarr_core.Array:
        """Not in h5py: the array itself, for what only Zarr can do."""
        return self._live()

    # what is known without reading

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension; setting it is `resize`."""
        return self._live().shape

    @shape.setter
    def shape(self, shape: tuple[int, ...]) -> None:
        self.resize(shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numpy dtype of the elements; that of `string_dtype()` for text of any length."""
        array = self._live()
        kind = text.kind_of_array(array)
        return array.dtype if kind is None else string_dtype(kind)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self._live().ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._live().size

    @property
    def nbytes(self) -> int:
        """Bytes of all elements, uncompressed."""
        return self._live().nbytes

    @property
    def maxshape(self) -> tuple[int | None, ...]:
        """How far each dimension can grow, None without limit; the shape itself if it cannot be resized."""
        array = self._live()
        limits = hidden(array).get("maxshape")
        return array.shape if limits is None else tuple(limits)

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """The chunk shape; None only for scalars, since everything else is chunked."""
        array = self._live()
        return array.chunks if array.shape else None

    @property
    def compression(self) -> str | None:
        """The name of the compression, as `create_dataset` takes it."""
        return filters_of(self._live()).compression

    @property
    def compression_opts(self) -> Any:
        """Its level or configuration."""
        return filters_of(self._live()).compression_opts

    @property
    def shuffle(self) -> bool:
        """Whether bytes are shuffled before they are compressed."""
        return filters_of(self._live()).shuffle

    @property
    def fletcher32(self) -> bool:
        """Whether chunks carry a checksum."""
        return filters_of(self._live()).fletcher32

    scaleoffset: None = None
    """There is no such filter."""
    external: None = None
    """There are no external files."""
    is_virtual: bool = False
    """There are no virtual datasets."""

    @property
    def fillvalue(self) -> Any:
        """What elements are that were never written."""
        array = self._live()
        return array.fill_value if text.kind_of_array(array) is None else text.read(array.fill_value)

    @property
    def dims(self) -> DimensionManager:
        """The dimensions: their labels and scales."""
        return DimensionManager(self)

    @property
    def is_scale(self) -> bool:
        """Whether this is a scale, made by `make_scale`."""
        return "scale" in hidden(self._live())

    def make_scale(self, name: str = "") -> None:
        """Make this a scale that `dims[i].attach_scale` takes, by this name."""
        hide(self._live(), scale=name)

    # reading

    def __getitem__(self, args: Any) -> Any:
        array = self._live()
        names, args = split_fields(args)
        if names:
            return self.fields(names[0] if len(names) == 1 else names)[args]
        values = select(args, array.shape).read(array)
        if array.dtype.kind in "TO":
            values = text.read(values)
        if array.shape or (type(args) is tuple and not args):
            return values
        # a scalar dataset by [...]: an array without dimensions
        return np.array(values, dtype=object if array.dtype.kind in "TO" else array.dtype)

    def read_direct(self, dest: NDArray[Any], source_sel: Any = None, dest_sel: Any = None) -> None:
        """Read `source_sel` into the part `dest_sel` of `dest` (selections by `numpy.s_`; default: all of it)."""
        array = self._live()
        selected = select(() if source_sel is None else source_sel, array.shape)
        where = ... if dest_sel is None else dest_sel
        target = dest[where]
        if text.kind_of_array(array) is not None:
            dest[where] = self[() if source_sel is None else source_sel]
            return
        if target.dtype == array.dtype and target.shape == selected.shape and np.may_share_memory(target, dest):
            selected.read(array, out=target)
            return
        values = converted(np.asarray(selected.read(array)), dest.dtype)
        dest[where] = fitted(values, target.shape)

    def astype(self, dtype: DTypeLike) -> AsTypeView:
        """A view that reads in another dtype: `dataset.astype("f8")[:10]`."""
        return AsTypeView(self, np.dtype(dtype))

    def asstr(self, encoding: str = "utf-8", errors: str = "strict") -> AsStrView:
        """A view that reads text as str: `dataset.asstr()[:]`. Raises `TypeError` for a dataset of something else."""
        if check_string_dtype(self.dtype) is None:
            raise TypeError(f"asstr() is for datasets of text, and '{self.name}' has dtype {self.dtype}")
        return AsStrView(self, encoding, errors)

    def fields(self, names: str | list[str]) -> FieldsView:
        """A view that reads one field of records, or some: `dataset.fields(["x", "y"])[:10]`. Raises `ValueError`."""
        return FieldsView(self, names if isinstance(names, str) else list(names))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError(f"dataset '{self.name}' is not in memory: it cannot become an array without a copy")
        values = np.asarray(self[()])
        return values if dtype is None or values.dtype == object else converted(values, np.dtype(dtype))

    def len(self) -> int:
        """Length of the first dimension."""
        shape = self._live().shape
        if not shape:
            raise TypeError(f"scalar dataset '{self.name}' has no len()")
        return shape[0]

    __len__ = len

    def __iter__(self) -> Iterator[Any]:
        array = self._live()
        if not array.shape:
            raise TypeError(f"scalar dataset '{self.name}' cannot be iterated over")
        return (row for rows in row_blocks(array) for row in self[rows])

    def iter_chunks(self, sel: Any = None) -> Iterator[tuple[slice, ...]]:
        """The region of each chunk, or its part in the region `sel`, in C order."""
        array = self._live()
        if not array.shape:
            raise TypeError(f"scalar dataset '{self.name}' has no chunks")
        return chunk_regions(array.shape, array.chunks, sel)

    # writing

    def __setitem__(self, args: Any, value: ArrayLike) -> None:
        array = self._live()
        names, args = split_fields(args)
        selected = select(args, array.shape)
        values = self._with_fields(names, args, value) if names else elements_of(value, array)
        selected.write(array, fitted(values, selected.shape))

    def _with_fields(self, names: list[str], args: Any, value: Any) -> NDArray[Any]:
        """The records that are stored, with some fields replaced: by records that have them, or one by plain values."""
        part = self.fields(names).dtype
        records = np.array(self[args])
        given = np.asarray(value)
        if given.dtype.names is None and len(names) == 1:
            records[names[0]] = fitted(np.asarray(value, dtype=part[names[0]]), records.shape)
            return records
        given = fitted(converted(np.asarray(value, dtype=None if given.dtype.names else part), part), records.shape)
        for name in names:
            records[name] = given[name]
        return records

    def write_direct(self, source: NDArray[Any], source_sel: Any = None, dest_sel: Any = None) -> None:
        """Write the part `source_sel` of an array to `dest_sel` (selections by `numpy.s_`; default: all of it)."""
        self[() if dest_sel is None else dest_sel] = source[... if source_sel is None else source_sel]

    def resize(self, size: Any, axis: int | None = None) -> None:
        """Change the shape, or the length along `axis`, up to `maxshape`. What is cut off is gone.

        Raises `TypeError` for a dataset that was made without `maxshape`, `ValueError` beyond it.
        """
        array = self._live()
        limits = hidden(array).get("maxshape")
        if limits is None:
            raise TypeError(f"dataset '{self.name}' was created without maxshape and cannot be resized")
        shape = _new_shape(array.shape, size, axis)
        if any(limit is not None and length > limit for length, limit in zip(shape, limits, strict=True)):
            raise ValueError(f"dataset '{self.name}' cannot be resized to {shape}: its maxshape is {tuple(limits)}")
        array.resize(shape)

    def refresh(self) -> None:
        """Look at what is stored now, if others have resized it or changed attributes."""
        found = self._file.group.get(self._node.path)
        if not isinstance(found, zarr_core.Array):
            self._file.deleted(self._node.path)
            self._live()
        self._node.zarr = found

    def flush(self) -> None:
        """Nothing to do: what is written is stored at once."""
        self._live()

    def __repr__(self) -> str:
        if not self:
            return "<Closed Zarr dataset>"
        basename = self._node.path.rpartition("/")[2]
        return f'<Zarr dataset "{basename}": shape {self.shape}, type "{self.dtype.str}">'


def _new_shape(shape: tuple[int, ...], size: Any, axis: int | None) -> tuple[int, ...]:
    if axis is not None:
        if not 0 <= axis < len(shape):
            raise ValueError(f"axis must be from 0 to {len(shape) - 1}, not {axis}")
        if not hasattr(size, "__index__"):
            raise TypeError(f"with axis={axis}, size is the one new length, not {size!r}")
        return (*shape[:axis], index(size), *shape[axis + 1 :])
    new = tuple(index(length) for length in size)
    if len(new) != len(shape):
        raise TypeError(f"the new shape {new} must have {len(shape)} dimensions, as {shape} has")
    return new


def elements_of(value: Any, array: zarr_core.Array) -> NDArray[Any]:
    """What a caller assigns, as elements of the array. A list is given no dtype of its own in between."""
    kind = text.kind_of_array(array)
    if kind is not None:
        return text.texts(value, kind)
    if array.dtype.kind == "S":
        return text.octets(value, array.dtype)
    return converted(value if isinstance(value, np.ndarray) else np.asarray(value, dtype=array.dtype), array.dtype)

"""Views of a dataset that read it in another way: another dtype, text as str, some fields of records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zarr_h5compat.elements import converted
from zarr_h5compat.text import read, texts

if TYPE_CHECKING:
    from zarr_h5compat.dataset import Dataset

__all__ = ["AsStrView", "AsTypeView", "FieldsView"]


class _View(ABC):
    """A dataset seen in another dtype; nothing is read before it is indexed."""

    def __init__(self, dataset: Dataset, dtype: np.dtype[Any]) -> None:
        self._dataset, self.dtype = dataset, dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return self._dataset.shape

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self._dataset.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._dataset.size

    def __len__(self) -> int:
        return self._dataset.len()

    def __getitem__(self, args: Any) -> Any:
        values = self._dataset[args]
        if isinstance(values, np.ndarray):
            return self._seen(values)
        return self._seen(np.array(values, dtype=object if type(values) is bytes else None))[()]

    @abstractmethod
    def _seen(self, values: NDArray[Any]) -> NDArray[Any]:
        """What was read, as it is seen."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError(f"dataset '{self._dataset.name}' is not in memory: it cannot be an array without a copy")
        return np.asarray(self[()], dtype=self.dtype if dtype is None else dtype)

    def __repr__(self) -> str:
        return f"<{self._dataset!r} seen as {self.dtype}>"


class AsTypeView(_View):
    """Elements converted to a dtype."""

    def _seen(self, values: NDArray[Any]) -> NDArray[Any]:
        if self._dataset.dtype.kind in "OS" and self.dtype.kind in "TUO":
            return (texts(values, "utf-8") if self.dtype.kind != "O" else values).astype(self.dtype)
        return converted(values, self.dtype)


class AsStrView(_View):
    """Text as str."""

    def __init__(self, dataset: Dataset, encoding: str, errors: str) -> None:
        super().__init__(dataset, np.dtype(object))
        self._encoding, self._errors = encoding, errors

    def _seen(self, values: NDArray[Any]) -> NDArray[Any]:
        made = np.empty(values.shape, object)
        for index, item in np.ndenumerate(read(values)):
            made[index] = item.decode(self._encoding, self._errors)
        return made


class FieldsView(_View):
    """Some fields of records: of one by its name, the elements themselves; of a list of names, smaller records."""

    def __init__(self, dataset: Dataset, names: str | list[str]) -> None:
        whole = dataset.dtype
        for name in [names] if isinstance(names, str) else names:
            if whole.names is None or name not in whole.names:
                raise ValueError(f"dataset '{dataset.name}' has no field {name!r}: its dtype is {whole}")
        self._names = names
        part = whole[names] if isinstance(names, str) else np.dtype([(name, whole[name]) for name in names])
        super().__init__(dataset, part)

    def _seen(self, values: NDArray[Any]) -> NDArray[Any]:
        return values[self._names].astype(self.dtype)

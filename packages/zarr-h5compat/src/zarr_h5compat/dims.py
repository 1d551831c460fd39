"""`dims`: labels and scales of the dimensions of a dataset.

A label is the dimension name in the array's metadata. The core cannot change that once the array exists, so a label
that is set later is kept in the hidden attribute, over the name. Scales are kept there too, by their full names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from zarr_h5compat.hidden import hidden, hide

if TYPE_CHECKING:
    from zarr_h5compat.dataset import Dataset

__all__ = ["DimensionManager", "DimensionProxy"]


class DimensionManager:
    """The dimensions of a dataset, by position."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    def __len__(self) -> int:
        return self._dataset.ndim

    def __getitem__(self, axis: int) -> DimensionProxy:
        if not -len(self) <= axis < len(self):
            raise IndexError(f"dataset '{self._dataset.name}' has {len(self)} dimensions: {axis} is out of range")
        return DimensionProxy(self._dataset, axis % len(self))

    def __iter__(self) -> Iterator[DimensionProxy]:
        return (self[axis] for axis in range(len(self)))

    def __repr__(self) -> str:
        if not self._dataset:
            return "<Dimensions of closed Zarr dataset>"
        labels = ", ".join(repr(dimension.label) for dimension in self)
        return f"<Dimensions of Zarr dataset '{self._dataset.name}': {labels}>"


class DimensionProxy:
    """One dimension: its label, and the scales that are attached to it, by position or name."""

    def __init__(self, dataset: Dataset, axis: int) -> None:
        self._dataset, self._axis = dataset, axis

    @property
    def label(self) -> str:
        """The name of the dimension, "" if it has none."""
        return _labels(self._dataset)[self._axis]

    @label.setter
    def label(self, label: str) -> None:
        labels = _labels(self._dataset)
        labels[self._axis] = label
        hide(self._dataset.zarr, labels=labels)

    def attach_scale(self, scale: Dataset) -> None:
        """Attach a scale; a dataset that is none becomes one."""
        if not scale.is_scale:
            scale.make_scale()
        attached = _scales(self._dataset)
        if scale.name not in attached[self._axis]:
            attached[self._axis].append(str(scale.name))
            hide(self._dataset.zarr, scales=attached)

    def detach_scale(self, scale: Dataset) -> None:
        """Remove a scale. Raises `ValueError` if it is not attached."""
        attached = _scales(self._dataset)
        if scale.name not in attached[self._axis]:
            raise ValueError(f"'{scale.name}' is no scale of dimension {self._axis} of '{self._dataset.name}'")
        attached[self._axis].remove(str(scale.name))
        hide(self._dataset.zarr, scales=attached)

    def items(self) -> list[tuple[str, Dataset]]:
        """Names and datasets of the scales. Raises `KeyError` if one was moved or deleted."""
        names = _scales(self._dataset)[self._axis]
        scales: list[Any] = [self._dataset.file[name] for name in names]
        return [(hidden(scale.zarr).get("scale", ""), scale) for scale in scales]

    def keys(self) -> list[str]:
        """Names of the scales."""
        return [name for name, _ in self.items()]

    def values(self) -> list[Dataset]:
        """Datasets of the scales."""
        return [scale for _, scale in self.items()]

    def __len__(self) -> int:
        return len(_scales(self._dataset)[self._axis])

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __getitem__(self, item: int | str) -> Dataset:
        if isinstance(item, int):
            return self.values()[item]
        for name, scale in self.items():
            if name == item:
                return scale
        raise KeyError(f"dimension {self._axis} of '{self._dataset.name}' has no scale {item!r}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DimensionProxy):
            return NotImplemented
        return (self._dataset, self._axis) == (other._dataset, other._axis)

    def __hash__(self) -> int:
        return hash((self._dataset, self._axis))

    def __repr__(self) -> str:
        if not self._dataset:
            return "<Dimension of closed Zarr dataset>"
        return f"<'{self.label}' dimension {self._axis} of Zarr dataset '{self._dataset.name}'>"


def _labels(dataset: Dataset) -> list[str]:
    array = dataset.zarr
    labels = hidden(array).get("labels")
    return list(labels) if labels else [name or "" for name in array.dimension_names or (None,) * array.ndim]


def _scales(dataset: Dataset) -> list[list[str]]:
    array = dataset.zarr
    return [list(names) for names in hidden(array).get("scales") or [[] for _ in array.shape]]

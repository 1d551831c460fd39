"""Copy a real HDF5 file into a Zarr hierarchy. Needs h5py; holds one chunk in memory at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from zarr_core.errors import MetadataError
from zarr_h5compat.dataset import Dataset
from zarr_h5compat.file import File
from zarr_h5compat.group import Group
from zarr_h5compat.opening import Mode
from zarr_h5compat.regions import chunk_regions
from zarr_h5compat.special import Empty

__all__ = ["convert"]

SCALE_ATTRIBUTES = frozenset({"CLASS", "NAME", "DIMENSION_LABELS", "DIMENSION_LIST", "REFERENCE_LIST"})
"""How HDF5 keeps dimension scales; they become `dims`."""


def convert(source: Any, target: Any, mode: Mode = "w-") -> list[str]:
    """Copy the HDF5 file `source` to `target`, a path, URL or store that `File` opens with `mode`.

    Groups, datasets with their chunks, compression, limits, labels and scales, and attributes. Each thing that Zarr
    does not have (links, references, records, text in datasets) is left out with a warning; all of them are returned.
    Raises `ModuleNotFoundError` without h5py.
    """
    try:
        import h5py
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("reading HDF5 needs h5py: pip install 'zarr-h5compat[h5py]'", name="h5py") from error
    left_out: list[str] = []
    with h5py.File(source, "r") as old, File(target, mode) as new:
        scales: list[tuple[Any, Dataset]] = []
        for what in _copy_group(h5py, old, new, {}, scales):
            left_out.append(what)
            warnings.warn(f"not converted: {what}", stacklevel=2)
        for old_dataset, dataset in scales:
            _copy_dimensions(old_dataset, dataset)
    return left_out


def _copy_group(h5py: Any, old: Any, new: Group, seen: dict[Any, str], scales: list[Any]) -> Iterator[str]:
    """Copy what is in a group; yields what is left out, and why."""
    seen[_address(h5py, old)] = old.name
    yield from _copy_attributes(h5py, old, new)
    for name in old:
        link = old.get(name, getlink=True)
        full = f"{old.name.rstrip('/')}/{name}"
        if not isinstance(link, h5py.HardLink):
            yield f"{full}: a link to {link.path!r}, and Zarr has no links"
            continue
        member = old[name]
        first = seen.setdefault(_address(h5py, member), full)
        if first != full:
            yield f"{full}: another name of {first}, and Zarr has no links"
        elif isinstance(member, h5py.Group):
            yield from _copy_group(h5py, member, new.create_group(name), seen, scales)
        elif isinstance(member, h5py.Dataset):
            try:
                dataset = _copy_dataset(member, new, name)
            except (TypeError, MetadataError) as error:
                yield f"{full}: {error}"
                continue
            if h5py.check_enum_dtype(member.dtype):
                yield f"{full}: the names of its values {h5py.check_enum_dtype(member.dtype)}, which are integers now"
            scales.append((member, dataset))
            yield from _copy_attributes(h5py, member, dataset)
        else:
            yield f"{full}: a named data type, and Zarr has none"


def _address(h5py: Any, member: Any) -> Any:
    info = h5py.h5o.get_info(member.id)
    return info.fileno, info.addr


def _copy_dataset(old: Any, new: Group, name: str) -> Dataset:
    if old.shape is None:
        raise TypeError("an empty dataset, and Zarr arrays have a shape")
    keywords: dict[str, Any] = {"compression": old.compression, "compression_opts": old.compression_opts}
    if old.compression not in (None, "gzip", "lzf"):
        keywords = {"compression": "zstd"}
    if old.shape:
        keywords |= {"chunks": old.chunks, "shuffle": old.shuffle, "fletcher32": old.fletcher32}
        labels = [dimension.label or None for dimension in old.dims]
        keywords["dimension_names"] = labels if any(labels) else None
    if old.maxshape != old.shape:
        keywords["maxshape"] = old.maxshape
    dataset = new.create_dataset(name, old.shape, old.dtype, fillvalue=old.fillvalue, **keywords)
    for region in chunk_regions(dataset.shape, dataset.zarr.write_chunk_shape) if dataset.shape else [()]:
        dataset[region] = old[region]
    return dataset


def _copy_attributes(h5py: Any, old: Any, new: Group | Dataset) -> Iterator[str]:
    for name in old.attrs:
        if name in SCALE_ATTRIBUTES:
            continue
        try:
            value = old.attrs[name]
            new.attrs[name] = Empty(value.dtype) if isinstance(value, h5py.Empty) else value
        except TypeError as error:
            yield f"attribute {name!r} of {old.name}: {error}"


def _copy_dimensions(old: Any, new: Dataset) -> None:
    """Make it a scale if it is one, and attach its scales, which are all there by now."""
    if old.is_scale:
        new.make_scale(old.attrs["NAME"].decode() if "NAME" in old.attrs else "")
    for dimension, copied in zip(old.dims, new.dims, strict=True):
        for scale in dimension.values():
            if scale.name in new.file:
                copied.attach_scale(new.file[scale.name])

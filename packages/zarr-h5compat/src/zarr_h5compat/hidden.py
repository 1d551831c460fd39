"""What h5py keeps of an object and Zarr has no member for: kept in one attribute, which `attrs` does not show.

    "zarr_h5compat": {"maxshape": [null, 10], "labels": ["time", ""], "scale": "x", "scales": [["/x"], []]}

Only what is needed is written: most objects have no such attribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zarr_core.abc.data_type import JSON
from zarr_h5compat.shared import ZarrNode

__all__ = ["MARK", "hidden", "hide"]

MARK = "zarr_h5compat"
"""The name of the attribute, and the mark of attribute values that plain JSON cannot hold."""


def hidden(zarr: ZarrNode) -> Mapping[str, JSON]:
    """The members that are kept; empty if there is none."""
    found = zarr.metadata.attributes.get(MARK, {})
    return found if isinstance(found, dict) else {}


def hide(zarr: ZarrNode, **members: Any) -> None:
    """Keep these members beside what is kept already."""
    zarr.update_attributes({MARK: {**hidden(zarr), **members}})

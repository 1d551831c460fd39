"""From selections to parts of chunks. Numbers only: no store, codec or array is known here."""

from __future__ import annotations

from typing import TypeAlias

from zarr_core.indexing.points import PointSelection
from zarr_core.indexing.selection import Selection

__all__ = ["AnySelection"]

AnySelection: TypeAlias = Selection | PointSelection

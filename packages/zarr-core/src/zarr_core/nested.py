"""What a codec needs that holds a codec chain and a grid of its own, as sharding does. Public, for such plugins.

`CodecChain(codecs, spec).bind(shape)` is itself a bound array-to-bytes codec; `parse_codecs` and `codecs_to_json`
are the configuration; `pieces`, `parts` and `boxes` cut a part of a chunk at inner borders.
"""

from __future__ import annotations

from zarr_core.chunk_grids.regular import RegularDimension
from zarr_core.engine.chain import BoundChain, CodecChain
from zarr_core.indexing.plan import Box, ChunkPart, Picked, boxes, parts, pieces
from zarr_core.indexing.points import point_groups
from zarr_core.metadata.chain import check_chain, codecs_to_json, complete_chain, parse_codecs

__all__ = [
    "BoundChain",
    "Box",
    "ChunkPart",
    "CodecChain",
    "Picked",
    "RegularDimension",
    "boxes",
    "check_chain",
    "codecs_to_json",
    "complete_chain",
    "parse_codecs",
    "parts",
    "pieces",
    "point_groups",
]

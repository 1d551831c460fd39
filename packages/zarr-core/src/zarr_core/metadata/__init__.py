"""Metadata: the documents of nodes, and one view of them whatever the format (design: metadata)."""

from zarr_core.metadata.chain import (
    check_chain,
    chunk_specs,
    codecs_to_json,
    complete_chain,
    parse_codecs,
    resolve_chain,
)
from zarr_core.metadata.create import create_array_metadata, create_group_metadata
from zarr_core.metadata.node import consolidate, parse_node
from zarr_core.metadata.paths import DOCUMENTS, check_new_name, document_key, normalize_path
from zarr_core.metadata.v2 import V2ArrayMetadata, V2GroupMetadata, parse_zmetadata
from zarr_core.metadata.v3 import V3ArrayMetadata, V3GroupMetadata

__all__ = [
    "DOCUMENTS",
    "V2ArrayMetadata",
    "V2GroupMetadata",
    "V3ArrayMetadata",
    "V3GroupMetadata",
    "check_chain",
    "check_new_name",
    "chunk_specs",
    "codecs_to_json",
    "complete_chain",
    "consolidate",
    "create_array_metadata",
    "create_group_metadata",
    "document_key",
    "normalize_path",
    "parse_codecs",
    "parse_node",
    "parse_zmetadata",
    "resolve_chain",
]

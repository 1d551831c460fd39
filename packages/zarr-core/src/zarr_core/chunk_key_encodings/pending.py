"""What key encodings share that are proposed and not registered: they are used only where the configuration says so.

Their names may come to mean something else, or never be registered at all (digest 3.12).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.abc.data_type import JSON
from zarr_core.config import current_config
from zarr_core.errors import MetadataError

__all__ = ["PendingChunkKeyEncoding"]


class PendingChunkKeyEncoding(ChunkKeyEncoding):
    """An encoding that metadata may name while `plugins.pending` is set, for reading and writing alike."""

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> Self:
        """Raises `MetadataError` without the opt-in, too."""
        if not current_config().plugins.pending:
            raise MetadataError(
                f"chunk key encoding {cls.name!r} is proposed and not registered: set the configuration's "
                "plugins.pending to True to use it"
            )
        return super().from_config(configuration)

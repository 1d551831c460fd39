"""The `bytes` codec; and the codec classes of all installed distributions by name: `zarr_core.codecs.ZstdCodec`."""

from __future__ import annotations

from typing import Any

from zarr_core.plugins import class_by_name, codecs


def __getattr__(name: str) -> Any:
    return class_by_name(codecs, name)

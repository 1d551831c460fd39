"""Bytes in JSON: base64 of the standard alphabet, or a list of integers (digest 3.4, 4.4). Knows no data type."""

from __future__ import annotations

import base64
import binascii
from typing import Any

__all__ = ["bytes_from_base64", "bytes_from_list", "bytes_to_base64"]


def bytes_from_base64(value: str) -> bytes | None:
    """The bytes of padded base64; None if it is not that."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def bytes_to_base64(content: bytes) -> str:
    """Padded base64 of the standard alphabet."""
    return base64.b64encode(content).decode("ascii")


def bytes_from_list(values: list[Any]) -> bytes | None:
    """The bytes that a list of integers from 0 to 255 stands for; None if it is not one."""
    if all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 255 for v in values):
        return bytes(values)
    return None

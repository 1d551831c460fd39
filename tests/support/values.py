"""Data types, fill values and values for tests of any implementation: all bits, not only ordinary numbers.

Knows numpy only. `CORE` are the data types of the format (v3 core 1.7) by their names there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

__all__ = ["CORE", "RAW", "bits", "fills", "same", "values"]

CORE: dict[str, np.dtype[Any]] = {
    name: np.dtype(name)
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
}
RAW: dict[str, np.dtype[Any]] = {"r8": np.dtype("V1"), "r16": np.dtype("V2"), "r24": np.dtype("V3")}

_PAYLOADS = {  # NaNs that are not the canonical one (digest statement 63): one bit more, and the sign
    "float16": (0x7E01, 0xFE00),
    "float32": (0x7FC00001, 0xFFC00000),
    "float64": (0x7FF8000000000001, 0xFFF8000000000000),
}


def bits(a: Any) -> NDArray[np.uint8]:
    """The memory of an array, so that NaNs and signs of zero count."""
    a = np.ascontiguousarray(a)
    return a.reshape(-1).view(np.uint8) if a.size else np.empty(0, np.uint8)


def same(actual: Any, expected: Any) -> None:
    """Assert that both are equal in shape, data type and every bit."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    if actual.tobytes() != expected.tobytes():
        np.testing.assert_array_equal(actual, expected)
        raise AssertionError(f"equal numbers, other bits: {actual!r} and {expected!r}")


def fills(dtype: np.dtype[Any], zarr_format: int = 3) -> list[Any]:
    """Fill values worth a try; format 2 has no form for NaNs that are not the canonical one."""
    if dtype.kind == "b":
        return [np.bool_(False), np.bool_(True)]
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return [dtype.type(0), dtype.type(7), dtype.type(limits.min), dtype.type(limits.max)]
    if dtype.kind == "V":
        contents = bytes(dtype.itemsize), bytes(range(1, dtype.itemsize + 1))
        return [np.frombuffer(content, dtype).reshape(()) for content in contents]
    if dtype.kind == "c":
        part = np.dtype(f"f{dtype.itemsize // 2}")
        pairs = [(1.5, -0.0), (np.nan, -np.inf), (0.0, 0.0)]
        return [np.array(pair, part).view(dtype).reshape(()) for pair in pairs]
    plain = [dtype.type(x) for x in (0.0, -0.0, 1.5, np.nan, np.inf, -np.inf)]
    payloads = _PAYLOADS[dtype.name] if zarr_format == 3 else ()
    return [*plain, *(np.array(payload, f"u{dtype.itemsize}").view(dtype) for payload in payloads)]


def values(draw: Any, shape: tuple[int, ...], dtype: np.dtype[Any], fill: Any) -> NDArray[Any]:
    """An array: all fill, random bits, or both mixed."""
    found = np.full(shape, fill, dtype)
    kind = draw(st.sampled_from(["bits", "mixed", "fill"]))
    if kind == "fill":
        return found
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    content = random.integers(0, 2 if dtype.kind == "b" else 256, found.size * dtype.itemsize, np.uint8)
    where = random.random(shape) < (1.0 if kind == "bits" else 0.5)
    found[where] = content.view(dtype).reshape(shape)[where]
    return found

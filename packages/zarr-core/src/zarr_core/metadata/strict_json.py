"""JSON text of metadata documents: read leniently, written strictly (digest 1.3, 6.2). Knows no member's meaning.

Everything that the `json` module can raise becomes a `MetadataError` that names the document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from reprlib import Repr
from typing import Any, NoReturn

import numpy as np

from zarr_core.abc.data_type import JSON
from zarr_core.abc.store import Buffer
from zarr_core.errors import MetadataError

__all__ = ["LIMIT", "canonical", "clean", "copy", "fail", "read", "short", "write"]

LIMIT = 1 << 28
"""Bytes of the longest document that is read: a backstop far above what consolidated metadata needs."""

_repr = Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = 80
_repr.maxlist = _repr.maxtuple = _repr.maxdict = 8


def fail(key: str, member: str, message: str, cause: BaseException | None = None) -> NoReturn:
    """Raise the `MetadataError` of a document; `key` is "" for one that is not stored yet."""
    raise MetadataError(f"{key!r}: {message}" if key else message, document=key, member=member) from cause


def short(value: object) -> str:
    """A value for an error message: one line, whatever its size and depth."""
    try:
        return _repr.repr(value)
    except (ValueError, RecursionError):  # integers with thousands of digits
        return f"this {type(value).__name__}"


def read(document: Buffer, key: str) -> dict[str, JSON]:
    """The object that a document holds. Bare `NaN` and `Infinity` are accepted, though never written."""
    if memoryview(document).nbytes > LIMIT:
        fail(key, "", f"is longer than {LIMIT} bytes, which no metadata document is")
    try:
        value = json.loads(str(document, "utf-8"))
    except UnicodeDecodeError as error:
        fail(key, "", f"is not UTF-8 text (byte {error.start})", error)
    except ValueError as error:  # syntax, and integers of more digits than Python converts
        fail(key, "", f"is not JSON: {str(error)[:1].lower()}{str(error)[1:]}", error)
    except RecursionError as error:
        fail(key, "", "is nested too deeply", error)
    if not isinstance(value, dict):
        fail(key, "", f"must hold a JSON object, not {short(value)}")
    return value


def write(document: Mapping[str, JSON], key: str) -> bytes:
    """Strict JSON, UTF-8, indented by 2. Raises `MetadataError` saying where, if the document holds a NaN."""
    try:
        return json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False).encode()
    except RecursionError as error:
        fail(key, "", "is nested too deeply to be written", error)
    except ValueError as error:
        clean(document, key)  # finds the place and raises
        fail(key, "", f"cannot be written as JSON: {error}", error)


def copy(value: JSON) -> JSON:
    """A deep copy of parsed JSON."""
    return json.loads(_text(value))


def canonical(value: JSON) -> str:
    """Text that is equal exactly for equal JSON: tells 1, 1.0, true, 0.0, -0.0 and NaN apart."""
    return _text(value, sort_keys=True)


def _text(value: JSON, sort_keys: bool = False) -> str:
    try:
        return json.dumps(value, sort_keys=sort_keys)
    except RecursionError as error:
        fail("", "", "metadata is nested too deeply for this", error)


def clean(value: object, key: str = "", where: str = "") -> JSON:
    """What a caller gave, as a new value that strict JSON holds and gives back.

    Tuples become lists, numpy scalars Python's. Raises `MetadataError` naming the place (`attributes.a[3]`) of
    NaN, infinities, keys that are not strings, and anything else that JSON does not have.
    """
    try:
        return _clean(value, key, where)
    except RecursionError as error:
        fail(key, where, f"{where or 'the document'} is nested too deeply, or contains itself", error)


def _clean(value: Any, key: str, where: str) -> JSON:
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        if not value.isascii() and value.encode("utf-8", "ignore").decode() != value:
            fail(key, where, f"{where} is {short(value)}, which UTF-8 cannot hold: it has a lone surrogate")
        return str(value)
    if isinstance(value, int):
        return int(value) if value.bit_length() < 14_000 else fail(key, where, f"{where} has thousands of digits")
    if isinstance(value, float):
        if value - value != 0:  # NaN and the infinities
            fail(key, where, f"{where} is {value}, which JSON cannot hold: store it as text, or leave it out")
        return float(value)
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                fail(key, where, f"{where or 'the document'} has the key {short(name)}: JSON keys are strings")
        prefix = where + "." if where else ""
        return {_clean(name, key, where): _clean(item, key, prefix + name) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item, key, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, np.generic) and not isinstance(item := value.item(), np.generic):
        return _clean(item, key, where)
    hint = ": use its tolist()" if isinstance(value, np.ndarray) else ""
    fail(key, where, f"{where or 'the document'} is a {type(value).__name__}, which JSON cannot hold{hint}")

"""What the suites of all configured plugins share: JSON, equality, pickling, threads."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from zarr_core.abc.data_type import JSON
from zarr_core.abc.extension import Extension
from zarr_core.errors import MetadataError

__all__ = ["check_extension", "check_value_object", "in_threads", "through_json"]

T = TypeVar("T")


def check_extension(extension: Extension) -> None:
    """Name, configuration and what a value object must be."""
    kind = type(extension)
    assert kind.contract == 1, "built for another major version of the contracts"
    written = through_json(extension.to_json())
    assert written["name"] == extension.name
    assert written.keys() <= {"name", "configuration"}, "nothing else may stand in an extension object (digest 1.4)"
    configuration = written.get("configuration", {})
    assert kind.from_config(configuration) == extension, "the configuration written gives another object when read"
    with pytest.raises(MetadataError):
        kind.from_config({**configuration, "no such member": 1})
    check_value_object(extension)


def check_value_object(value: Any) -> None:
    """Comparable, hashable, picklable, printable."""
    twin = pickle.loads(pickle.dumps(value))
    assert twin == value
    assert hash(twin) == hash(value), "equal objects have equal hashes"
    assert value != object()
    assert repr(value)
    assert repr(twin) == repr(value)


def through_json(value: JSON) -> Any:
    """The value as it comes back from a stored document: strict JSON."""
    return json.loads(json.dumps(value, allow_nan=False))


def in_threads(function: Callable[[], T], times: int = 32) -> list[T]:
    """What the function gives when eight threads call it at the same time."""
    with ThreadPoolExecutor(8) as pool:
        return [future.result() for future in [pool.submit(function) for _ in range(times)]]

"""What installed distributions declare in the entry point groups `zarr_core` and `zarr_core.*`.

One scan of the import path per process, when a name is first looked for; it imports none of what is declared.
Knows neither kinds nor configuration: what to make of two declarations of one name is the registry's business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

__all__ = ["Declaration", "declarations", "forget", "normalized"]


class Declaration:
    """One entry point line: `name = value`, from a distribution. What loading gave is kept, be it an exception."""

    __slots__ = ("_found", "_loaded", "distribution", "error", "name", "value")

    def __init__(self, name: str, value: str, found: Any) -> None:
        self.name = name
        self.value = value
        self.distribution = str(found.metadata["Name"])
        self.error: Exception | None = None
        """Why it is broken, if loading it failed."""
        self._found = found
        self._loaded: Any = None

    @property
    def version(self) -> str:
        return str(self._found.version)

    @property
    def source(self) -> str:
        """The distribution and its version, for messages."""
        return f"{self.distribution} {self.version}"

    @property
    def loaded(self) -> bool:
        return self._loaded is not None

    @property
    def attribute(self) -> str:
        """What is named within the module: `ZstdCodec` of `zarr_codecs.zstd:ZstdCodec`."""
        return self.value.partition("[")[0].partition(":")[2].strip()

    def load(self) -> Any:
        """The object; the module is imported the first time. A failure is kept and raised again, not retried."""
        if self.error is not None:
            raise self.error
        if self._loaded is None:
            from importlib import import_module

            try:
                loaded: Any = import_module(self.value.partition("[")[0].partition(":")[0].strip())
                for step in filter(None, self.attribute.split(".")):
                    loaded = getattr(loaded, step)
            except Exception as error:
                self.error = error
                raise
            self._loaded = loaded
        return self._loaded


def declarations(group: str) -> Mapping[str, tuple[Declaration, ...]]:
    """The group's names; several declarations of one name come from different distributions."""
    return _scan().get(group, {})


def forget() -> None:
    """Scan anew when next asked: something was installed since."""
    import importlib

    importlib.invalidate_caches()
    _scan.cache_clear()


def normalized(distribution: str) -> str:
    """The name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


@cache
def _scan() -> dict[str, dict[str, tuple[Declaration, ...]]]:
    from importlib_metadata import distribution, distributions

    # Reading the text of every file and parsing those few that mention us is twice as fast as `entry_points()`.
    names = {
        found.metadata["Name"]: None
        for found in distributions()
        if "zarr_core" in (found.read_text("entry_points.txt") or "")
    }
    index: dict[str, dict[str, tuple[Declaration, ...]]] = {}
    seen: set[tuple[str, str, str]] = set()
    for name in names:
        found = distribution(name)  # the first of that name on the path: the one that an import would find
        for point in found.entry_points:
            # a distribution that is listed twice (editable and not, a path twice) does not disagree with itself
            line = (normalized(name), point.group, point.name)
            if line not in seen and (point.group + ".").startswith("zarr_core."):
                seen.add(line)
                group = index.setdefault(point.group, {})
                group[point.name] = (*group.get(point.name, ()), Declaration(point.name, point.value, found))
    return index

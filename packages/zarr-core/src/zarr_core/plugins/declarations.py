"""What installed distributions declare in the entry point groups `zarr_core` and `zarr_core.*`.

One scan of the import path per process, when a name is first looked for; it imports none of what is declared.
Knows neither kinds nor configuration: what to make of two declarations of one name is the registry's business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module, invalidate_caches
from typing import Any, Literal

from zarr_core.errors import PluginError
from zarr_core.log import codec_log

__all__ = [
    "CONTRACT",
    "Declaration",
    "Entry",
    "Unfit",
    "check_contract",
    "declarations",
    "forget",
    "normalized",
    "reason",
]

CONTRACT = 1
"""The major version of the contracts in `zarr_core.abc`. A class that says another one is refused."""


class Unfit(PluginError):
    """What was loaded is not what the declaration promises. The message begins with a verb."""


@dataclass(frozen=True)
class Entry:
    """One line of a listing. "ok" is loaded; "not loaded" may turn out broken. `error` says what is wrong."""

    kind: str
    name: str
    value: str
    distribution: str
    version: str
    state: Literal["ok", "not loaded", "broken", "conflict", "run time"]
    error: str = ""


class Declaration:
    """One entry point line: `name = value`, from a distribution. What loading gave is kept, be it an exception."""

    __slots__ = ("_found", "_loaded", "distribution", "error", "name", "value")

    def __init__(self, name: str, value: str, distribution: str, found: Any) -> None:
        self.name = name
        self.value = value
        self.distribution = distribution
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
    def problem(self) -> str:
        """Who is broken and why, for messages; empty as long as it is not."""
        if self.error is None:
            return ""
        if isinstance(self.error, Unfit):
            return f"{self.source} {self.error}"
        return f"{self.source} fails to import ({reason(self.error)})"

    def entry(self, kind: str, conflict: str = "") -> Entry:
        """For listings. `conflict` says that others claim the name, too."""
        state: Literal["ok", "not loaded", "broken", "conflict"]
        state = "broken" if self.error else "conflict" if conflict else "ok" if self.loaded else "not loaded"
        error = self.problem or conflict
        return Entry(kind, self.name, self.value, self.distribution, self.version, state, error)

    @property
    def attribute(self) -> str:
        """What is named within the module: `ZstdCodec` of `zarr_codecs.zstd:ZstdCodec`."""
        return self.value.partition("[")[0].partition(":")[2].strip()

    def load(self) -> Any:
        """The object; its module is imported the first time. None if that fails: `error` says why, for good."""
        if self._loaded is None and self.error is None:
            module, _, attribute = self.value.partition("[")[0].partition(":")
            try:
                loaded: Any = import_module(module.strip())
                for step in filter(None, attribute.strip().split(".")):
                    loaded = getattr(loaded, step)
                check_contract(loaded)
                self._loaded = loaded
            except Exception as error:
                self.error = error
        return self._loaded


def declarations(group: str) -> Mapping[str, tuple[Declaration, ...]]:
    """The group's names; several declarations of one name come from different distributions."""
    return _scan().get(group, {})


def forget() -> None:
    """Scan anew when next asked: something was installed since."""
    invalidate_caches()
    _scan.cache_clear()


def normalized(distribution: str) -> str:
    """The name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def check_contract(obj: object) -> None:
    """Raise `Unfit` for a class that was built for another major version."""
    contract = getattr(obj, "contract", CONTRACT)
    if str(contract).partition(".")[0] != str(CONTRACT):
        raise Unfit(f"was built for contract {contract}, and this zarr-core has contract {CONTRACT}")


def reason(error: BaseException) -> str:
    """An exception in one line. Those of imports speak for themselves, others need their kind."""
    text = " ".join(str(error).split())
    return text if isinstance(error, (ImportError, PluginError)) else f"{type(error).__name__}: {text}"


@cache
def _scan() -> dict[str, dict[str, tuple[Declaration, ...]]]:
    from importlib_metadata import distribution, distributions

    index: dict[str, dict[str, tuple[Declaration, ...]]] = {}
    scanned: set[str] = set()
    for found in distributions():
        try:
            # Reading the text of every file and parsing those few that mention us is twice as fast as `entry_points()`.
            if "zarr_core" not in (found.read_text("entry_points.txt") or ""):
                continue
            name = found.name
            if normalized(name) in scanned:  # listed twice (editable and not, a path twice): no conflict with itself
                continue
            scanned.add(normalized(name))
            first = distribution(name)  # on the path: the one that an import would find
            # a dictionary, because one distribution cannot disagree with itself
            lines = {(point.group, point.name): point.value for point in first.entry_points}
        except Exception as error:  # what an interrupted installation left behind must not take the others along
            codec_log.warning("the entry points of %s cannot be read: %s", found, reason(error))
            continue
        for (group, left), value in lines.items():
            if (group + ".").startswith("zarr_core."):
                claims = index.setdefault(group, {})
                claims[left] = (*claims.get(left, ()), Declaration(left, value, name, first))
    return index

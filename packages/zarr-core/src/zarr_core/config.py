"""Runtime configuration: typed, immutable values, a process-wide default and overrides that end with a `with` block.

    from zarr_core.config import config, current_config

    config.set({"io.requests": 8})                   # from now on, everywhere in the process
    with config.set(read__missing_chunk="error"):    # here, and in what is called or started from here
        ...
    current_config().io.requests                     # how the library reads it: a plain attribute

An environment variable sets a default: `ZARR_CORE_IO__REQUESTS=8`, read when the configuration is first asked for.
Knows nothing of what the settings do; their meaning is told beside each, in the classes below.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from types import TracebackType
from typing import Any, ClassVar, Literal, NamedTuple

__all__ = [
    "ArrayConfig",
    "Config",
    "IOConfig",
    "LimitsConfig",
    "PluginsConfig",
    "ReadConfig",
    "WriteConfig",
    "config",
    "current_config",
]


class _Accepts(NamedTuple):
    """What a setting takes: in words for errors, and as a test."""

    words: str
    test: Callable[[Any], bool]


def _one_of(*values: object) -> _Accepts:
    # compared with their types: 3.0 and True are no zarr_format
    return _Accepts(" or ".join(map(repr, values)), lambda v: any(type(v) is type(x) and v == x for x in values))


_COUNT = _Accepts("a positive integer", lambda v: type(v) is int and v > 0)
_COUNT_OR_NONE = _Accepts("a positive integer or None", lambda v: v is None or (type(v) is int and v > 0))
_FLAG = _Accepts("True or False", lambda v: type(v) is bool)
_NAMES = _Accepts(
    "a mapping of strings to strings",
    lambda v: isinstance(v, Mapping) and all(isinstance(text, str) for pair in v.items() for text in pair),
)


def _takes(accepts: _Accepts) -> dict[str, _Accepts]:
    return {"accepts": accepts}


class _Checked:
    """Refuses values that a field does not take, however the object was made."""

    __slots__ = ()
    prefix: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for each in fields(self):  # type: ignore[arg-type]
            accepts: _Accepts | None = each.metadata.get("accepts")
            value = getattr(self, each.name)
            if accepts is not None and not accepts.test(value):
                raise ValueError(f"config setting {self.prefix + each.name!r} takes {accepts.words}, not {value!r}")


@dataclass(frozen=True, slots=True)
class IOConfig(_Checked):
    """How much goes on at once.

    requests         store calls in flight at any time, for stores that suspend (64)
    bytes_in_flight  bytes of requested values held at any time, for such stores (256 MiB)
    threads          worker threads that one operation may use, its caller included; None: as many as pay on this
                     machine (None)
    """

    prefix: ClassVar[str] = "io."
    requests: int = field(default=64, metadata=_takes(_COUNT))
    bytes_in_flight: int = field(default=256 * 2**20, metadata=_takes(_COUNT))
    threads: int | None = field(default=None, metadata=_takes(_COUNT_OR_NONE))


@dataclass(frozen=True, slots=True)
class ReadConfig(_Checked):
    """How arrays are read.

    missing_chunk    "fill": a chunk that is not stored reads as the fill value; "error": it is a
                     `MissingChunkError` ("fill")
    """

    prefix: ClassVar[str] = "read."
    missing_chunk: Literal["fill", "error"] = field(default="fill", metadata=_takes(_one_of("fill", "error")))


@dataclass(frozen=True, slots=True)
class WriteConfig(_Checked):
    """How arrays are written.

    empty_chunks     True stores chunks that hold nothing but the fill value too; False erases them (False)
    fsync            True waits until the disk has what a local store wrote, so that it outlives a power cut (False)
    """

    prefix: ClassVar[str] = "write."
    empty_chunks: bool = field(default=False, metadata=_takes(_FLAG))
    fsync: bool = field(default=False, metadata=_takes(_FLAG))


@dataclass(frozen=True, slots=True)
class ArrayConfig(_Checked):
    """How arrays look in memory.

    order            memory layout of the numpy arrays that reading returns, "C" or "F" ("C")
    """

    prefix: ClassVar[str] = "array."
    order: Literal["C", "F"] = field(default="C", metadata=_takes(_one_of("C", "F")))


@dataclass(frozen=True, slots=True)
class PluginsConfig(_Checked):
    """Which plugin serves.

    prefer           the distribution that serves a name that several claim: {"codecs:acme.rle": "acme-zarr"},
                     with the registry's name before the colon (nothing)
    pending          True takes names that are proposed and not registered: the chunk key encodings "suffix", "prefix"
                     and "fanout" (False)
    """

    prefix: ClassVar[str] = "plugins."
    prefer: Mapping[str, str] = field(default_factory=dict, metadata=_takes(_NAMES), hash=False)
    pending: bool = field(default=False, metadata=_takes(_FLAG))

    def __post_init__(self) -> None:
        _Checked.__post_init__(self)
        object.__setattr__(self, "prefer", dict(self.prefer))  # the caller may go on changing theirs


@dataclass(frozen=True, slots=True)
class LimitsConfig(_Checked):
    """What input may make us allocate, in bytes.

    decoded_bytes    one decoding step after a codec whose output has no known bound (2 GiB)
    document_bytes   one metadata document (256 MiB)
    """

    prefix: ClassVar[str] = "limits."
    decoded_bytes: int = field(default=2 * 2**30, metadata=_takes(_COUNT))
    document_bytes: int = field(default=256 * 2**20, metadata=_takes(_COUNT))


@dataclass(frozen=True, slots=True)
class Config(_Checked):
    """All settings.

    default_zarr_format  the format of arrays and groups that are created without saying which, 2 or 3 (3)
    """

    io: IOConfig = IOConfig()
    read: ReadConfig = ReadConfig()
    write: WriteConfig = WriteConfig()
    array: ArrayConfig = ArrayConfig()
    plugins: PluginsConfig = field(default_factory=PluginsConfig)
    limits: LimitsConfig = LimitsConfig()
    default_zarr_format: Literal[2, 3] = field(default=3, metadata=_takes(_one_of(2, 3)))


def _paths() -> dict[str, tuple[str, ...]]:
    paths: dict[str, tuple[str, ...]] = {}
    for each in fields(Config):
        section = getattr(Config(), each.name)
        if isinstance(section, _Checked):
            paths |= {f"{each.name}.{inner.name}": (each.name, inner.name) for inner in fields(section)}  # type: ignore[arg-type]
        else:
            paths[each.name] = (each.name,)
    return paths


_PATHS = _paths()
"""Every setting by its dotted name."""
_ENVIRONMENT = "ZARR_CORE_"
_WORDS = {"true": True, "false": False, "none": None, "null": None}


def _path(name: str) -> tuple[str, ...]:
    try:
        return _PATHS[name]
    except KeyError:
        raise ValueError(f"config has no setting {name!r}; it has {', '.join(_PATHS)}") from None


def _changed(old: Config, changes: Mapping[str, Any]) -> Config:
    for name, value in changes.items():
        *section, member = _path(name)
        if section:
            old = replace(old, **{section[0]: replace(getattr(old, section[0]), **{member: value})})
        else:
            old = replace(old, **{member: value})
    return old


def _from_environment(environ: Mapping[str, str]) -> Config:
    start = Config()
    for variable, text in environ.items():
        if not variable.startswith(_ENVIRONMENT):
            continue
        name = variable[len(_ENVIRONMENT) :].lower().replace("__", ".")
        try:
            start = _changed(start, {name: _parsed(text)})
        except ValueError as error:
            raise ValueError(f"environment variable {variable}: {error}") from None
    return start


def _parsed(text: str) -> Any:
    """A word, JSON (numbers, mappings), or else the text itself."""
    import json

    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return json.loads(text)
    except ValueError:
        return text


# What `current_config` reads: the override of this context, else the process-wide value, None before first use.
_override: ContextVar[Config | None] = ContextVar("zarr_core.config", default=None)
_process: Config | None = None


def current_config() -> Config:
    """The configuration in force here: that of the innermost `with config.set(...)`, else the process-wide one."""
    return _override.get() or _process or config._first()


class Setting:
    """What `config.set` returns: drop it, and the change stays; enter it, and it ends with the block."""

    def __init__(self, changes: Mapping[str, Any]) -> None:
        self._changes = dict(changes)
        self._outer: Config | None = None

    def __enter__(self) -> Config:
        config._withdraw(self)
        inside = _changed(self._outer or current_config(), self._changes)
        _override.set(inside)
        return inside

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _override.set(self._outer)


class _Runtime:
    """The object `config`: changes settings and tells them by name.

    A plain `config.set(...)` and the head of a `with` look alike when called. So a change counts for the process at
    once, but is kept apart as long as its `Setting` lives and might be entered, which withdraws it.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._settled: Config | None = None
        self._fresh: list[tuple[weakref.ref[Setting], Mapping[str, Any]]] = []

    def set(self, changes: Mapping[str, Any] | None = None, /, **named: Any) -> Setting:
        """Change settings, by dotted name (`{"io.requests": 8}`) or keyword (`io__requests=8`).

        Called plainly, process-wide and for good; as a context manager, in this context until the block ends.
        Raises `ValueError` for names that are no settings and values that a setting does not take.
        """
        wanted = {**(changes or {}), **{name.replace("__", "."): value for name, value in named.items()}}
        setting = Setting(wanted)
        outer = _override.get()
        _changed(outer or current_config(), wanted)  # refuse before anything has changed
        if outer is not None:  # a plain change inside a block shows there, too
            setting._outer = outer
            _override.set(_changed(outer, wanted))
        with self._lock:
            while self._fresh and self._fresh[0][0]() is None:
                self._settled = _changed(self._start(), self._fresh.pop(0)[1])
            self._fresh.append((weakref.ref(setting), wanted))
            self._publish()
        return setting

    def get(self, name: str, *default: Any) -> Any:
        """The setting of that dotted name; `default`, if given, for a name that is no setting."""
        if default and name not in _PATHS:
            return default[0]
        value: Any = current_config()
        for step in _path(name):
            value = getattr(value, step)
        return value

    def reset(self) -> None:
        """Back to the defaults, with the environment read anew; overrides by `with` go on to their end."""
        global _process
        with self._lock:
            self._settled = _process = None
            self._fresh.clear()

    def __repr__(self) -> str:
        return "\n".join(f"{name} = {self.get(name)!r}" for name in _PATHS)

    def _first(self) -> Config:
        with self._lock:
            self._publish()
            assert _process is not None
            return _process

    def _start(self) -> Config:
        if self._settled is None:
            self._settled = _from_environment(os.environ)
        return self._settled

    def _publish(self) -> None:
        global _process
        now = self._start()
        for _, changes in self._fresh:
            now = _changed(now, changes)
        _process = now

    def _withdraw(self, setting: Setting) -> None:
        with self._lock:
            self._fresh = [entry for entry in self._fresh if entry[0]() is not setting]
            self._publish()


config = _Runtime()
"""The configuration of the process: `config.set`, `config.get`, `config.reset`."""

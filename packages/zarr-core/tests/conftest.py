"""Fixtures that more than one test module uses."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from zarr_core.abc.store import Buffer, Range, ReadWriteListStore, Suffix, Value, join_buffers
from zarr_core.config import config
from zarr_core.engine.asynchronous import ASYNC
from zarr_core.engine.blocking import BLOCKING
from zarr_core.engine.step import step
from zarr_core.plugins import refresh

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """A function that installs a distribution, as files on the import path; all is gone after the test.

    `install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme="class Rle: ...")`
    """
    path, modules = list(sys.path), set(sys.modules)

    def install(
        name: str, version: str, groups: Mapping[str, Mapping[str, str]], *, into: str = "site", **sources: str
    ) -> Path:
        site = tmp_path / into
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = [
            line
            for group, points in groups.items()
            for line in (f"[{group}]", *(f"{left} = {right}" for left, right in points.items()))
        ]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
        for module, source in sources.items():
            (site / f"{module}.py").write_text(dedent(source))
        if str(site) not in sys.path:
            sys.path.insert(0, str(site))
        refresh()
        return site

    yield install
    sys.path[:] = path
    for module in set(sys.modules) - modules:
        file = getattr(sys.modules[module], "__file__", None)
        if file and Path(file).is_relative_to(tmp_path):
            del sys.modules[module]
    refresh()


@pytest.fixture(autouse=True)
def _default_config() -> Iterator[None]:
    """No setting outlives its test."""
    yield
    config.reset()


class _CountingStore(ReadWriteListStore):
    """Values in a dictionary; every call takes `delay` seconds, and it is counted how many are under way at once."""

    def __init__(self, values: Mapping[str, bytes] | None = None, delay: float = 0.0) -> None:
        self.values, self.delay = dict(values or {}), delay
        self.flying = self.most = self.calls = 0
        self.threads: set[int] = set()
        self._guard = threading.Lock()

    async def _pause(self) -> None:
        raise NotImplementedError

    async def _call(self) -> None:
        with self._guard:
            self.calls += 1
            self.flying += 1
            self.most = max(self.most, self.flying)
            self.threads.add(threading.get_ident())
        try:
            await self._pause()
        finally:
            with self._guard:
                self.flying -= 1

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        await self._call()
        value = self.values.get(key)
        return value if value is None or byte_range is None else byte_range.of(value)

    async def set(self, key: str, value: Value) -> None:
        await self._call()
        self.values[key] = bytes(join_buffers(value))

    async def delete(self, key: str) -> None:
        await self._call()
        self.values.pop(key, None)

    async def list(self) -> AsyncIterator[str]:
        await self._call()
        for key in list(self.values):
            yield key


class SlowStore(_CountingStore):
    """It blocks: the thread sleeps."""

    blocking = True

    async def _pause(self) -> None:
        time.sleep(self.delay)


class RemoteStore(_CountingStore):
    """It suspends: the event loop sleeps."""

    async def _pause(self) -> None:
        await asyncio.sleep(self.delay)


@pytest.fixture
def slow_store() -> type[SlowStore]:
    """A class of stores that block and wait."""
    return SlowStore


@pytest.fixture
def remote_store() -> type[RemoteStore]:
    """A class of stores that suspend."""
    return RemoteStore


@dataclass(frozen=True)
class Engine:
    """One of the two runtimes, how to run an operation in it, and how an item waits in it."""

    runtime: Any
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    pause: Callable[[float], Awaitable[None]]


async def _sleep(seconds: float) -> None:
    time.sleep(seconds)


ENGINES = {"blocking": Engine(BLOCKING, step, _sleep), "async": Engine(ASYNC, asyncio.run, asyncio.sleep)}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Both runtimes in turn."""
    return ENGINES[request.param]


@pytest.fixture
def finishes() -> Callable[[Callable[[], Any]], Any]:
    """A function that calls another on a thread of its own and fails if it does not come back: a deadlock."""

    def finishes(fn: Callable[[], Any], seconds: float = 60) -> Any:
        outcome: list[Any] = []

        def call() -> None:
            try:
                outcome.append((fn(), None))
            except BaseException as error:
                outcome.append((None, error))

        thread = threading.Thread(target=contextvars.copy_context().run, args=[call], daemon=True)
        thread.start()
        thread.join(seconds)
        assert outcome, "it hangs"
        result, error = outcome[0]
        if error is not None:
            raise error
        return result

    return finishes


@pytest.fixture
def python() -> Callable[[str], str]:
    """A function that runs a program in a fresh interpreter and returns what it prints; nothing may go to stderr."""

    def python(program: str, seconds: float = 30) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", dedent(program)], capture_output=True, text=True, timeout=seconds
        )
        assert done.stderr == ""
        assert done.returncode == 0
        return done.stdout

    return python

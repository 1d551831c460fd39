"""What all tests that cross distributions share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from textwrap import dedent

import pytest
from hypothesis import settings

from zarr_core.config import config

settings.register_profile("thorough", max_examples=2000, deadline=None)


@pytest.fixture(autouse=True)
def _default_config() -> Iterator[None]:
    """No setting outlives its test."""
    yield
    config.reset()


@pytest.fixture
def python() -> Callable[..., str]:
    """A function that runs a program in a fresh interpreter and returns what it prints; nothing may go to stderr."""

    def python(program: str, *arguments: str, seconds: float = 60) -> str:
        command = [sys.executable, "-W", "error", "-c", dedent(program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        assert done.stderr == ""
        assert done.returncode == 0
        return done.stdout

    return python

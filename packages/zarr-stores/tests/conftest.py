"""What the tests of stores share."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(__file__).parents[3] / "tests" / "support" / "http_server.py"


@pytest.fixture
def serve() -> Iterator[Callable[..., Any]]:
    """`serve(values, ...)`: a server on the loopback interface that stops after the test (`tests/support`)."""
    if not SERVER.exists():
        pytest.skip("the server is in the repository and not in this archive")
    spec = importlib.util.spec_from_file_location("http_server", SERVER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with ExitStack() as servers:
        yield lambda *args, **options: servers.enter_context(module.HTTPServer(*args, **options))

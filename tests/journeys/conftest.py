"""Fresh environments, as users have them: nothing in them but what they install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
BIN = "Scripts" if os.name == "nt" else "bin"


class Environment:
    """A virtual environment with these requirements, made by uv where it is there, else by venv and pip."""

    def __init__(self, path: Path, *requirements: str) -> None:
        self.path, self.cwd = path, path.parent
        uv = os.environ.get("HATCH_UV") or shutil.which("uv")
        python = str(path / BIN / "python")
        if uv:
            self._run(uv, "venv", "--quiet", "--python", sys.executable, str(path))
            self._run(uv, "pip", "install", "--quiet", "--python", python, *requirements)
        else:
            venv.create(path, with_pip=True)
            self._run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)

    def python(self, program: str) -> str:
        """What the program prints. It is run outside of the checkout, and no warning may occur."""
        return self._run(str(self.path / BIN / "python"), "-I", "-W", "error", "-c", dedent(program))

    def command(self, name: str, *arguments: str) -> str:
        """What a command of the environment prints."""
        return self._run(str(self.path / BIN / name), *arguments)

    def _run(self, *command: str) -> str:
        # of the environment of the tests, nothing that would reach into this one
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.cwd, env=kept, timeout=300)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Environment]:
    """A function that makes an environment with these folders of the checkout installed; extras in brackets."""

    def environment(*folders: str) -> Environment:
        return Environment(tmp_path_factory.mktemp("journey") / "env", *(str(ROOT / folder) for folder in folders))

    return environment

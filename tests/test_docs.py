"""Every snippet of the documentation is run, its reference has every public name, and its links lead somewhere.

A page is run in an empty directory and a namespace of its own, its blocks of ```python in order. One whose first line
is `# raises: ErrorClass` must raise that error. A block of ```output after one of them is what it prints (`...` stands
for anything); after an error it is `ErrorClass: message`. Other blocks (```console, ```text, ```toml) are not run. The
READMEs in docs/examples need their distributions installed: they are run by the journeys.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout
from doctest import ELLIPSIS, OutputChecker
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

import zarr_core
import zarr_core.abc
from zarr_core.config import config

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"
PAGES = [
    ROOT / "README.md",
    *sorted(ROOT.glob("packages/*/README.md")),
    *sorted(page for page in ROOT.glob("docs/**/*.md") if EXAMPLES not in page.parents),
]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OUTPUT = OutputChecker()
RAISES = re.compile(r"# raises: (\w+)\n")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
REFERENCE = {
    "zarr-core": ["zarr_core"],
    "services": [
        *["zarr_core.storage", "zarr_core.plugins", "zarr_core.plugins.hookspecs", "zarr_core.testing"],
        *["zarr_core.config", "zarr_core.errors"],
    ],
    "contracts": [
        *(f"zarr_core.abc.{module.stem}" for module in Path(zarr_core.abc.__path__[0]).glob("[a-z]*.py")),
        "zarr_core.nested",
    ],
}


class Block(NamedTuple):
    """A fenced block: the line of its first line of text, counted from 1."""

    language: str
    text: str
    line: int


def blocks(text: str) -> Iterator[Block]:
    for match in FENCE.finditer(text):
        yield Block(match[1], match[2], text.count("\n", 0, match.start(2)) + 1)


@pytest.fixture
def namespace() -> Iterator[dict[str, object]]:
    """That of a module which can be found by its name, as dataclasses and pickle expect."""
    module = ModuleType("page")
    sys.modules["page"] = module
    yield module.__dict__
    del sys.modules["page"]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_snippet_of_the_page_runs(
    page: Path, namespace: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    where = str(page.relative_to(ROOT))
    printed = ""
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.language == "python":
            printed = run(block, where, namespace).replace(f"{tmp_path}/", "")
        elif block.language == "output" and not OUTPUT.check_output(block.text, printed, ELLIPSIS):
            pytest.fail(f"{where}:{block.line}: printed is\n{printed}", pytrace=False)


def run(block: Block, where: str, namespace: dict[str, object]) -> str:
    """What the block prints, and the error that it says it raises."""
    expected = RAISES.match(block.text)
    printed = StringIO()
    try:
        # empty lines before it, so that tracebacks have the lines of the page
        code = compile("\n" * (block.line - 1) + block.text, where, "exec", dont_inherit=True)
        with redirect_stdout(printed):
            exec(code, namespace)
    except Exception as error:
        if expected and expected[1] in [kind.__name__ for kind in type(error).__mro__]:
            return f"{printed.getvalue()}{type(error).__name__}: {error}\n"
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == where]
        line = lines[-1] if lines else block.line
        trace = "".join(traceback.format_exception(error)[-3:])
        pytest.fail(f"{where}:{line}: {type(error).__name__}: {error}\n\n{trace}", pytrace=False)
    if expected:
        pytest.fail(f"{where}:{block.line}: nothing was raised, {expected[1]} is expected", pytrace=False)
    return printed.getvalue()


@pytest.mark.parametrize("page", REFERENCE)
def test_the_reference_has_every_public_name(page: str) -> None:
    text = (ROOT / "docs" / "reference" / f"{page}.md").read_text(encoding="utf-8")
    for module in REFERENCE[page]:
        section = text.partition(f"## {module}\n")[2].partition("\n## ")[0]
        missing = [name for name in import_module(module).__all__ if f"`{name}`" not in section]
        assert not missing, f"docs/reference/{page}.md, section {module}: run docs/reference/write.py"


@pytest.mark.parametrize(("page", "kind"), [("Array", zarr_core.Array), ("Group", zarr_core.Group)])
def test_the_reference_has_every_method(page: str, kind: type) -> None:
    text = (ROOT / "docs" / "reference" / "zarr-core.md").read_text(encoding="utf-8")
    section = text.partition(f"## zarr_core.{page}\n")[2].partition("\n## ")[0]
    missing = [name for name in dir(kind) if name[0] != "_" and not re.search(f"`{name}(\\(\\))?`", section)]
    assert not missing, f"docs/reference/zarr-core.md, section zarr_core.{page}: run docs/reference/write.py"


def test_the_configuration_page_has_every_setting() -> None:
    text = (ROOT / "docs" / "user-guide" / "configuration.md").read_text(encoding="utf-8")
    settings = [line.partition(" = ")[0] for line in repr(config).splitlines()]
    assert [name for name in settings if f"| `{name}` |" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []

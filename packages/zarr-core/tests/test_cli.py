from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

import zarr_core
from zarr_core.cli import main
from zarr_core.plugins import codecs, hooks
from zarr_core.plugins.hookspecs import hookimpl

Install = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line here; returns exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["zarr-core", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        code = end.value.code
        return (1, out, err + code) if isinstance(code, str) else (int(code or 0), out, err)

    return run


@pytest.fixture
def acme(install: Install) -> None:
    """A sound codec, one that does not import, one that two claim, and a hook module that is none."""
    points = {"acme.rle": "acme:Rle", "acme.bad": "acme_bad:Bad", "acme.two": "acme:Rle"}
    groups = {"zarr_core.codecs": points, "zarr_core": {"acme": "acme_hooks"}}
    hook = "from zarr_core.plugins.hookspecs import hookimpl\n@hookimpl\ndef no_hook(): ..."
    install("acme-zarr", "1.2", groups, acme="class Rle: ...", acme_bad="import no_such_library", acme_hooks=hook)
    install("rival", "0.3", {"zarr_core.codecs": {"acme.two": "rival:Two"}}, rival="class Two: ...")


@pytest.fixture
def hierarchy(tmp_path: Path) -> str:
    root = zarr_core.create_group(tmp_path / "data.zarr", attributes={"title": "x"})
    root.create_array("elevation", shape=(4, 6), chunks=(2, 3), dtype="int16", compressors=None)
    root.create_group("run").create_array("mask", shape=(5,), chunks=(5,), dtype="bool", compressors=None)
    return str(tmp_path / "data.zarr")


@pytest.mark.usefixtures("acme")
def test_plugins_lists_name_kind_distribution_version_and_state(run: Run) -> None:
    code, out, _ = run("plugins")
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert rows[0] == ["name", "kind", "distribution", "version", "state"]
    assert ["acme.rle", "codecs", "acme-zarr", "1.2", "not", "loaded"] in rows
    assert ["acme.bad", "codecs", "acme-zarr", "1.2", "not", "loaded"] in rows
    assert ["acme.two", "codecs", "rival", "0.3", "conflict"] in rows
    assert "acme_bad" not in sys.modules


@pytest.mark.usefixtures("acme")
def test_plugins_check_finds_what_is_broken_and_says_so_in_its_exit_code(run: Run) -> None:
    with codecs.register("test.plain", dict):  # type: ignore[arg-type]
        code, out, _ = run("plugins", "--check", "--json")
    assert code == 1
    found = {(each["name"], each["distribution"]): each for each in json.loads(out)}
    assert found["acme.rle", "acme-zarr"] == {
        "kind": "codecs",
        "name": "acme.rle",
        "value": "acme:Rle",
        "distribution": "acme-zarr",
        "version": "1.2",
        "state": "ok",
        "error": "",
    }
    assert found["acme.bad", "acme-zarr"]["state"] == "broken"
    assert found["acme.bad", "acme-zarr"]["error"] == (
        "acme-zarr 1.2 fails to import (No module named 'no_such_library')"
    )
    assert found["acme.two", "rival"]["state"] == "conflict"
    assert found["acme", "acme-zarr"]["kind"] == "hooks"
    assert "no_hook" in found["acme", "acme-zarr"]["error"]
    assert found["test.plain", ""]["state"] == "run time"


@pytest.mark.usefixtures("acme")
def test_plugins_prints_errors_whole_and_markup_as_it_is(run: Run, install: Install) -> None:
    install("odd", "1", {"zarr_core.codecs": {"[red]odd": "odd:Odd"}}, odd="raise ValueError('[/blue] ' + 'x' * 300)")
    _, out, _ = run("plugins", "--check")
    assert "[red]odd" in out
    assert "(ValueError: [/blue] " + "x" * 300 + ")" in out


def test_our_own_plugins_are_all_sound(run: Run) -> None:
    _, out, _ = run("plugins", "--check", "--json")
    ours = [each for each in json.loads(out) if each["distribution"] == "zarr-core"]
    assert {each["name"] for each in ours} >= {"bytes", "int16", "regular", "default", "local"}
    assert {each["state"] for each in ours} == {"ok"}, [each for each in ours if each["error"]]


def test_tree_prints_the_hierarchy(run: Run, hierarchy: str) -> None:
    code, out, _ = run("tree", hierarchy)
    assert code == 0
    assert out.strip() == str(zarr_core.open(hierarchy, mode="r").tree())  # type: ignore[union-attr]
    assert "elevation" in out
    assert "mask" in out


def test_info_prints_what_an_array_is(run: Run, hierarchy: str) -> None:
    code, out, _ = run("info", hierarchy + "/elevation")
    assert code == 0
    assert "int16" in out
    assert "(4, 6)" in out


def test_ls_lists_members(run: Run, hierarchy: str) -> None:
    assert run("ls", hierarchy) == (0, "elevation  (4, 6) int16\nrun/\n", "")
    assert run("ls", hierarchy + "/run") == (0, "mask  (5,) bool\n", "")


@pytest.mark.parametrize("command", ["tree", "info", "ls"])
def test_what_is_not_there_is_one_line_on_stderr(run: Run, tmp_path: Path, command: str) -> None:
    code, out, err = run(command, str(tmp_path / "nothing.zarr"))
    assert (code, out) == (1, "")
    assert err.startswith("zarr-core: ")
    assert "nothing.zarr" in err
    assert "\n" not in err.strip()
    assert not (tmp_path / "nothing.zarr").exists()


def test_a_hook_adds_commands_and_one_that_raises_takes_none_away(run: Run) -> None:
    class Good:
        @hookimpl
        def cli_commands(self, app: typer.Typer) -> None:
            @app.command()
            def greet(name: str) -> None:
                typer.echo(f"hello {name}")

    class Bad:
        @hookimpl
        def cli_commands(self, app: Any) -> None:
            raise RuntimeError("no")

    with hooks.register(Good()), hooks.register(Bad()):
        assert run("greet", "acme") == (0, "hello acme\n", "")
    assert run("greet", "acme")[0] == 2


def test_help_names_the_commands(run: Run) -> None:
    _, out, err = run()
    assert all(command in out + err for command in ("plugins", "tree", "info", "ls"))


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_its_libraries_the_command_line_says_what_to_install(missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from zarr_core.cli import main; main()"
    env = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"zarr-core: {missing}")
    assert done.stderr.strip().endswith("is not installed: pip install 'zarr-core[cli]'")

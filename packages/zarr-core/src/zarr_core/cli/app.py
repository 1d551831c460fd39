"""The commands of `zarr-core`: each calls one thing of the library and prints what it gives.

    zarr-core plugins [--check] [--json]     zarr-core tree PATH     zarr-core info PATH     zarr-core ls PATH

Plugins add more by the hook `cli_commands`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import zarr_core
from zarr_core.plugins import Entry, entries, hooks

__all__ = ["make_app"]

Path = Annotated[str, typer.Argument(help="File, directory or URL of an array or group.")]

_STYLES = {"ok": "green", "run time": "green", "broken": "bold red", "conflict": "bold red"}


def make_app() -> typer.Typer:
    """The application, with the commands of plugins."""
    app = typer.Typer(
        help="Look at Zarr arrays and groups, and at the plugins that are installed.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    for command in (plugins, tree, info, ls):
        app.command()(command)
    hooks.ask_all("cli_commands", app=app)
    return app


def plugins(
    check: Annotated[bool, typer.Option(help="Import each, to find what is broken; exits with 1 if any is.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List the plugins: where they come from, and whether they work."""
    listed = entries(load=check)
    if as_json:
        typer.echo(json.dumps([asdict(entry) for entry in listed], indent=2))
    else:
        _print_table(listed)
    if check and any(entry.error for entry in listed):
        raise typer.Exit(1)


def tree(path: Path) -> None:
    """Print the hierarchy below a group."""
    node = zarr_core.open(path, mode="r")
    typer.echo(str(node.tree()) if isinstance(node, zarr_core.Group) else repr(node))


def info(path: Path) -> None:
    """Print what an array or group is."""
    typer.echo(repr(zarr_core.open(path, mode="r").info))


def ls(path: Path) -> None:
    """List the members of a group: groups end in `/`, arrays are shown with shape and data type."""
    node = zarr_core.open(path, mode="r")
    members = node.members() if isinstance(node, zarr_core.Group) else [(path, node)]
    for name, member in sorted(members, key=lambda item: item[0]):
        if isinstance(member, zarr_core.Group):
            typer.echo(f"{name}/")
        else:
            typer.echo(f"{name}  {member.shape} {member.dtype}")


def _print_table(listed: list[Entry]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("name", "kind", "distribution", "version", "state"):
        table.add_column(title, overflow="fold")
    for entry in listed:
        style = _STYLES.get(entry.state, "")
        table.add_row(
            *map(escape, (entry.name, entry.kind, entry.distribution, entry.version)), entry.state, style=style
        )
    # a pipe has no width: what reads it wants whole lines
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    console.print(table)
    for entry in listed:
        if entry.error:
            console.print(f"\n{escape(entry.kind)} {escape(repr(entry.name))}: {escape(entry.error)}", soft_wrap=True)

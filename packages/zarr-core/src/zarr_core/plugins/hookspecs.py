"""The hooks: what a plugin can do that no line in a table of names can say.

A hook module is named by an entry point of the group `zarr_core`; its functions, marked with `hookimpl`, are the
implementations, and may take fewer arguments than the specification has:

    [project.entry-points."zarr_core"]
    "resolve.acme" = "acme_zarr.hooks"

    from zarr_core.plugins.hookspecs import hookimpl

    @hookimpl
    def resolve(kind, name):
        return Rle if kind == "codecs" and name.startswith("acme.") else None

The name on the left says which hook the module is for, before the first dot: it is imported when that hook is first
asked, and never for another. A name that begins with no hook's stands for all of them (`acme = "acme_zarr.hooks"`).
No hook is asked per chunk. Wrappers (`hookimpl(wrapper=True)`) are not supported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pluggy

if TYPE_CHECKING:
    from zarr_core.abc.codec import Codec
    from zarr_core.abc.data_type import DataType

__all__ = ["Observer", "cli_commands", "default_codecs", "hookimpl", "observe", "resolve"]

hookspec = pluggy.HookspecMarker("zarr_core")
hookimpl = pluggy.HookimplMarker("zarr_core")
"""Marks the functions of a hook module."""


class Observer(Protocol):
    """What `observe` gives: told of each operation on one array. Called from any thread; must be quick."""

    def finished(self, operation: Literal["read", "write"], nbytes: int, seconds: float) -> None:
        """An operation is done: so many bytes in memory, in so much time."""
        ...


@hookspec(firstresult=True)
def resolve(kind: str, name: str) -> Any:
    """What serves a name that no entry point has; None to pass. The first answer counts.

    `kind` is the registry ("codecs", "data_types", ...). Give the same object each time you are asked.
    """


@hookspec(firstresult=True)
def default_codecs(data_type: DataType) -> Sequence[Codec] | None:
    """The codec chain of arrays of this data type that are created without one; None to pass.

    The first answer counts.
    """


@hookspec
def observe(array_path: str, zarr_format: int) -> Observer | None:
    """An observer for this array, or None. Asked once, when the array is bound."""


@hookspec
def cli_commands(app: Any) -> None:
    """Add commands to the command line; `app` is its `typer.Typer`."""

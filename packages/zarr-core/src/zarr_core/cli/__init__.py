"""The command `zarr-core`. Needs the extra `cli`; the commands themselves are in `app` and in plugins."""

from __future__ import annotations

import sys

from zarr_core.errors import ZarrError

__all__ = ["main"]


def main() -> None:
    """Run the command line; exits with 1 and one line on stderr where the library raises on purpose."""
    try:
        from zarr_core.cli.app import make_app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("click", "rich", "typer"):
            sys.exit(f"zarr-core: {error.name} is not installed: pip install 'zarr-core[cli]'")
        raise
    try:
        make_app()()
    except (ZarrError, OSError, ValueError) as error:
        sys.exit(f"zarr-core: {error}")

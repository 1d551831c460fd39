"""The functions that plain code calls. `zarr_core.asynchronous` has the same for tasks; `zarr_core.calls` says once
what each takes and does.
"""

from __future__ import annotations

from zarr_core.calls import deriving, filling, hierarchy, opening, saving
from zarr_core.calls.call import blocking
from zarr_core.info import debug_info

create_array = blocking(opening.create_array)
create_group = blocking(opening.create_group)
group = blocking(opening.group)
open = blocking(opening.open)
open_array = blocking(opening.open_array)
open_group = blocking(opening.open_group)

arange = blocking(filling.arange)
array = blocking(filling.array)
asarray = blocking(filling.asarray)
empty = blocking(filling.empty)
empty_like = blocking(filling.empty_like)
eye = blocking(filling.eye)
from_dlpack = blocking(filling.from_dlpack)
full = blocking(filling.full)
full_like = blocking(filling.full_like)
linspace = blocking(filling.linspace)
ones = blocking(filling.ones)
ones_like = blocking(filling.ones_like)
tril = blocking(filling.tril)
triu = blocking(filling.triu)
zeros = blocking(filling.zeros)
zeros_like = blocking(filling.zeros_like)

load = blocking(saving.load)
save = blocking(saving.save)
save_array = blocking(saving.save_array)
save_group = blocking(saving.save_group)
save_many = blocking(saving.save_many)

consolidate_metadata = blocking(hierarchy.consolidate_metadata)
copy = blocking(hierarchy.copy)
copy_all = blocking(hierarchy.copy_all)
copy_store = blocking(hierarchy.copy_store)
create_hierarchy = blocking(hierarchy.create_hierarchy)
open_consolidated = blocking(hierarchy.open_consolidated)
tree = blocking(hierarchy.tree)

create = blocking(deriving.create)
from_array = blocking(deriving.from_array)
open_like = blocking(deriving.open_like)


def print_debug_info() -> None:
    """Print the versions of everything that matters for a report, and the plugins that are installed."""
    for line in debug_info():
        print(line)  # noqa: T201 - what it is for

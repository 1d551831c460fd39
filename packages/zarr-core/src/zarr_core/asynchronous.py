"""The functions of `zarr_core` for tasks: the same names, keywords and operations, awaited.

from zarr_core import asynchronous as zarr

a = await zarr.open_array("s3://bucket/data.zarr", path="run/t", mode="r")
await a.getitem((slice(0, 10), 5))
"""

from __future__ import annotations

from zarr_core.calls import deriving, filling, hierarchy, opening, saving
from zarr_core.calls.call import awaited

create_array = awaited(opening.create_array)
create_group = awaited(opening.create_group)
group = awaited(opening.group)
open = awaited(opening.open)
open_array = awaited(opening.open_array)
open_group = awaited(opening.open_group)

arange = awaited(filling.arange)
array = awaited(filling.array)
asarray = awaited(filling.asarray)
empty = awaited(filling.empty)
empty_like = awaited(filling.empty_like)
eye = awaited(filling.eye)
from_dlpack = awaited(filling.from_dlpack)
full = awaited(filling.full)
full_like = awaited(filling.full_like)
linspace = awaited(filling.linspace)
ones = awaited(filling.ones)
ones_like = awaited(filling.ones_like)
tril = awaited(filling.tril)
triu = awaited(filling.triu)
zeros = awaited(filling.zeros)
zeros_like = awaited(filling.zeros_like)

load = awaited(saving.load)
save = awaited(saving.save)
save_array = awaited(saving.save_array)
save_group = awaited(saving.save_group)
save_many = awaited(saving.save_many)

consolidate_metadata = awaited(hierarchy.consolidate_metadata)
copy = awaited(hierarchy.copy)
copy_all = awaited(hierarchy.copy_all)
copy_store = awaited(hierarchy.copy_store)
create_hierarchy = awaited(hierarchy.create_hierarchy)
open_consolidated = awaited(hierarchy.open_consolidated)
tree = awaited(hierarchy.tree)

create = awaited(deriving.create)
from_array = awaited(deriving.from_array)
open_like = awaited(deriving.open_like)

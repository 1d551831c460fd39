"""Every function that people call, written once: what it takes, and the operation that it stands for.

`zarr_core.creation` makes the functions for plain code of them, `zarr_core.asynchronous` those for tasks.
"""

"""Sharding for zarr-core: many chunks in one stored object, read and written in parts.

Installing this distribution makes `sharding_indexed` known; `create_array(..., shards=...)` then works.
"""

"""Stores beyond a folder and memory: zip files and whatever fsspec reaches."""

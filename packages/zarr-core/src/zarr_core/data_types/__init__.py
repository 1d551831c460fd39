"""The core data types (v3 core 1.7), and the ways from JSON, numpy and Python to a data type."""

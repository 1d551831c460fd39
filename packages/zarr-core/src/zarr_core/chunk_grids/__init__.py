"""The regular chunk grid (v3 core 1.8), and chunk shapes from what callers give."""

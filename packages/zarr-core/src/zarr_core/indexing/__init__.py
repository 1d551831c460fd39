"""From selections to parts of chunks. Numbers only: no store, codec or array is known here."""

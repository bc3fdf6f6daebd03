"""One file a format, each with write(path, sheets, about)."""

"""Where Django looks for the back office's pages."""

from measures.back_office import versions

__all__ = ["versions"]

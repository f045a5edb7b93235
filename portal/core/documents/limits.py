"""How much a document may weigh: sizes for people, and what the closed room may spend on one file."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a person may send, and what reading it may cost.

    The first group is said to people and comes from the parameters of the deployment.
    The second protects the worker and seldom changes.
    """

    max_bytes: int = 15 * MEGABYTE
    max_files: int = 10
    max_pages: int = 100
    max_pixels: int = 64_000_000
    # A larger picture is halved: A4 stays readable at more than 250 dots per inch.
    kept_pixels: int = 25_000_000

    max_objects: int = 250_000
    # Everything a PDF unfolds to, all its streams together, and one stream that is not a picture.
    max_unfolded_bytes: int = 1024 * MEGABYTE
    max_stream_bytes: int = 64 * MEGABYTE
    # None: four bytes for each pixel of the largest picture, and never less than 256 MB.
    memory_bytes: int | None = None
    cpu_seconds: int = 20
    wall_seconds: int = 60
    open_files: int = 32

    @property
    def granted_bytes(self) -> int:
        """The memory one file may take at most: twice what its limits call for."""
        return 2 * (self.memory_bytes or max(256 * MEGABYTE, 4 * self.max_pixels))


DEFAULT_LIMITS = Limits()

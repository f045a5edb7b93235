"""Files made to harm, and what becomes of each: a refusal by its code, or «cleaned».

Every payload carries ``CANARY``, or is the antivirus makers' harmless test file: neither may be found in
what comes out. The test file is put together at run time, so that no antivirus stops at this source.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

CLEANED = "cleaned"
CANARY = b"CANARY-9d1f"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Hostile:
    """A file to refuse with one of ``fates``, or to clean when «cleaned» is among them."""

    name: str
    make: Callable[[], bytes]
    fates: frozenset[str]
    declared: str = "attestation.pdf"


def hostile(name: str, content: bytes | Callable[[], bytes], fates: str, declared: str = "") -> Hostile:
    make = content if callable(content) else lambda: content
    return Hostile(name, make, frozenset(fates.split()), declared or "attestation.pdf")


def bomb(size: int) -> bytes:
    """Zeros deflated a thousandfold, without ever holding them: one block, over and over."""
    length = 1 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(length)) + packer.flush(zlib.Z_FULL_FLUSH)
    blocks = size // length
    checksum = (blocks * length % 65521) << 16 | 1
    return b"\x78\xda" + block * blocks + b"\x03\x00" + checksum.to_bytes(4, "big")

"""Ids in the order of time."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): in the order of time, so that indexes grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    head = (milliseconds << 80) | (0x7 << 76) | ((random >> 64 & 0xFFF) << 64)
    return UUID(int=head | (0b10 << 62) | (random & (1 << 62) - 1))

"""What changes from one place to another for video."""

from datetime import timedelta
from pathlib import Path

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Read once, in `app.py`."""

    redis_url: str
    identity_url: str  # where identity shows its public keys
    booking_url: str  # where booking shows its own: it signs seats
    node: str = "video-1"  # this process, among the nodes that hold rooms
    node_url: str = "http://127.0.0.1:8305"  # where the gateway reaches this very process
    public_address: str | None = None  # the address to offer when a one-to-one NAT hides ours
    turn_urls: str = ""  # "turn:host:3478,turns:host:443"; empty: no relay
    turn_secret: str = ""  # shared with coturn (`static-auth-secret`)
    rooms_per_node: int = 25
    seat_kept: timedelta = timedelta(seconds=30)  # a lost connection keeps its media this long
    keys_dir: Path | None = None  # video signs nothing
    log_level: str = "info"

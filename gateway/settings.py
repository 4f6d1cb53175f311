"""Settings of the gateway: where the services are, and what people's links look like."""

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Read once at start (`docs/running.md`)."""

    identity_url: str
    referral_url: str
    booking_url: str
    video_url: str
    reminders_url: str
    redis_url: str
    video_nodes: str = ""  # every node's address, comma between; empty: video_url is the only one
    public_url: str = "http://127.0.0.1:8000"  # the origin that browsers see
    pepper: str = ""  # keys the hash of a client's address for the rate limits; renewed at each start when empty
    peer_seconds: float = 3.0  # how long a service may take to answer before its part of the page is left out
    proxies: int = 0  # how many trusted proxies stand in front (X-Forwarded-For)
    log_level: str = "info"

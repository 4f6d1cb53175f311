"""The relay's credentials: one set for each seat, which end by themselves (coturn's REST scheme)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

RELAY_OUTLIVES = timedelta(hours=1)  # coturn checks credentials again at each refresh


def ice_servers(urls: str, secret: str, *, until: datetime) -> list[dict[str, Any]]:
    """What a browser is told of the relay, for one seat of a room that closes at `until`; nothing without a relay.

    The name is `expiry:random`, the password its HMAC-SHA1 under the secret shared with coturn.
    """
    each = [url.strip() for url in urls.split(",") if url.strip()]
    if not each:
        return []
    username = f"{int((until + RELAY_OUTLIVES).timestamp())}:{secrets.token_hex(8)}"
    return [{"urls": each, "username": username, "credential": password(username, secret)}]


def password(username: str, secret: str) -> str:
    """The only password that coturn takes for this name."""
    return base64.b64encode(hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()).decode()

"""Addresses of calendars kept elsewhere, and the places on a network that nobody may make us ask."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from kit.errors import Invalid

PORTS: Final = frozenset({80, 443, 8443})
LONGEST: Final = 2000


class AddressNotValid(Invalid):
    """Not an address of a calendar that can be asked for over http or https."""


class AddressForbidden(Invalid):
    """It leads inside our own network, or to a port where no calendar is."""


@dataclass(frozen=True)
class Address:
    """An address in one spelling, with what is checked of it before each connection."""

    url: str
    host: str
    port: int
    secure: bool


def address(text: str, *, allowed: Collection[str] = ()) -> Address:
    """`webcal://` is https; `allowed` are `host:port` of private servers that this house may ask."""
    written = text.strip()
    if written.lower().startswith(("webcal://", "webcals://")):
        written = "https://" + written.partition("://")[2]
    try:
        parts = urlsplit(written)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as unclear:
        raise AddressNotValid(fields={"address": "an address"}) from unclear
    host = (parts.hostname or "").rstrip(".").lower()
    odd = any(ord(letter) <= 32 or ord(letter) == 127 for letter in written)
    if parts.scheme not in ("http", "https") or not host or odd or len(written) > LONGEST:
        raise AddressNotValid(fields={"address": "http or https, and a host"})
    if parts.username is not None or parts.password is not None:
        raise AddressNotValid(fields={"address": "without a name or a password in it"})
    found = Address(urlunsplit(parts._replace(fragment="")), host, port, parts.scheme == "https")
    if f"{host}:{port}" in allowed:
        return found
    if port not in PORTS or host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        raise AddressForbidden(fields={"address": "a public server"})
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return found
    if not public(str(literal)):
        raise AddressForbidden(fields={"address": "a public server"})
    return found


def public(ip: str) -> bool:
    """Whether this is a host of the open internet: not loopback, private, link-local, shared, mapped or multicast."""
    try:
        one = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        inner = one.ipv4_mapped or one.sixtofour or (one.teredo[1] if one.teredo else None)
        if inner is None and one in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(one) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
    return one.is_global and not one.is_multicast and not one.is_reserved and not one.is_unspecified


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")

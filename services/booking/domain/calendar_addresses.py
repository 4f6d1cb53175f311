"""Addresses of calendars kept elsewhere, and the places on a network that nobody may make us ask."""

import ipaddress
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from kit.errors import Invalid

INNER: Final = (".localhost", ".localdomain", ".local", ".internal", ".home.arpa", ".lan")
_HOST: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_NUMBER: Final = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")
"""A name that ends in a number is an address to whoever resolves it, in whatever spelling (WHATWG URL, 3.5)."""
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
        port = parts.port if parts.port is not None else 443 if parts.scheme == "https" else 80
        host = _ascii((parts.hostname or "").rstrip("."))
    except ValueError as unclear:
        raise AddressNotValid(fields={"address": "an address"}) from unclear
    odd = any(ord(letter) <= 32 or ord(letter) == 127 for letter in written)
    if parts.scheme not in ("http", "https") or not host or odd or len(written) > LONGEST:
        raise AddressNotValid(fields={"address": "http or https, and a host"})
    if parts.username is not None or parts.password is not None:
        raise AddressNotValid(fields={"address": "without a name or a password in it"})
    bare = f"[{host}]" if ":" in host else host
    netloc = bare if parts.port is None else f"{bare}:{port}"
    found = Address(urlunsplit(parts._replace(netloc=netloc, fragment="")), host, port, parts.scheme == "https")
    if f"{host}:{port}" in allowed:
        return found
    if port not in PORTS or host.endswith(INNER):
        raise AddressForbidden(fields={"address": "a public server"})
    numbers = ":" in host or _NUMBER.search(host) is not None
    if not public(host) if numbers else "." not in host:
        raise AddressForbidden(fields={"address": "a public server"})
    return found


def _ascii(host: str) -> str:
    """The host as it will be asked for: wide or circled digits and letters are those that they stand for."""
    plain = unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower()
    if ":" in plain:
        return str(ipaddress.IPv6Address(plain))
    ascii_host = plain.rstrip(".") if plain.isascii() else plain.encode("idna").decode("ascii").rstrip(".")
    if ascii_host and not _HOST.fullmatch(ascii_host):
        raise ValueError("a host")
    return ascii_host


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

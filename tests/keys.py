"""Signing keys for tests: one folder per service, and apps that trust them without asking over HTTP."""

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kit.keys import KeyRing

SERVICES = ("identity", "referral", "booking", "video", "reminders")


class Keys:
    """`rings["referral"]` signs as referral; `folder("referral")` is its KEYS_DIR."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for service in SERVICES:
            self.folder(service).mkdir(parents=True)
            pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (self.folder(service) / "k1.pem").write_bytes(pem)
        self.rings = {service: KeyRing(self.folder(service)) for service in SERVICES}

    def folder(self, service: str) -> Path:
        return self.root / service

    def trusted_by(self, app: Any) -> Any:
        """Give a service's app the public keys of identity and of its permits' issuers; returns the app."""
        house = app.state.house
        house.doorman.identity.put(self.rings["identity"].public_set())
        for issuer, keys in house.permits.issuers.items():
            keys.put(self.rings[issuer].public_set())
        return app

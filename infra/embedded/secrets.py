"""Keys, peppers and vault keys of a data folder: made once, each readable by its owner only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from infra.embedded import databases

KEYED = ("identity", "referral", "booking", "reminders")
PEPPERED = ("identity", "referral", "booking", "reminders", "gateway")
VAULTED = ("referral", "booking", "reminders")


def keys_dir(data: Path, process: str) -> Path:
    """The private signing keys of one process, one PEM per key id."""
    return data / "keys" / process


def pepper_file(data: Path, process: str) -> Path:
    return data / "secrets" / process / "pepper"


def vault_key_file(data: Path, process: str) -> Path:
    return data / "secrets" / process / "vault_key"


def database_password_files(data: Path) -> dict[str, Path]:
    """Role → the file of its password; used only with a PostgreSQL server that asks for one."""
    return {
        role: data / "secrets" / folder / "database_password"
        for service in databases.SERVICES
        for role, folder in (
            (databases.app_role(service), service),
            (databases.owner_role(service), f"owners/{service}"),
        )
    }


def make_all(data: Path) -> None:
    """Make what is missing, keep what is there: a lost vault key loses every number it sealed."""
    for process in KEYED:
        folder = keys_dir(data, process)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not any(folder.glob("*.pem")):
            _write(folder / f"{process}-{secrets.token_hex(4)}.pem", _ed25519_pem())
    for process in PEPPERED:
        _make(pepper_file(data, process), _thirty_two_bytes)
    for process in VAULTED:
        _make(vault_key_file(data, process), _thirty_two_bytes)
    for file in database_password_files(data).values():
        _make(file, lambda: secrets.token_hex(24).encode())


def _make(file: Path, content: Callable[[], bytes]) -> None:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(file, content())


def _write(file: Path, content: bytes) -> None:
    """Written whole under another name first: a key is there entirely or not at all."""
    fresh = file.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def _thirty_two_bytes() -> bytes:
    """256 random bits in hexadecimal, as `kit.settings` reads bytes."""
    return secrets.token_hex(32).encode()


def _ed25519_pem() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

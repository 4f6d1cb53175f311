"""Settings of a process: a frozen Struct, read once from the environment at start, then handed down."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


class BadSetting(SystemExit):
    """A value is missing or malformed: the process must not start."""


def load(shape: type[S], service: str, environ: Mapping[str, str] | None = None) -> S:
    """Read `shape` from VEILLEUSE_<SERVICE>_<FIELD>, then VEILLEUSE_<FIELD>; …_FILE reads the value from a file.

    Types: str, int, float, bool, Path, bytes (hex), timedelta ("90s", "5m", "12h").
    """
    source = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(shape):
        text = _find(source, service, field.encode_name)
        if text is not None:
            values[field.encode_name] = _parse(field.encode_name, field.type, text)
        elif field.required:
            raise BadSetting(f"setting VEILLEUSE_{service.upper()}_{field.encode_name.upper()} is missing")
    return shape(**values)


def _find(source: Mapping[str, str], service: str, field: str) -> str | None:
    for name in (f"VEILLEUSE_{service.upper()}_{field.upper()}", f"VEILLEUSE_{field.upper()}"):
        if name in source:
            return source[name]
        if f"{name}_FILE" in source:
            return Path(source[f"{name}_FILE"]).read_text().strip()
    return None


def _parse(name: str, kind: Any, text: str) -> Any:
    try:
        if kind is timedelta:
            number = text.rstrip("msdh")
            return timedelta(seconds=float(number) * UNITS[text[len(number) :] or "s"])
        if kind is bytes:
            return bytes.fromhex(text)
        if kind is Path:
            return Path(text)
        return msgspec.convert(text, kind, strict=False)
    except (ValueError, KeyError, msgspec.ValidationError) as error:
        raise BadSetting(f"setting {name.upper()} is malformed: {error}") from error


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What every service with a database is told."""

    database_url: str  # as the application role, which owns nothing
    redis_url: str
    keys_dir: Path  # this service's signing keys, one <kid>.pem each
    identity_url: str  # where identity shows its public keys
    public_url: str = "http://127.0.0.1:8000"  # what people's links begin with
    log_level: str = "info"

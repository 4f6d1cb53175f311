"""Brings the few files that pages borrow from npm packages into `gateway/static/tiers`, with their hashes."""

import base64
import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.install import OWN, ROOT, ensure_tool, run_quietly

UI = ROOT / "ui"
TARGET = ROOT / "gateway" / "static" / "tiers"
FOR_TESTS = OWN / "dev"
FILES = ("package.json", "package-lock.json", ".npmrc")


def ensure_assets(say: Callable[[str], None]) -> None:
    """The manifest matches the lock and the whitelist; a warm start does nothing."""
    wanted = _stamp()
    stamp = TARGET / "lock.stamp"
    if stamp.exists() and stamp.read_text() == wanted and (TARGET / "manifest.json").exists():
        return
    say("J'apporte les fichiers des pages (htmx, agenda, polices)…")
    npm = shutil.which("npm") or str(ensure_tool("npm"))
    OWN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OWN) as folder:
        work = Path(folder)
        for name in FILES:
            shutil.copy(UI / name, work / name)
        run_quietly(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            "Les fichiers des pages n'ont pas pu être apportés. Le réseau répond-il ?",
            environment=_environment(npm),
            cwd=work,
        )
        _copy(work / "node_modules")
    stamp.write_text(wanted)


def _copy(modules: Path) -> None:
    """Copy the whitelist, each under a name with its hash, and write the manifest and the licences."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    FOR_TESTS.mkdir(parents=True, exist_ok=True)
    locked = json.loads((UI / "package-lock.json").read_text())["packages"]
    manifest: dict[str, dict[str, Any]] = {}
    licences: dict[str, str] = {}
    for asset in tomllib.loads((UI / "assets.toml").read_text())["asset"]:
        package, name = asset["package"], asset["name"]
        content = (modules / package / asset["file"]).read_bytes()
        if asset.get("dev"):
            (FOR_TESTS / name).write_bytes(content)
            continue
        stem, _, extension = name.rpartition(".")
        hashed = name if asset.get("plain") else f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{extension}"
        (TARGET / hashed).write_bytes(content)
        known = locked[f"node_modules/{package}"]
        manifest[name] = {
            "url": f"/static/tiers/{hashed}",
            "integrity": "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode(),
            "package": package,
            "version": known["version"],
            "licence": known["license"],
        }
        for text in (modules / package).glob("LICENSE*"):
            licences[f"{package} {known['version']} ({known['license']})"] = text.read_text()
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    (TARGET / "licences.txt").write_text("\n\n".join(f"== {name}\n\n{text}" for name, text in licences.items()))


def _environment(npm: str) -> dict[str, str] | None:
    """npm of the wheel starts `node` by name: it must find its own beside it."""
    return {**os.environ, "PATH": f"{Path(npm).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _stamp() -> str:
    parts = [(UI / name).read_bytes() for name in (*FILES, "assets.toml")]
    return hashlib.sha256(b"\0".join([*parts, Path(__file__).read_bytes()])).hexdigest()

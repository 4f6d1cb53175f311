"""The house checks itself: the same files in each service, nothing unheard, unsaid, undocumented or unused."""

import ast
import importlib
import json
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import services
from contracts import events
from contracts.events import LISTENERS, Event
from gateway.messages import SENTENCES
from gateway.settings import Settings as GatewaySettings
from kit.errors import Refusal
from kit.log import ALLOWED

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("contracts", "kit", "gateway", "services", "infra", "bench", "tests")
SERVICES = ("booking", "identity", "referral", "reminders", "video")
WITH_DATABASE = tuple(name for name in SERVICES if name != "video")
FILES = ("__init__.py", "app.py", "settings.py")
MAY_BE_A_FOLDER = ("domain", "routes")
DATABASE_FILES = ("worker.py", "listeners.py", "tables.py", "invariants.py")
FAMILIES = frozenset(
    {"NotFound", "Conflict", "Forbidden", "Invalid", "Gone", "Unauthorised", "Changed", "Unavailable", "TooMany"}
)


def tracked(*patterns: str) -> list[Path]:
    """Files that belong to the project, committed or about to be."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).exists()]


PYTHON = [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES]
TEMPLATES = tracked("gateway/templates")
SCRIPTS = tracked("gateway/static/*.js", "gateway/static/**/*.js", "infra/embedded/*.js", "infra/embedded/**/*.js")


def modules(package: str) -> Iterator[str]:
    """Every module of `package`, imported names only."""
    found = importlib.import_module(package)
    for one in pkgutil.walk_packages(found.__path__, f"{package}."):
        if ".migrations" not in one.name:
            yield one.name


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_the_same_few_files(service: str) -> None:
    folder = ROOT / "services" / service
    wanted = [*FILES, *(DATABASE_FILES if service in WITH_DATABASE else ())]
    there = [name for name in wanted if (folder / name).exists() or (folder / name.removesuffix(".py")).is_dir()]
    assert there == wanted  # a file that held two ideas is a folder of the same name
    either = [*MAY_BE_A_FOLDER, *(["store"] if service in WITH_DATABASE else [])]
    assert [name for name in either if not (folder / name).is_dir() and not (folder / f"{name}.py").exists()] == []


def test_no_python_file_is_longer_than_300_lines() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in PYTHON}
    assert {name: count for name, count in long.items() if count > 300} == {}


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_nothing_is_called_utils_or_common() -> None:
    vague = {"utils", "util", "common", "core", "helpers", "misc", "manager"}
    assert [str(path) for path in PYTHON if path.stem in vague or vague & set(path.relative_to(ROOT).parts)] == []


def test_every_event_has_a_listener_and_every_listener_listens() -> None:
    told = {one for one in vars(events).values() if isinstance(one, type) and issubclass(one, Event)} - {Event}
    assert {one.__name__ for one in told} == {one.__name__ for one in LISTENERS}
    deaf = []
    for service in WITH_DATABASE:
        declared = importlib.import_module(f"services.{service}.worker").SERVICE.listeners
        meant = {kind for kind, heard_by in LISTENERS.items() if service in heard_by}
        deaf += [f"{service}: {kind.__name__}" for kind in meant ^ set(declared)]
    assert deaf == []


def test_every_refusal_has_a_sentence_for_people() -> None:
    for package in ("kit", "services", "gateway"):
        for name in modules(package):
            importlib.import_module(name)
    codes = {one.code for one in _below(Refusal) if one.__name__ not in FAMILIES and one.__module__[:5] != "tests"}
    assert sorted(codes - set(SENTENCES)) == []


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "running.md").read_text()
    shapes = [("gateway", GatewaySettings)]
    shapes += [(name, importlib.import_module(f"services.{name}.settings").Settings) for name in SERVICES]
    missing = [
        f"{process}: {field.encode_name.upper()}"
        for process, shape in shapes
        for field in msgspec.structs.fields(shape)
        if field.encode_name.upper() not in text
    ]
    assert missing == []


def test_every_template_is_used() -> None:
    names = {str(path.relative_to(ROOT / "gateway" / "templates")) for path in TEMPLATES}
    sources = [path.read_text() for path in [*TEMPLATES, *PYTHON] if "tests" not in path.parts]
    assert sorted(name for name in names if not any(f'"{name}"' in text for text in sources)) == []


FORBIDDEN_MARKUP = {
    "an inline style": re.compile(r"\sstyle\s*=", re.I),
    "an inline handler": re.compile(r"\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"hx-on", re.I),
    "js: in hx-vals": re.compile(r"js:|javascript:", re.I),
    "a script with a body": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "a style sheet with a body": re.compile(r"<style", re.I),
    "a third party": re.compile(r"""(?:src|href)\s*=\s*["']https?://""", re.I),
    "an event filter": re.compile(r"hx-trigger=\"[^\"]*\[", re.I),
}


@pytest.mark.parametrize("what", FORBIDDEN_MARKUP)
def test_no_template_holds(what: str) -> None:
    guilty = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if FORBIDDEN_MARKUP[what].search(line)
    ]
    assert guilty == []


def test_no_script_evaluates_text_or_writes_raw_markup() -> None:
    bad = re.compile(r"\beval\(|new Function|document\.write|MediaRecorder|localStorage")
    assert [str(path.relative_to(ROOT)) for path in SCRIPTS if bad.search(path.read_text())] == []


def test_no_recording_exists_anywhere() -> None:
    assert [str(path) for path in PYTHON if "tests" not in path.parts and "MediaRecorder" in path.read_text()] == []


def test_whatever_a_log_line_is_given_is_let_through() -> None:
    """Keys that nobody listed are left out without a word: whoever wrote them would look for them in vain."""
    lost = [
        f"{path.relative_to(ROOT)}:{call.lineno} {key.arg}"
        for path in PYTHON
        if "tests" not in path.parts
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("log().")
        for key in call.keywords
        if key.arg not in ALLOWED
    ]
    assert lost == []


def test_locks_hold_versions_and_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line for line in pinned)
    assert lock.count("--hash=sha256:") >= len(pinned)
    packages = json.loads((ROOT / "ui" / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in one for one in packages.values())
    assert all("integrity" in one for name, one in packages.items() if name)


def test_no_unfinished_words_and_no_paths_of_one_machine() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|NotImplemented)\b|/work/|/root/|/home/")
    guilty = [
        f"{path.relative_to(ROOT)}"
        for path in [*PYTHON, *TEMPLATES, *SCRIPTS, *tracked("*.md", "veilleuse", ".ci/run")]
        if path != Path(__file__).resolve() and unfinished.search(path.read_text())
    ]
    assert guilty == []


def test_nothing_is_patched_in_tests() -> None:
    patched = re.compile(r"unittest\.mock|mocker\.|monkeypatch\.setattr")
    assert [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if path != Path(__file__).resolve() and patched.search(path.read_text())
    ] == []


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


assert services.__doc__

"""The words of `./veilleuse`, each a few lines; only Python's own library is at hand here."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra import browser, detached, lanes, relay
from infra.arguments import Parser
from infra.assets import ensure_assets
from infra.embedded import refusals, runfile
from infra.install import (
    LOCK,
    OWN,
    ROOT,
    TOOLS_LOCK,
    VENV,
    SetupFailed,
    alone,
    ensure_tool,
    ensure_venv,
    python,
    run_quietly,
)

DATA = OWN / "data"
# The house's own tests lie directly under tests/: the shape of the code, the templates, the settings.
CHECKS: Mapping[str, Sequence[str]] = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy", "contracts", "kit", "services", "gateway", "infra", "bench"),
    "imports": ("lint-imports", "--no-cache"),
    "house": ("pytest", "-q", *sorted(str(one.relative_to(ROOT)) for one in ROOT.glob("tests/test_*.py"))),
}


def say(sentence: str) -> None:
    print(sentence, flush=True)


def main(arguments: list[str], started_in: str) -> int:
    """Run one word; 0 when all is well, 1 when something failed, 2 when it could not begin."""
    parser = _parser(Path(started_in))
    chosen, rest = parser.parse_known_args(arguments)
    if rest and not chosen.takes_rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        code: int = chosen.do(chosen, rest)
    except SetupFailed as failed:
        print(failed, file=sys.stderr)
        return 2
    except PermissionError as refused:  # another account's folder, or house
        print(refusals.cannot_read(getattr(chosen, "data", ROOT), refused), file=sys.stderr)
        return 2
    except BrokenPipeError:  # `status | head`: whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _parser(started_in: Path) -> Parser:
    parser = Parser(prog="./veilleuse", description="La Veilleuse, une commande pour tout.")

    def explain(_: argparse.Namespace, _rest: list[str]) -> int:
        parser.print_help(sys.stderr)
        return 2

    parser.set_defaults(do=explain, takes_rest=False)
    words = parser.add_subparsers(metavar="MOT")

    def word(
        name: str, do: Callable[[argparse.Namespace, list[str]], int], about: str, *, rest: bool = False
    ) -> Parser:
        added = words.add_parser(name, help=about, description=about, allow_abbrev=False)
        added.set_defaults(do=do, takes_rest=rest)
        return added

    def on_data(added: Parser) -> None:
        added.add_argument(
            "--data", type=lambda given: _folder(started_in, given), default=DATA, metavar="DOSSIER",
            help="où vivent les données (par défaut .veilleuse/data)",
        )  # fmt: skip

    starting = word("up", up, "installe ce qui manque et allume la maison")
    on_data(starting)
    starting.add_argument("--port", type=_port, default=8000, help="le port des pages (par défaut 8000)")
    starting.add_argument("--empty", action="store_true", help="sans données de démonstration")
    starting.add_argument(
        "--video-nodes", type=int, default=1, choices=range(1, 17), metavar="N",
        help="combien de processus tiennent les salles (par défaut 1)",
    )  # fmt: skip
    starting.add_argument("--detach", action="store_true", help="rend la main quand la maison est prête")
    on_data(word("down", down, "arrête tout, dans l'ordre"))
    asking = word("status", status, "dit ce qui tourne")
    on_data(asking)
    asking.add_argument("--json", action="store_true", help="pour un programme")
    word("test", test, "passe tous les tests (arguments de pytest acceptés)", rest=True)
    word("check", check, "format, style, types, imports, règles de la maison")
    word("fix", fix, "remet en forme ce qui peut l'être")
    keyed = word("token", token, "donne une clé d'API pour la maison qui tourne")
    on_data(keyed)
    keyed.add_argument("--role", required=True, help="le rôle de la clé")
    opening = word("account", account, "ouvre un compte dans la maison qui tourne, le premier d'une maison vide aussi")
    on_data(opening)
    opening.add_argument("login", metavar="IDENTIFIANT", help="ce qu'on tape pour entrer")
    opening.add_argument("--role", required=True, help="admin, psychologist, expert…")
    draining = word("drain", drain, "vide un nœud vidéo : plus de nouvelle salle, les siennes passent ailleurs")
    on_data(draining)
    draining.add_argument("node", metavar="NŒUD", help="video, video-2…")
    draining.add_argument("--again", action="store_true", help="il reprend des salles")
    on_data(word("check-data", check_data, "vérifie les invariants des données"))
    measured = "prepare, agenda, search, booking, race, idle, console, day, queue, ranking, reminders, video, links"
    word("bench", bench, f"mesure : {measured}", rest=True)
    word("assets", assets, "apporte les fichiers des pages")
    word("lock", lock, "refait les verrous des dépendances")
    return parser


def _folder(started_in: Path, given: str) -> Path:
    if not given.strip():
        raise argparse.ArgumentTypeError("il faut le nom d'un dossier")
    try:
        return (started_in / given).resolve()
    except (OSError, RuntimeError) as refused:  # a link that may not be followed, or that goes in circles
        raise argparse.ArgumentTypeError(f"« {given} » ne mène à aucun dossier") from refused


def _port(given: str) -> int:
    if not given.isdecimal() or not 1 <= int(given) <= 65_535:
        raise argparse.ArgumentTypeError(f"« {given} » n'est pas un port : donnez un nombre de 1 à 65535")
    return int(given)


def _set_up() -> None:
    """Libraries and files of the pages, side by side: both mostly wait for the network."""
    with alone(say), ThreadPoolExecutor() as both:
        for done in [both.submit(ensure_venv, say), both.submit(ensure_assets, say)]:
            done.result()


def _module(name: str, *arguments: str) -> int:
    """Run a module of ours with the house's own Python; Ctrl-C is the module's to answer."""
    child = subprocess.Popen([str(python()), "-m", name, *arguments], cwd=ROOT)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def up(chosen: argparse.Namespace, _: list[str]) -> int:
    _set_up()
    arguments = ["--data", str(chosen.data), "--port", str(chosen.port), *(["--empty"] if chosen.empty else [])]
    arguments += ["--video-nodes", str(chosen.video_nodes)]
    argv = [str(python()), "-m", "infra.embedded.up", *arguments]
    if chosen.detach:
        return detached.start(argv, chosen.data)
    sys.stdout.flush()
    os.execv(argv[0], argv)


def down(chosen: argparse.Namespace, _: list[str]) -> int:
    return detached.stop(chosen.data, say)


def status(chosen: argparse.Namespace, _: list[str]) -> int:
    """0 when the house runs, 3 when it does not."""
    alive = runfile.is_held(chosen.data)
    run = runfile.read(chosen.data) if alive else None
    if chosen.json:
        nothing: dict[str, object] = {"state": "starting" if alive else "stopped", "processes": {}}
        say(json.dumps(run or nothing, indent=2, ensure_ascii=False))
        return 0 if run else 3
    if run is None:
        say(f"La maison s'allume sur {chosen.data}." if alive else f"Rien ne tourne sur {chosen.data}.")
        return 3
    say(f"{run['url']} ({run['state']})   messages : {run['messages_url']}")
    for name, one in run["processes"].items():
        again = f"   relancé {one['restarts']} fois" if one["restarts"] > 0 else ""
        where = f"pid {one['pid'] or '—':<8} port {one['port'] or '—':<6} {one['log']}"
        say(f"  {name:<10} {one['state']:<9} {where}{again}")
    return 0


def test(_: argparse.Namespace, rest: list[str]) -> int:
    """All tests, in their lanes. What cannot run here is left out aloud; CI installs what it can, and fails else."""
    _set_up()
    every_test = os.environ.get("CI") == "true"
    missing = browser.ensure(say)
    foxless = browser.ensure_firefox(say, every_test=every_test)
    unrelayed = relay.ensure(say)
    not_run = missing or foxless or (None if relay.refused_by_the_machine() else unrelayed)
    if every_test and not_run:
        say(f"{not_run}\nEn intégration, un test non passé est un échec.")
        return 1
    selection = ["-m", "not browser"] if missing else []
    selection += [f"--ignore={path}" for path, why in ((relay.TEST, unrelayed), (browser.FIREFOX_TEST, foxless)) if why]
    strict = ["-p", "infra.every_test"] if every_test else []
    code = _module("pytest", *selection, *strict, *rest) if rest else lanes.run(say, *selection, *strict)
    for left_out in filter(None, (unrelayed, foxless)):
        say(f"\nATTENTION : {left_out}")
    if missing:
        say(f"\nATTENTION : {missing}\n{browser.left_out([str(python()), '-m', 'pytest', *rest], ROOT)}")
    return code


def check(_: argparse.Namespace, _rest: list[str]) -> int:
    """Every check, to the end; 1 when one of them found something."""
    _set_up()
    failed = []
    for title, (program, *arguments) in CHECKS.items():
        say(f"— {title}")
        if subprocess.run([str(VENV / "bin" / program), *arguments], cwd=ROOT, check=False).returncode != 0:
            failed.append(title)
    say(f"À revoir : {', '.join(failed)}" if failed else "Tout est en ordre.")
    return 1 if failed else 0


def fix(_: argparse.Namespace, _rest: list[str]) -> int:
    _set_up()
    ruff = str(VENV / "bin" / "ruff")
    fixed = subprocess.run([ruff, "check", "--fix", "."], cwd=ROOT, check=False).returncode
    return subprocess.run([ruff, "format", "."], cwd=ROOT, check=False).returncode or fixed


def token(chosen: argparse.Namespace, _: list[str]) -> int:
    ensure_venv(say)
    return _module("infra.embedded.token", "--data", str(chosen.data), "--role", chosen.role)


def account(chosen: argparse.Namespace, _: list[str]) -> int:
    ensure_venv(say)
    return _module("infra.embedded.account", "--data", str(chosen.data), "--role", chosen.role, "--", chosen.login)


def drain(chosen: argparse.Namespace, _: list[str]) -> int:
    ensure_venv(say)
    again = ["--again"] if chosen.again else []
    return _module("infra.embedded.drain", "--data", str(chosen.data), chosen.node, *again)


def check_data(chosen: argparse.Namespace, _: list[str]) -> int:
    ensure_venv(say)
    return _module("infra.embedded.invariants", "--data", str(chosen.data))


def bench(_: argparse.Namespace, rest: list[str]) -> int:
    _set_up()
    return _module("bench", *rest)


def assets(_: argparse.Namespace, _rest: list[str]) -> int:
    ensure_assets(say)
    return 0


def lock(_: argparse.Namespace, _rest: list[str]) -> int:
    """Exact versions and hashes, for every platform, without an address."""
    uv = str(ensure_tool("uv"))
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--quiet"]
    for wanted, locked in ((ROOT / "requirements.in", LOCK), (ROOT / "infra" / "tools.in", TOOLS_LOCK)):
        paths = [str(wanted.relative_to(ROOT)), "-o", str(locked.relative_to(ROOT))]
        command = [uv, "pip", "compile", *options, "--custom-compile-command", "./veilleuse lock", *paths]
        run_quietly(command, f"{locked.name} n'a pas pu être refait.")
    return 0

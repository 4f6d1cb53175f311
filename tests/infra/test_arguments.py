"""What is typed wrongly after `./veilleuse` is answered in French."""

import pytest

from bench.__main__ import NAMES
from infra.arguments import Parser
from infra.commands import main


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["alume"], "« alume » n'est pas un de ses mots : up"),
        (["up", "--port"], "--port attend une valeur"),
        (["up", "--nodes", "deux"], "--nodes : « deux » n'est pas un nombre"),
        (["up", "--nodes", "9"], "--nodes : « 9 » n'est pas un choix parmi 1, 2"),
        (["up", "--json=oui"], "--json n'attend pas de valeur"),
        (["up"], "il manque --role"),
        (["up", "--role", "x", "--prot"], "argument inconnu : --prot"),
    ],
)
def test_what_is_not_understood_is_said_in_french(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = Parser(prog="./veilleuse")
    up = parser.add_subparsers(metavar="MOT").add_parser("up")
    up.add_argument("--port")
    up.add_argument("--nodes", type=int, choices=(1, 2))
    up.add_argument("--json", action="store_true")
    up.add_argument("--role", required=True)
    with pytest.raises(SystemExit) as left:
        parser.parse_args(typed)
    told = capsys.readouterr().err
    assert left.value.code == 2
    assert told.startswith("usage : ./veilleuse") and said in told.splitlines()[-1]
    assert not {"error", "argument MOT", "invalid", "required"} & set(told.replace(":", " ").split())


def test_whatever_can_be_measured_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "-h"], ".")
    told = capsys.readouterr().out
    assert [name for name in NAMES if name not in told] == []


def test_the_help_is_in_french_too() -> None:
    told = Parser(prog="./veilleuse").format_help()
    assert "montre cette aide" in told and "options :" in told and "show" not in told

"""What cannot work gets a plain sentence before anything is touched."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra import commands
from infra.embedded import refusals
from infra.embedded.ports import free_port
from infra.embedded.refusals import Refusal
from infra.embedded.runfile import Lock, write
from infra.embedded.running import running

ROOT = Path(__file__).parent.parent.parent


def up(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "infra.embedded.up", "--empty", "--data", str(data), "--port", str(port)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_taken_port_is_named_and_another_proposed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = up(tmp_path / "data", port)
    assert refused.returncode == 2
    said = re.fullmatch(
        rf"Le port {port} est déjà pris par un autre programme. Essayez : ./veilleuse up --port (\d+) --data \S+\n",
        refused.stderr,
    )
    assert said is not None and int(said[1]) != port
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize("given", ["--port=99999", "--port=0", "--port=huit mille", "--data="])
def test_a_value_that_cannot_be_is_refused_before_anything_is_installed(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        commands.main(["up", given], "/")
    assert stopped.value.code == 2
    assert re.search(r"n'est pas un port : donnez un nombre de 1 à 65535|il faut le nom", capsys.readouterr().err)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = up(tmp_path / "file" / "data", free_port())
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"Je ne peux pas écrire dans {tmp_path}/file/data")
    assert "Traceback" not in refused.stderr


def test_a_second_run_on_the_same_data_says_where_the_first_one_is(tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    assert lock.take()
    write(tmp_path, {"url": "http://127.0.0.1:8123"})
    refused = up(tmp_path, free_port())
    lock.release()
    assert refused.returncode == 2
    assert f"tourne déjà sur {tmp_path} : http://127.0.0.1:8123" in refused.stderr
    assert not (tmp_path / "postgres").exists()


def test_a_nearly_full_disk_is_said_with_figures(tmp_path: Path) -> None:
    refusals.enough_disk(tmp_path, needed=1)
    with pytest.raises(Refusal, match=r"presque plein : il reste \d+ Mo, il en faut \d+"):
        refusals.enough_disk(tmp_path, needed=2**60)


def test_a_disk_that_fills_up_while_the_house_starts_is_said_in_plain_words(tmp_path: Path) -> None:
    assert refusals.full_disk(tmp_path, needed=0) == ""
    assert refusals.full_disk(tmp_path, needed=2**60).startswith(f"Le disque de {tmp_path} est plein.")


def test_the_small_commands_say_how_the_house_of_this_folder_is_lit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        running(tmp_path)
    assert capsys.readouterr().err.endswith(f"Allumez d'abord : ./veilleuse up --data {tmp_path}\n")


def test_a_refused_unshare_says_what_else_to_do() -> None:
    refusals.able_to_step_down([])
    refusals.able_to_step_down(["env"])
    with pytest.raises(Refusal, match="compte ordinaire"):
        refusals.able_to_step_down(["false"])
    with pytest.raises(Refusal, match="compte ordinaire"):
        refusals.able_to_step_down(["no-such-program-here"])


def test_an_older_python_is_told_which_one_is_needed(tmp_path: Path) -> None:
    script = (ROOT / "veilleuse").read_text().replace("(3, 11)", "(99, 0)")
    (tmp_path / "veilleuse").write_text(script)
    argv = [sys.executable, str(tmp_path / "veilleuse"), "up"]
    refused = subprocess.run(argv, capture_output=True, text=True, env={**os.environ}, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("La Veilleuse demande Python 3.11 ou plus récent")
    assert "Traceback" not in refused.stderr

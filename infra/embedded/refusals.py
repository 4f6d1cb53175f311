"""What stops `up` before it breaks anything, each as a plain French sentence that says what to do."""

import errno
import shlex
import shutil
from pathlib import Path

from infra.embedded import ports
from infra.embedded.ownership import UnshareRefused, check_not_as_root, not_as_root

DEFAULT_DATA = Path(".veilleuse/data")
ENOUGH_DISK = 700 * 1024 * 1024
FULL = 32 * 1024 * 1024
"""Less than two segments of PostgreSQL's log: it cannot write any more."""


REASONS = {
    errno.EACCES: "vous n'en avez pas le droit",
    errno.EPERM: "vous n'en avez pas le droit",
    errno.EEXIST: "ce n'est pas un dossier",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.ENAMETOOLONG: "ce nom est trop long",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "votre part du disque est pleine",
    errno.EROFS: "ce disque ne se laisse que lire",
}


class Refusal(Exception):
    """The command stops here; the text is for the person at the keyboard."""


def writable(folder: Path) -> None:
    """The folder can be made and written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".essai"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as refused:
        raise Refusal(cannot_write(folder, refused)) from refused


def cannot_write(folder: Path, refused: OSError) -> str:
    """The sentence of a folder that does not let itself be written to."""
    return f"Je ne peux pas écrire dans {folder} ({reason(refused)}). Donnez un autre dossier avec --data DOSSIER."


def cannot_read(folder: Path, refused: OSError) -> str:
    """The sentence of a folder that is another account's."""
    return (
        f"Je ne peux pas voir ce qui tourne sur {folder} ({reason(refused)}). "
        "Lancez la commande avec le compte qui a allumé la maison."
    )


def reason(refused: OSError) -> str:
    """Why the system said no, in French for what people meet."""
    return REASONS.get(refused.errno or 0) or refused.strerror or str(refused)


def enough_disk(folder: Path, needed: int = ENOUGH_DISK) -> None:
    """The disk holds what a night of demo writes; PostgreSQL must never meet a full one."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refusal(
            f"Le disque de {folder} est presque plein : il reste {free // 2**20} Mo, il en faut {needed // 2**20}. "
            "Faites de la place, ou donnez un autre dossier avec --data DOSSIER."
        )


def full_disk(folder: Path, needed: int = FULL) -> str:
    """The sentence of a disk that filled up while the house started; empty when that is not it."""
    if shutil.disk_usage(folder).free >= needed:
        return ""
    return f"Le disque de {folder} est plein. Faites de la place, puis recommencez."


def port_free(port: int, data: Path) -> None:
    """Nobody serves on the public port yet, and it may be ours."""
    if ports.is_forbidden(port):
        another = as_typed(f"up --port {_next_free(8000)}", data)
        raise Refusal(f"Le port {port} est réservé à root sur cette machine. Essayez : {another}")
    if ports.is_taken(port):
        another = as_typed(f"up --port {_next_free(port)}", data)
        raise Refusal(f"Le port {port} est déjà pris par un autre programme. Essayez : {another}")


def _next_free(port: int) -> int:
    from_here = max(port + 1, 1024)
    return next((one for one in range(from_here, min(from_here + 100, 65_536)) if not ports.is_taken(one)), 8000)


def able_to_step_down(prefix: list[str] | None = None) -> None:
    """As root, PostgreSQL must run as someone else."""
    try:
        check_not_as_root(not_as_root() if prefix is None else prefix)
    except UnshareRefused as refused:
        raise Refusal(
            "Vous êtes root, PostgreSQL refuse de tourner ainsi, et cette machine interdit « unshare » "
            f"({refused}). Lancez la même commande avec un compte ordinaire, "
            "ou donnez un serveur PostgreSQL avec VEILLEUSE_POSTGRES_URL."
        ) from refused


def already_running(data: Path, url: str) -> Refusal:
    """The sentence of a second `up` on the same data."""
    where = f"La Veilleuse tourne déjà sur {data} : {url}" if url else f"La Veilleuse s'allume déjà sur {data}."
    return Refusal(f"{where}\nPour l'arrêter : {how_to_stop(data)}")


def how_to_stop(data: Path) -> str:
    """The command that stops the house on this data."""
    return as_typed("down", data)


def as_typed(words: str, data: Path) -> str:
    """A command on this data, as one types it in our folder."""
    where = "" if data == DEFAULT_DATA.absolute() else f" --data {shlex.quote(str(data))}"
    return f"./veilleuse {words}{where}"

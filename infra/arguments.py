"""What was typed after `./veilleuse` and is not understood, said in French; Python's own parser says it in English."""

import argparse
import re
import sys
from typing import Final, NoReturn

_FRENCH: Final = (
    (r"argument MOT: invalid choice: '?(.*?)'? \(choose from (.*)\)", r"« \1 » n'est pas un de ses mots : \2"),
    (r"argument (.+?): invalid choice: '?(.*?)'? \(choose from (.*)\)", r"\1 : « \2 » n'est pas un choix parmi \3"),
    (r"argument (.+?): invalid (?:int|float) value: '?(.*?)'?", r"\1 : « \2 » n'est pas un nombre"),
    (r"argument (.+?): expected (?:one|at least one) argument", r"\1 attend une valeur"),
    (r"argument (.+?): ignored explicit argument '?(.*?)'?", r"\1 n'attend pas de valeur"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 ne va pas avec \2"),
    (r"ambiguous option: (.+?) could match (.+)", r"\1 peut être \2 : dites-le en entier"),
    (r"the following arguments are required: (.+)", r"il manque \1"),
    (r"unrecognized arguments: (.+)", r"argument inconnu : \1"),
    (r"argument (.+?): (.+)", r"\1 : \2"),
)
_HEADINGS: Final = {
    "usage: ": "usage : ",
    "positional arguments:": "à dire :",
    "options:": "options :",
    "show this help message and exit": "montre cette aide",
}


def in_french(message: str) -> str:
    """One sentence of argparse, in any of the Pythons that we run on; what is not known stays as it is."""
    for english, french in _FRENCH:
        found = re.fullmatch(english, message, re.DOTALL)
        if found:
            return re.sub(r"'([\w-]+)'", r"\1", found.expand(french))
    return message


class Parser(argparse.ArgumentParser):
    """As argparse, with its help and its refusals in the language of the house."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog} : {in_french(message)}\n")

    def format_usage(self) -> str:
        return _titled(super().format_usage())

    def format_help(self) -> str:
        return _titled(super().format_help())


def _titled(text: str) -> str:
    for english, french in _HEADINGS.items():
        text = text.replace(english, french)
    return text

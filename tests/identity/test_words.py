"""The words of spoken codes: enough of them, told apart by ear and by four letters, none dark."""

import itertools
import math
import re

from hypothesis import given
from hypothesis import strategies as st

from contracts.identity import SpokenCode
from services.identity.domain.spoken import MARK, WORDS, folded, heard, new_code

CONSONANTS = (("ph", "f"), ("th", "t"), ("rh", "r"), ("sch|ch|sh", "S"), ("sc(?=[eiéèêy])", "s"), ("gn", "N"))
HARD_AND_SOFT = (
    ("ç", "s"),
    ("qu|q|k", "k"),
    ("cc(?=[eiéèêy])", "ks"),
    ("c(?=[eiéèêy])", "s"),
    ("c", "k"),
    ("ge(?=[aou])", "J"),
    ("gu(?=[eiéèêy])", "g"),
    ("g(?=[eiéèêy])", "J"),
    ("j", "J"),
    ("x", "ks"),
)
VOWELS = (
    ("eau|au|ô", "o"),
    ("oin(?![aeiouyéèên])", "wI"),
    ("oi|oî", "wa"),
    ("oy", "waj"),
    ("ou|où|oû", "U"),
    ("(ain|ein|aim|eim|in|im|yn|ym|un|um)(?![aeiouyéèêœnmUI])", "I"),
    ("(en|em|an|am|on|om)(?![aeiouyéèêœnmUI])", "A"),
    ("ien$", "jI"),
    ("ai|ei|aî|ê|è|é|ë|et$", "e"),
    ("eu|œu", "e"),
    ("aill|eill|ill", "j"),
    ("h", ""),
    ("y", "i"),
)
ALIKE = str.maketrans("bdgvzJNmwj", "ptkfsSnnui")


def sound(word: str) -> str:
    """Roughly how a word sounds over a bad line: voiced as unvoiced, m as n, on as an."""
    heard = re.sub("(er|ez|ée|és)$", "é", word)
    for pattern, by in (*CONSONANTS, *HARD_AND_SOFT, *VOWELS):
        heard = re.sub(pattern, by, heard)
    heard = re.sub("e$", "", re.sub("[tdspx]$", "", heard) if len(heard) > 3 else heard)
    return re.sub(r"(.)\1+", r"\1", folded_keeping_case(heard.translate(ALIKE)))


def folded_keeping_case(text: str) -> str:
    return "".join(letter if letter.isupper() else folded(letter) for letter in text)


def test_there_are_at_least_1800_words_and_39_bits() -> None:
    assert len(set(WORDS)) == len(WORDS) >= 1800
    assert math.log2(len(WORDS) ** 3 * 100) > 39


def test_no_two_words_sound_alike() -> None:
    assert sound("poison") == sound("boisson")  # the measure itself can tell
    assert len({sound(word) for word in WORDS}) == len(WORDS)


def test_four_letters_tell_any_two_words_apart_and_none_begins_another() -> None:
    plain = sorted(folded(word) for word in WORDS)
    assert len({word[:MARK] for word in plain}) == len(plain)
    assert not any(after.startswith(before) for before, after in itertools.pairwise(plain))


def test_no_word_is_dark() -> None:
    dark = {
        "abandon",
        "angoisse",
        "détresse",
        "falaise",
        "prison",
        "pleurer",
        "solitude",
        "venin",
        "cordage",
        "couteau",
    }
    assert not dark & set(WORDS)


def test_a_new_code_is_three_words_and_two_digits() -> None:
    code = new_code()
    assert set(code.words) <= set(WORDS) and re.fullmatch("[0-9]{2}", code.digits)
    assert len({new_code().text for _ in range(50)}) == 50


codes = st.builds(SpokenCode, st.tuples(*[st.sampled_from(WORDS)] * 3), st.from_regex("[0-9]{2}", fullmatch=True))


@given(codes, st.sampled_from([" ", "-", "", "  ", " - ", ", ", "\u00a0"]), st.booleans(), st.booleans())
def test_a_code_is_heard_however_it_is_typed(code: SpokenCode, between: str, upper: bool, plain: bool) -> None:
    typed = between.join((*code.words, code.digits))
    typed = folded(typed) if plain else typed
    assert heard(typed.upper() if upper else typed) == heard(code.text) is not None


def test_the_end_of_a_word_does_not_count() -> None:
    assert heard("abrité, jardins tuiles 07") == heard("abriter jardin tuile 07")
    assert heard("abriter jardin tuile 08") != heard("abriter jardin tuile 07")


@given(st.text(max_size=300))
def test_anything_typed_is_a_code_or_none(text: str) -> None:
    found = heard(text)
    assert found is None or re.fullmatch("([a-z]{4} ){3}[0-9]{2}", found)

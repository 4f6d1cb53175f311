"""The call sheet: what may be typed, and what the page must ask (care.md 1, 2, 6)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.referral import UNKNOWN, Sheet
from contracts.words import Modality
from services.referral.domain import sheets
from services.referral.domain.contacts import reference
from services.referral.domain.vocabulary import VOCABULARY
from tests.referral.make import NIGHT, a_sheet


def test_a_new_sheet_has_no_level_and_nothing_is_chosen() -> None:
    sheet = Sheet()
    assert sheet.level is None and sheet.modalities == [] and sheet.help == []
    assert sheets.asks(sheet, now=NIGHT) == []


def test_only_what_changed_changes() -> None:
    sheet = sheets.changed(a_sheet(notes="rappeler"), {"level": 3})
    assert sheet == a_sheet(notes="rappeler", level=3)


def test_unknown_is_not_empty() -> None:
    assert sheets.changed(Sheet(), {"profession": UNKNOWN}).profession == "unknown"
    assert sheets.changed(Sheet(profession=UNKNOWN), {"profession": None}).profession is None


def test_null_empties_a_list() -> None:
    assert sheets.changed(a_sheet(), {"motives": None}).motives == []


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("level", 0),
        ("level", 6),
        ("level", "haut"),
        ("level", True),
        ("profession", "astronaut"),
        ("department", "99"),
        ("department", 72),
        ("employment", "king"),
        ("motives", ["boredom"]),
        ("motives", "anxiety"),
        ("modalities", ["pigeon"]),
        ("languages", ["elvish"]),
        ("not_experts", ["not-a-uuid"]),
        ("first_name", "x" * 61),
        ("notes", "x" * 4001),
        ("notes", "a\x00b"),
        ("plan", 3),
        ("prompts", {"mood": "gris"}),
        ("prompts", {"means": "x" * 501}),
        ("time_zone", "Mars/Olympus Mons"),
        ("colour", "blue"),
    ],
)
def test_each_wrong_field_is_named(field: str, typed: object) -> None:
    with pytest.raises(sheets.SheetRefused) as refused:
        sheets.changed(Sheet(), {field: typed, "level": 2} if field != "level" else {field: typed})
    assert set(refused.value.fields) == {field}


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(sheets.SheetRefused) as refused:
        sheets.changed(Sheet(), {"level": 9, "department": "XX", "notes": "bien"})
    assert set(refused.value.fields) == {"level", "department"}


def test_emoji_and_marks_stay_and_what_turns_a_line_around_goes() -> None:
    typed = "épuisée 😔 \u200fשלום <b>x</b> \u202eabc\u2069"
    kept = sheets.changed(Sheet(), {"notes": typed}).notes
    assert kept == "épuisée 😔 \u200fשלום <b>x</b> abc"


@given(st.text(max_size=200))
def test_no_text_is_kept_with_a_control_that_hides_or_breaks(typed: str) -> None:
    try:
        kept = sheets.changed(Sheet(), {"notes": typed}).notes or ""
    except sheets.SheetRefused:
        assert "\x00" in typed
        return
    assert not set(kept) & set("\x00\x1b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_the_codes_hold_nothing_that_was_typed_and_both_parts_make_the_sheet_again() -> None:
    sheet = a_sheet(
        first_name="Sam", notes="mot", plan="appeler sa sœur", prompts={"means": "oui"}, not_experts=[uuid4()]
    )
    codes, typed = sheets.coded(sheet), sheets.secret(sheet)
    assert not set(codes) & {"first_name", "notes", "plan", "prompts"}
    assert sheets.whole(codes, typed) == sheet


def test_suicidal_ideas_ask_and_never_set_the_level() -> None:
    sheet = sheets.changed(Sheet(), {"motives": ["suicidal_ideas"]})
    assert sheet.level is None
    assert sheets.asks(sheet, now=NIGHT) == ["risk_prompts"]


def test_below_level_four_it_asks_once_whether_this_is_meant() -> None:
    sheet = a_sheet(motives=["suicidal_ideas"], level=2)
    assert "level_meant" in sheets.asks(sheet, now=NIGHT)
    meant = sheets.changed(sheet, {"level_confirmed": True})
    assert "level_meant" not in sheets.asks(meant, now=NIGHT)


def test_from_level_four_the_call_back_number_is_asked_first() -> None:
    assert sheets.asks(a_sheet(level=4, motives=["suicidal_ideas"]), now=NIGHT)[0] == "call_back_number"
    assert "call_back_number" not in sheets.asks(a_sheet(level=3), now=NIGHT)


@pytest.mark.parametrize(
    ("level", "hours", "needed"),
    [(None, 500, False), (2, 500, False), (3, 500, False), (4, 23, False), (4, 25, True), (5, 1, True)],
)
def test_an_appointment_beyond_the_target_needs_a_plan_from_level_four(
    level: int | None, hours: int, needed: bool
) -> None:
    starts_at = NIGHT + timedelta(hours=hours)
    assert sheets.needs_plan(level, starts_at, NIGHT) is needed
    sheet = a_sheet(level=level)
    assert ("plan" in sheets.asks(sheet, starts_at=starts_at, now=NIGHT)) is needed
    told = a_sheet(level=level, plan="sa sœur dort chez elle")
    assert "plan" not in sheets.asks(told, starts_at=starts_at, now=NIGHT)


def test_a_sheet_without_level_cannot_be_handed_over() -> None:
    with pytest.raises(sheets.LevelMissing):
        sheets.submittable(a_sheet(level=None), starts_at=None, now=NIGHT)


def test_a_late_slot_without_plan_cannot_be_handed_over() -> None:
    with pytest.raises(sheets.PlanMissing):
        sheets.submittable(a_sheet(level=4), starts_at=NIGHT + timedelta(days=3), now=NIGHT)


def test_the_vocabulary_is_whole_and_its_frequent_words_come_first() -> None:
    assert len(VOCABULARY.departments) == 101
    assert len(VOCABULARY.professions) >= 50
    assert [term.label for term in VOCABULARY.levels] == [
        "Information",
        "Souffrance modérée",
        "Souffrance forte",
        "Idées suicidaires",
        "Passage à l’acte imminent",
    ]
    for terms in (VOCABULARY.professions, VOCABULARY.departments, VOCABULARY.motives, VOCABULARY.languages):
        frequent = [term.frequent for term in terms]
        assert frequent == sorted(frequent, reverse=True) and len({term.code for term in terms}) == len(terms)


def test_a_reference_is_short_and_unmistakable_aloud() -> None:
    assert (reference(1), reference(1912), reference(9001)) == ("A-1000", "A-2911", "B-1000")
    assert not {reference(n * 9000)[0] for n in range(1, 25)} & set("IO")


def test_modalities_keep_the_order_of_preference() -> None:
    chosen = [Modality.PHONE, Modality.VIDEO]
    assert sheets.changed(Sheet(), {"modalities": ["phone", "video", "phone"]}).modalities == chosen

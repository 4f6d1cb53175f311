"""The console, pure parts: what was typed, what is said aloud, which hours are pressed, how to be told."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from contracts.booking import Hold, Slot
from contracts.delays import Delay
from contracts.referral import Candidate, Candidates, ExpertCard, Reason, Sheet
from contracts.words import Channel, ExpertProfession, MessageMoment, Modality, Privacy
from gateway import proposals, spoken, typed
from gateway.contact_wishes import Wishes, hour, wishes
from gateway.holding import held, held_in
from gateway.pages.calls.holding import overlap
from gateway.pages.calls.stream import free_of
from gateway.typography import NB

NOW = datetime(2026, 11, 22, 1, 14, tzinfo=UTC)  # 02:14 in Paris, a Sunday
AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
TYPE = UUID(int=2)
CONSOLE = Path(__file__).parents[2] / "gateway" / "static" / "console"


def a_slot(expert: int = 7, *, minutes: int = 0, modality: Modality = Modality.VIDEO) -> Slot:
    start = AT + timedelta(minutes=minutes)
    return Slot(UUID(int=expert), TYPE, start, start + timedelta(minutes=45), modality)


def a_candidate(expert: int, *, near: float = 0.5) -> Candidate:
    return Candidate(
        expert_id=UUID(int=expert),
        name=f"Claire {expert}",
        profession=ExpertProfession.PSYCHOLOGIST,
        title="Psychologue clinicienne",
        department="29",
        city="Brest",
        modalities=[Modality.VIDEO],
        languages=["français"],
        specialties=["Épuisement"],
        fee="Gratuit",
        fit=80.0,
        first_free=AT + timedelta(days=expert),
        why="épuisement : spécialité",
        reasons=[Reason("proximity", near, "à Brest")],
    )


def candidates(*experts: int) -> Candidates:
    found = [a_candidate(expert, near=1 / expert) for expert in experts]
    return Candidates(found, len(found), 1046, None, found[0].expert_id if found else None)


def a_card(profession: ExpertProfession = ExpertProfession.PSYCHOLOGIST, fee: str = "Gratuit") -> ExpertCard:
    return ExpertCard(
        UUID(int=7), "Claire Morvan", "Psychologue", profession, "Brest", "29", [], [], [], fee, "Europe/Paris"
    )


def test_only_what_was_touched_is_sent() -> None:
    form = {"changed": ["profession", "motives"], "profession": ["midwife"], "notes": ["ne part pas"]}
    assert typed.changes(form) == {"profession": "midwife", "motives": []}


def test_unknown_is_not_empty() -> None:
    assert typed.changes({"changed": ["department"], "department": ["unknown"]}) == {"department": "unknown"}
    assert typed.changes({"changed": ["department"], "department": [""]}) == {"department": None}


def test_a_level_is_a_number_and_what_is_not_one_is_left_for_the_service_to_refuse() -> None:
    assert typed.changes({"changed": ["level"], "level": ["4"]}) == {"level": 4}
    assert typed.changes({"changed": ["level"]}) == {"level": None}
    assert typed.changes({"changed": ["level"], "level": ["quatre"]}) == {"level": "quatre"}


def test_the_prompts_travel_together_and_a_field_that_is_not_ours_does_not_travel() -> None:
    form = {"changed": ["prompts", "case_id"], "prompts.means": ["aucun"], "prompts.when": [" "], "case_id": ["x"]}
    assert typed.changes(form) == {"prompts": {"means": "aucun"}}


def test_notes_keep_their_lines_and_move_no_list() -> None:
    changes = typed.changes({"changed": ["notes"], "notes": ["une\r\ndeux"]})
    assert changes == {"notes": "une\ndeux"}
    assert not typed.moves_the_list(changes)
    assert typed.moves_the_list({"motives": []})


def test_what_is_said_aloud_holds_hour_person_way_and_cost() -> None:
    said = spoken.proposal(AT, NOW, "Europe/Paris", Modality.VIDEO, a_card())
    assert said.startswith("J’ai une place ce matin à huit heures et demie, en visio, avec Claire Morvan, psychologue.")
    assert "gratuit" in said
    assert "identité" not in said


@pytest.mark.parametrize(
    ("fee", "said"),
    [
        ("Tarif à demander", "Je ne connais pas le tarif"),
        ("50 €, à régler au professionnel", "La consultation coûte 50 €"),
        ("Pris en charge par l’association", "pris en charge"),
        ("", "Je ne connais pas le tarif"),
    ],
)
def test_the_cost_is_said_or_that_it_is_not_known(fee: str, said: str) -> None:
    assert said in spoken.proposal(AT, NOW, "Europe/Paris", Modality.PHONE, a_card(fee=fee))


@pytest.mark.parametrize("doctor", [ExpertProfession.PSYCHIATRIST, ExpertProfession.GENERAL_PRACTITIONER])
def test_with_a_doctor_the_limit_of_anonymity_is_said_before_booking(doctor: ExpertProfession) -> None:
    assert "identité" in spoken.proposal(AT, NOW, "Europe/Paris", Modality.VIDEO, a_card(doctor))


def test_someone_in_la_reunion_hears_their_own_hour() -> None:
    zone = spoken.zone_of_person(Sheet(department="974"))
    said = spoken.proposal(AT, NOW, zone, Modality.VIDEO, a_card())
    assert "onze heures et demie, à votre heure" in said


def test_the_earliest_and_the_best_stand_first_and_are_one_card_when_they_are_one_person() -> None:
    two = proposals.compose(candidates(1, 2, 3), [a_slot(1, minutes=90), a_slot(2), a_slot(3, minutes=300)])
    assert [(each.expert.name, each.rank) for each in two.ahead] == [
        ("Claire 2", "Le plus tôt"),
        ("Claire 1", "Le plus adapté"),
    ]
    assert [each.expert.name for each in two.others] == ["Claire 3"]
    one = proposals.compose(candidates(1, 2), [a_slot(1), a_slot(2, minutes=60)])
    assert [each.rank for each in one.ahead] == ["Le plus tôt, et le plus adapté"]


def test_by_day_every_hour_stands_under_the_day_of_the_person() -> None:
    slots = [a_slot(1, minutes=16 * 60), *(a_slot(2, minutes=n) for n in (0, 15, 60, 120)), a_slot(3, minutes=30)]
    shown = proposals.compose(candidates(1, 2, 3), slots, sort="jour", zone="Indian/Reunion")
    said = [[(each.expert.name, slot.starts_at.hour) for each, slot in day.hours] for day in shown.days]
    assert said == [[("Claire 2", 7), ("Claire 3", 8), ("Claire 2", 8), ("Claire 2", 9)], [("Claire 1", 23)]]
    assert proposals.compose(candidates(1), [a_slot(1)]).days == []


def test_the_hour_that_we_hold_stays_in_the_list_where_it_stood() -> None:
    later = [a_slot(1, minutes=n) for n in (60, 120, 180, 240, 300)]
    shown = proposals.compose(candidates(1, 2), [*later, a_slot(2, minutes=30)], held=a_slot(1))
    assert shown.first == AT and shown.ahead[0].rank == "Le plus tôt, et le plus adapté"
    assert [len(each.slots) for each in shown.every] == [5, 1]
    assert proposals.compose(candidates(1), [a_slot(1)], held=a_slot(1)).every[0].slots == [a_slot(1)]


def test_an_hour_in_a_way_in_which_someone_cannot_be_met_is_not_shown() -> None:
    shown = proposals.compose(candidates(1), [a_slot(1, modality=Modality.IN_PERSON), a_slot(1, minutes=60)])
    assert [slot.modality for slot in shown.every[0].slots] == [Modality.VIDEO] and shown.ways == [Modality.VIDEO]


def test_whoever_has_no_hour_left_comes_last_in_every_order() -> None:
    slots = [a_slot(1), a_slot(2, minutes=60), a_slot(4, minutes=300), a_slot(5, minutes=120)]
    for sort, order in (("adapte", [2, 4, 5, 3]), ("tot", [2, 5, 4, 3]), ("proche", [2, 4, 5, 3])):
        shown = proposals.compose(candidates(1, 2, 3, 4, 5), slots, sort=sort)
        assert [int(each.expert.expert_id) for each in shown.others] == order, sort


def test_when_booking_is_away_the_hours_are_those_it_last_announced() -> None:
    shown = proposals.compose(candidates(1, 2), None)
    assert not shown.live
    assert shown.first == AT + timedelta(days=1)
    assert shown.every[0].slots == []


def test_four_hours_at_most_in_the_way_liked_best_and_none_over_another() -> None:
    every = [a_slot(minutes=15 * step, modality=way) for step in range(8) for way in (Modality.PHONE, Modality.VIDEO)]
    pressed = proposals.pressable(every, [Modality.VIDEO, Modality.PHONE])
    assert {slot.modality for slot in pressed} == {Modality.VIDEO}
    assert len(pressed) == 4
    assert [slot.starts_at for slot in pressed][:2] == [AT, AT + timedelta(minutes=15)]
    far = [a_slot(minutes=15 * step) for step in range(16)]
    apart = proposals.pressable(far, [])
    assert [(slot.starts_at - AT) / timedelta(minutes=45) for slot in apart] == [0, 1, 2, 3]


def test_where_two_ways_are_possible_starts_that_overlap_are_one() -> None:
    every = [a_slot(minutes=15 * step, modality=way) for step in range(4) for way in (Modality.PHONE, Modality.VIDEO)]
    every += [a_slot(minutes=20, modality=Modality.PHONE)]
    assert [slot.starts_at for slot in proposals.pressable(every, [])] == [AT, AT + timedelta(minutes=45)]


def test_a_press_carries_its_slot_and_nothing_else_is_a_slot() -> None:
    assert proposals.slot_named(proposals.name_of(a_slot())) == a_slot()
    for wrong in ("", "a|b", proposals.name_of(a_slot()).replace("Z", ""), "|".join("12345")):
        with pytest.raises(ValueError, match=r".*"):
            proposals.slot_named(wrong)


def test_an_hour_of_another_day_says_its_day() -> None:
    assert proposals.label(a_slot(), AT, NOW, "Europe/Paris") == "08:30"
    assert proposals.label(a_slot(minutes=24 * 60), AT, NOW, "Europe/Paris") == "lun.\u00a008:30"
    assert proposals.label(a_slot(minutes=20 * 24 * 60), AT, NOW, "Europe/Paris") == "12/12\u00a008:30"


def test_a_hold_survives_a_reload_and_a_forged_one_is_nothing() -> None:
    slot = a_slot()
    given = Hold(4, slot.expert_id, TYPE, slot.starts_at, slot.ends_at, NOW, NOW)
    kept = held(given, slot)
    assert held_in(kept.fields) == kept
    assert held_in({**kept.fields, "hold_id": "x"}) is None
    assert held_in({**kept.fields, "starts_at": "2026-11-22T07:30:00"}) is None
    assert held_in({}) is None
    assert overlap(kept, a_slot(minutes=15))
    assert not overlap(kept, a_slot(minutes=45))
    assert not overlap(kept, a_slot(expert=8, minutes=15))


def test_nothing_is_chosen_beforehand_and_the_way_must_be_said() -> None:
    nothing = wishes({})
    assert nothing.channels == []
    assert nothing.privacy is Privacy.SILENT
    assert set(nothing.missing()) == {"way"}


def test_by_sms_the_number_and_the_messages_are_asked() -> None:
    assert set(Wishes(way="sms").missing()) == {"phone", "moments"}
    assert Wishes(way="sms", phone="06", moments=["none"]).missing() == {}
    assert set(Wishes(way="both", phone="06", moments=["now"]).missing()) == {"mail"}
    assert set(Wishes(way="code", pin="12").missing()) == {"pin"}


def test_only_the_spoken_code_leaves_no_message_and_erases_what_was_there() -> None:
    told = Wishes(way="code", moments=["now"], phone="0612345678", mail="a@b.fr").details("Europe/Paris")
    assert (told.phone, told.mail, told.channels, told.moments) == (None, None, [], [])


def test_the_number_for_a_cut_call_is_kept_without_being_written_to() -> None:
    told = Wishes(way="code", call_back="0612345678").details("Europe/Paris")
    assert (told.phone, told.channels) == ("0612345678", [])


def test_from_level_4_a_number_given_before_is_not_touched_by_the_choice_of_a_mail() -> None:
    change = Wishes(way="mail", mail="a@b.fr", moments=["now"]).change("Europe/Paris")
    assert (change.phone, change.mail, change.channels) == (msgspec.UNSET, "a@b.fr", [Channel.MAIL])
    assert Wishes(way="sms", phone="0612345678", moments=["now"]).change("Europe/Paris").phone == "0612345678"


def test_messages_and_hours_are_those_that_were_chosen() -> None:
    told = Wishes(way="sms", phone="06", moments=["hour_before", "now"], from_hour="22:00", to_hour="6").details("Z")
    assert told.moments == [MessageMoment.NOW, MessageMoment.HOUR_BEFORE]
    assert (told.channels, told.from_hour, told.to_hour) == ([Channel.SMS], time(22), time(6))
    assert hour("25:00") is None


def test_the_stream_says_how_far_it_looked() -> None:
    one, two = a_slot(), a_slot(minutes=45)
    assert free_of(one.expert_id, [one, two], 2).until == two.starts_at
    every = free_of(one.expert_id, [one, two], 40)
    assert every.until is None
    assert every.slots[0] == f"{TYPE}@2026-11-22T07:30:00Z"


def test_the_console_weighs_little() -> None:
    packed = sum(len(gzip.compress(script.read_bytes())) for script in CONSOLE.glob("*.js"))
    assert packed < 80_000


def test_hours_when_the_person_can_come_first_and_the_earliest_of_all_is_never_hidden() -> None:
    day, noon, evening = (a_slot(minutes=60 * (24 + hours)) for hours in (1, 5, 11))  # Monday, 9:30, 13:30, 19:30
    paris = "Europe/Paris"
    assert proposals.liked([day, noon, evening], ["evening"], paris) == [day, evening]
    assert proposals.liked([day, noon], ["night"], paris) == [day, noon]  # none fits: all of them
    assert proposals.liked([a_slot(), evening], ["weekend"], paris) == [a_slot()]  # a Sunday


def test_a_ceiling_is_typed_in_euros_and_kept_in_cents() -> None:
    def kept(text: str) -> object:
        return typed.changes({"changed": ["fee_ceiling"], "fee_ceiling": [text]})["fee_ceiling"]

    assert [kept(each) for each in ("50", "50,50 €", "0", "", "beaucoup")] == [5000, 5050, 0, None, "beaucoup"]
    assert typed.moves_the_list({"windows": ["evening"]})


@pytest.mark.parametrize(("hours", "said"), [(0.2, "en une heure"), (20.4, "en 21 heures"), (50, "en 3 jours")])
def test_a_delay_is_said_as_it_was_measured(hours: float, said: str) -> None:
    assert said in spoken.delay(Delay(2, 40, hours / 2, hours)).replace(NB, " ")

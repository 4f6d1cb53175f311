"""Rules 8, 10, 13, 16, 17 and 19 in the room: what its page says, opens, keeps and forgets."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from contracts.booking import Appointment, Seat
from contracts.video import Opinion
from contracts.words import AppointmentStatus, Modality, VisitKind
from gateway.pages.room import shown
from gateway.templating import HERE, STATIC, Templates

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def script(name: str) -> str:
    return (STATIC / "room" / name).read_text()


def page(seat: str, **changes: object) -> str:
    appointment = Appointment(
        id=uuid4(),
        expert_id=uuid4(),
        type_id=uuid4(),
        case_id=uuid4(),
        referral_id=uuid4(),
        starts_at=NOON,
        ends_at=NOON,
        status=AppointmentStatus.BOOKED,
        modality=Modality.VIDEO,
        visit=VisitKind.FIRST,
        nickname="Alix",
        expert_zone="Europe/Paris",
        person_zone="Europe/Paris",
        version=1,
        sequence=0,
        ical_uid="x",
    )
    given = Seat("", seat, msgspec.structs.replace(appointment, **changes))
    context = shown(given, "Claire Morvan", theme="nuit", now=NOON)
    extra = {"csrf_token": "x", "key": "k", "back": "/salle/x", "origin": "", "duty": None}
    return Templates().render("room/salle.html", {**context, **extra})


def test_rule_08_the_desk_is_said_to_know_only_when_the_arrival_was_heard() -> None:
    assert re.search(r"late > LATE && visit\.arrived", script("room.js"))
    assert "data-arrived" not in page("person")
    assert "data-arrived" in page("person", arrived_at=NOON)
    assert 'href="tel:+33805232336"' in page("person"), "and someone can be spoken to meanwhile"


def test_rule_08_lateness_is_said_from_the_first_sight_of_the_page() -> None:
    assert "a quelques minutes de retard" in page("person", late_minutes=5).split("data-scene")[1].split("</p>")[0]
    assert "quelques minutes" not in re.sub(r'data-words="[^"]*"', "", page("person"))


def test_rule_10_after_a_quick_exit_the_professional_reads_that_nobody_rings_unless_agreed() -> None:
    text = page("professional")
    assert "ne rappelez que si c" in text and "Aucun rappel n" in text
    assert "left: 'quick'" in script("room.js")
    assert re.search(r"agreed && agreed\.ring \? dialled", script("plan.js")), (
        "a number appears only when it was agreed"
    )


def test_rule_13_every_device_waits_for_a_tap_and_writing_is_one_of_four_doors() -> None:
    for name in ("room.js", "devices.js", "preflight.js", "call.js", "paths.js"):
        outside = re.sub(r"(?m)^(?:  |\}|/\*\*|//|import|export|const|let|async|function|class).*$", "", script(name))
        assert "getUserMedia" not in outside, name
    text = page("person")
    for way in ("entrer", "entrer-bas", "entrer-muet", "entrer-telephone"):
        assert f'data-do="{way}"' in text
    assert "checked" not in text and 'aria-pressed="true"' not in text


def test_rule_16_the_cost_of_an_hour_and_of_the_wifi_is_said_beforehand() -> None:
    text = page("person")
    assert "environ 1 Mo par minute" in text and "environ 7 Mo par minute" in text
    assert "données mobiles" in text


def test_rule_19_nothing_of_what_was_said_is_sent_to_be_kept() -> None:
    assert {one.name for one in msgspec.structs.fields(Opinion)} == {"appointment_id", "helped", "quality"}
    for path in (STATIC / "room").glob("*.js"):
        text = path.read_text()
        assert "MediaRecorder" not in text and "Storage" not in text and "indexedDB" not in text, path.name
        if "fetch(" in text:
            assert path.name in ("guests.js", "leaving.js"), path.name
    forms = (HERE / "templates" / "room" / "plan.html").read_text()
    assert "action=" not in forms, "the plan has nowhere to be sent to"

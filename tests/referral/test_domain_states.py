"""The states of a referral, and the same end whatever order the events came in (referral.md §2.2)."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from contracts.words import Modality, ReferralStatus
from services.referral.domain import transitions
from services.referral.domain.appointments import Appointment, Standing, reconciled
from services.referral.domain.decisions import UnknownDecision, decided
from services.referral.domain.referrals import Referral, Step, book_permit, due, submitted, with_need
from services.referral.domain.tasks import TaskDone, TaskTaken, follow_up_due, may_take
from tests.referral.make import NIGHT, a_referral, a_sheet

S = ReferralStatus
A, B = UUID(int=10), UUID(int=11)
EXPERT = UUID(int=20)


def an_appointment(appointment_id: UUID = A, version: int = 1, **changes: object) -> Appointment:
    values: dict[str, object] = {
        "expert_id": EXPERT,
        "standing": Standing.BOOKED,
        "starts_at": NIGHT + timedelta(hours=6),
        "modality": Modality.VIDEO,
    }
    return Appointment(appointment_id, version, **{**values, **changes})  # type: ignore[arg-type]


def hear(referral: Referral, events: list[Appointment]) -> tuple[Referral, list[Step]]:
    """As the listener does: keep the highest version of each, reconcile after each."""
    known: dict[UUID, Appointment] = {}
    steps: list[Step] = []
    for event in events:
        before = known.get(event.id)
        if before is not None and before.version >= event.version:
            continue
        known[event.id] = event
        referral, made = reconciled(referral, list(known.values()), heard=event.id, now=NIGHT)
        steps += made
    return referral, steps


def test_a_submitted_referral_is_ready_with_an_owner_and_a_next_action() -> None:
    referral, steps = submitted(referral_id=A, case_id=B, contact_id=B, need_id=B, level=3, owner_id=EXPERT, now=NIGHT)
    assert referral.status is S.READY and referral.owner_id == EXPERT
    assert referral.next_action_at == NIGHT + timedelta(hours=1)
    assert [step.to_status for step in steps] == [S.DRAFT, S.READY]


@pytest.mark.parametrize(("level", "hours"), [(1, 24), (2, 24), (3, 1), (4, 0), (5, 0)])
def test_the_next_step_is_sooner_the_higher_the_level(level: int, hours: int) -> None:
    assert due(level, NIGHT) == NIGHT + timedelta(hours=hours)


def test_booked_moved_attended() -> None:
    moved_to = NIGHT + timedelta(days=2)
    referral, steps = hear(
        a_referral(),
        [
            an_appointment(),
            an_appointment(version=2, starts_at=moved_to),
            an_appointment(version=3, standing=Standing.ATTENDED, starts_at=moved_to),
        ],
    )
    assert referral.status is S.ENGAGED and referral.starts_at == moved_to
    assert [step.cause for step in steps] == ["booked", "moved", "attended"]


def test_a_cancel_makes_it_ready_again() -> None:
    for by in ("person", "expert", "staff"):
        cancelled = an_appointment(version=2, standing=Standing.CANCELLED, cancelled_by=by)
        referral, steps = hear(a_referral(level=3), [an_appointment(), cancelled])
        assert referral.status is S.READY and referral.appointment_id is None
        assert steps[-1].cause == f"cancelled_by_{by}"
        assert referral.next_action_at == NIGHT + timedelta(hours=1)


def test_the_second_no_show_loses_below_level_three_only() -> None:
    missed = [
        an_appointment(A),
        an_appointment(A, 2, standing=Standing.MISSED),
        an_appointment(B, 1),
        an_appointment(B, 2, standing=Standing.MISSED),
    ]
    assert hear(a_referral(level=2), missed)[0].status is S.LOST
    referral, steps = hear(a_referral(level=3), missed)
    assert referral.status is S.BOOKED and [step.cause for step in steps].count("no_show") == 2


def test_what_two_no_shows_lost_is_found_again_when_one_of_them_is_put_right() -> None:
    one = [an_appointment(A, 2, standing=Standing.MISSED), an_appointment(B, 2, standing=Standing.MISSED)]
    lost, _ = hear(a_referral(level=2, status=S.BOOKED), one)
    assert (lost.status, lost.owner_id, lost.next_action_at) == (S.LOST, None, None)
    for standing, status in ((Standing.BOOKED, S.BOOKED), (Standing.ATTENDED, S.ENGAGED)):
        now_known = [one[0], an_appointment(B, 3, standing=standing)]
        found, steps = reconciled(lost, now_known, heard=B, now=NIGHT, put_right=True)
        assert (found.status, found.appointment_id, found.queue) == (status, B, "desk") and found.next_action_at
        assert steps[0].cause == "not_missed"
        assert reconciled(lost, now_known, heard=B, now=NIGHT) == (lost, [])  # a person's « perdue de vue » stands
    assert reconciled(lost, one, heard=B, now=NIGHT, put_right=True) == (lost, [])


def test_the_same_end_in_every_order() -> None:
    story = [
        an_appointment(A, 1),
        an_appointment(A, 2, starts_at=NIGHT + timedelta(hours=9)),
        an_appointment(A, 3, standing=Standing.CANCELLED, cancelled_by="person"),
        an_appointment(B, 1, starts_at=NIGHT + timedelta(hours=30)),
        an_appointment(B, 2, standing=Standing.ATTENDED, starts_at=NIGHT + timedelta(hours=30)),
    ]
    expected, _ = hear(a_referral(id=A), story)
    for order in permutations(story):
        found, steps = hear(a_referral(id=A), list(order))
        assert (found.status, found.appointment_id, found.starts_at, found.expert_id) == (
            expected.status,
            expected.appointment_id,
            expected.starts_at,
            expected.expert_id,
        )
        for step in steps:
            assert step.from_status is not None
            assert transitions.after(ReferralStatus(step.from_status), step.cause) is step.to_status


def test_what_has_ended_stays_ended() -> None:
    for status in transitions.TERMINAL:
        ended = a_referral(status=status, next_action_at=None)
        assert reconciled(ended, [an_appointment()], heard=A, now=NIGHT) == (ended, [])


def test_what_the_table_does_not_know_is_refused() -> None:
    known = set(transitions.TRANSITIONS)
    causes = {cause for _, cause in known}
    for status in ReferralStatus:
        for cause in causes:
            if (status, cause) not in known:
                with pytest.raises(transitions.IllegalTransition):
                    transitions.after(status, cause)


def test_a_terminal_state_leads_nowhere_but_to_a_new_cycle() -> None:
    for (status, cause), _ in transitions.TRANSITIONS.items():
        if status in transitions.TERMINAL:
            assert cause in ("reopened", "made_by_mistake") or (status, cause) == (S.LOST, "not_missed")


def test_a_person_decides() -> None:
    referral, step = decided(a_referral(), "withdrawn_by_caller", now=NIGHT)
    assert referral.status is S.CANCELLED_BY_CALLER and referral.next_action_at is None
    again, _ = decided(referral, "reopened", now=NIGHT)
    assert again.status is S.READY and again.cycle == 2 and again.next_action_at is not None
    assert step.cause == "withdrawn_by_caller"
    with pytest.raises(UnknownDecision):
        decided(referral, "booked", now=NIGHT)
    with pytest.raises(transitions.IllegalTransition):
        decided(a_referral(), "lost", now=NIGHT)


def test_the_permit_says_what_may_be_done_and_nothing_about_why() -> None:
    referral = a_referral(level=4)
    sheet = a_sheet(first_name="Sam", not_experts=[EXPERT], department="974", notes="secret")
    permit = book_permit(referral, sheet)
    assert (permit.priority, permit.nickname, permit.not_experts) == (4, "Sam", (EXPERT,))
    assert permit.person_zone == "Indian/Reunion"
    assert book_permit(referral, a_sheet()).nickname == ""
    assert book_permit(referral, a_sheet()).person_zone == "Europe/Paris"


def test_an_ended_referral_gives_no_permit() -> None:
    ended = a_referral(status=S.COMPLETED)
    with pytest.raises(transitions.ReferralClosed):
        book_permit(ended, a_sheet())
    with pytest.raises(transitions.ReferralClosed):
        with_need(ended, need_id=A, level=2)


@pytest.mark.parametrize(
    ("kind", "level", "by", "hours"),
    [
        ("cancelled", 4, "person", 0),
        ("cancelled", 3, "person", 1),
        ("cancelled", 2, "person", None),
        ("cancelled", 2, "expert", 24),
        ("no_show", 4, None, 0),
        ("no_show", 3, None, 1),
        ("no_show", 2, None, None),
    ],
)
def test_from_level_three_a_person_follows_within_the_hour(
    kind: str, level: int, by: str | None, hours: int | None
) -> None:
    expected = None if hours is None else NIGHT + timedelta(hours=hours)
    assert follow_up_due(kind, level=level, by=by, now=NIGHT) == expected


def test_a_task_is_taken_once() -> None:
    may_take(None, None, A)
    may_take(A, None, A)
    with pytest.raises(TaskTaken):
        may_take(B, None, A)
    with pytest.raises(TaskDone):
        may_take(A, NIGHT, A)

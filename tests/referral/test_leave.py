"""Leave told in a profile is heard by whoever keeps the agenda."""

from datetime import date

from services.referral.domain.experts import expert_changed
from tests.referral.make import an_expert


def test_what_booking_hears_of_an_expert_has_their_leave() -> None:
    week = ((date(2027, 3, 1), date(2027, 3, 7)),)
    assert expert_changed(an_expert(leave=week)).leave == week
    assert expert_changed(an_expert()).leave == ()

"""The exact text before it is sent: what will stand on the screen of a phone that others may read."""

from datetime import timedelta
from uuid import UUID

from litestar import Controller, post
from litestar.params import JSONBody

import contracts.reminders as shapes
from contracts.words import LISTENING, MessageMoment
from kit.auth import only
from kit.clock import now
from kit.errors import Invalid
from kit.web import NamedHouse
from services.reminders.domain import plan, texts
from services.reminders.domain.contacts import is_zone, wishes_of
from services.reminders.domain.plan import Appointment, State

NOT_YET = UUID(int=0)


class PreviewInvalid(Invalid):
    """No text can be shown for this."""


class Previews(Controller):
    path = "/previews"

    @post(status_code=200, guards=[only(*LISTENING)])
    async def show(self, data: JSONBody[shapes.PreviewRequest], house: NamedHouse) -> shapes.Previews:
        """The texts that would be sent and when; a placeholder stands for the secret, which does not exist yet."""
        if not is_zone(data.time_zone):
            raise PreviewInvalid(fields={"time_zone": "zone-unknown"})
        if data.starts_at.tzinfo is None:
            raise PreviewInvalid(fields={"starts_at": "without-zone"})
        if not 2000 <= data.starts_at.year <= 2199:
            raise PreviewInvalid(fields={"starts_at": "not of this century"})
        wished = Appointment(
            id=NOT_YET,
            version=0,
            case_id=NOT_YET,
            referral_id=NOT_YET,
            expert_id=NOT_YET,
            state=State.BOOKED,
            starts_at=data.starts_at,
            ends_at=data.starts_at + timedelta(hours=1),
            person_zone=data.time_zone,
        )
        wishes = wishes_of(data.channels, data.moments, data.from_hour, data.to_hour)
        text = texts.for_person(data.starts_at, data.time_zone, texts.person_link(house.settings.public_url))
        return shapes.Previews(
            [
                shapes.Preview(row.channel, MessageMoment(row.kind), row.due_at, text)
                for row in plan.for_person(wished, wishes, now=now(), awake=True)
            ]
        )

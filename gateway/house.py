"""What the gateway's process holds, and the clients of one request: one per service, speaking for its caller."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from gateway.clients.booking import Booking
from gateway.clients.calendars import Calendars
from gateway.clients.call_backs import CallBackQueue
from gateway.clients.desk import DeskClient
from gateway.clients.follow_ups import News
from gateway.clients.giving import Giving
from gateway.clients.identity import Identity
from gateway.clients.matching import Matching
from gateway.clients.network import Network
from gateway.clients.on_call import OnCallList
from gateway.clients.online import OnlineBookings, OnlineReferral
from gateway.clients.openings import OpeningHours
from gateway.clients.orientations import Orientations
from gateway.clients.practice import Practices
from gateway.clients.referral import Referrals
from gateway.clients.reminders import Reminders
from gateway.clients.together import Together
from gateway.clients.urgent import Urgent
from gateway.clients.video import VideoClient
from gateway.clients.waiting import WaitingRoom
from gateway.door import Credential, Door
from gateway.duty import KnownDuty
from gateway.live import Live
from gateway.online_open import KnownOnline
from gateway.settings import Settings
from gateway.templating import Templates
from kit.http import Peer


@dataclass
class Gateway:
    """The process: peers, door, live feed, templates; `app.state.gateway`."""

    settings: Settings
    peers: dict[str, Peer]
    door: Door
    live: Live
    templates: Templates
    duty: KnownDuty = field(default_factory=KnownDuty)
    online: KnownOnline = field(default_factory=KnownOnline)

    async def stop(self) -> None:
        """Close what is open."""
        await self.live.stop()
        await asyncio.gather(*(peer.stop() for peer in self.peers.values()))


def peers_of(settings: Settings) -> dict[str, Peer]:
    """One pooled peer per service."""
    return {
        "identity": Peer(settings.identity_url, total=settings.peer_seconds),
        "referral": Peer(settings.referral_url, total=settings.peer_seconds),
        "booking": Peer(settings.booking_url, total=settings.peer_seconds),
        "video": Peer(settings.video_url, total=settings.peer_seconds),
        "reminders": Peer(settings.reminders_url, total=settings.peer_seconds),
    }


class House:
    """The services, asked in the name of one caller: `house.booking.book(…)`."""

    def __init__(
        self, gateway: Gateway, credential: Credential | None, *, touch: bool = True, busy: bool = False
    ) -> None:
        self.gateway = gateway
        self.credential = credential
        self.touch = touch
        self.busy = busy
        self.identity = Identity(gateway.peers["identity"], self.token_for)
        self.desk = DeskClient(gateway.peers["referral"], self.token_for)
        self.referral = Referrals(gateway.peers["referral"], self.token_for)
        self.orientations = Orientations(gateway.peers["referral"], self.token_for)
        self.network = Network(gateway.peers["referral"], self.token_for)
        self.matching = Matching(gateway.peers["referral"], self.token_for)
        self.booking = Booking(gateway.peers["booking"], self.token_for)
        self.calendars = Calendars(gateway.peers["booking"], self.token_for)
        self.openings = OpeningHours(gateway.peers["booking"], self.token_for)
        self.giving = Giving(gateway.peers["booking"], self.token_for)
        self.together = Together(gateway.peers["booking"], self.token_for)
        self.waiting = WaitingRoom(gateway.peers["booking"], self.token_for)
        self.practices = Practices(gateway.peers["referral"], self.token_for)
        self.online = OnlineReferral(gateway.peers["referral"], self.token_for)
        self.online_bookings = OnlineBookings(gateway.peers["booking"])
        self.reminders = Reminders(gateway.peers["reminders"], self.token_for)
        self.video = VideoClient(gateway.peers["video"], self.token_for)
        self.urgent = Urgent(gateway.peers["referral"], self.token_for)
        self.call_backs = CallBackQueue(gateway.peers["referral"], self.token_for)
        self.news = News(gateway.peers["referral"], self.token_for)
        self.on_call = OnCallList(gateway.peers["referral"], self.token_for)

    async def token_for(self, audience: str) -> str | None:
        """The internal token for one service; None for a visitor without a credential."""
        if self.credential is None:
            return None
        return (await self.gateway.door.token(self.credential, audience, touch=self.touch, busy=self.busy)).token

    async def keep_alive(self) -> None:
        """Say that a call, a room or an urgent action is open: the session neither idles out nor ends (care.md 17)."""
        if self.credential is not None:
            await self.gateway.door.token(self.credential, "referral", touch=True, busy=True)


def gateway_of(connection: Any) -> Gateway:
    """The process's things, from a request or a socket."""
    gateway: Gateway = connection.app.state.gateway
    return gateway

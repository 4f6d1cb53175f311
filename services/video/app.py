"""Wires video together: one node with its rooms, its place in Redis, and its one door."""

from litestar import Litestar

from kit.limits import Limiter
from kit.settings import load
from kit.web import House, service
from services.video.placement import Placement
from services.video.routes import DOORS
from services.video.rtc.node import Node, a_life
from services.video.settings import Settings
from services.video.store import Kept


async def open_node(house: House) -> None:
    """Make this process's node and say that it lives."""
    settings: Settings = house.settings
    node = Node(settings, Placement(house.redis, a_life(settings.node)))
    await node.start()
    house.things |= {"node": node, "kept": Kept(house.redis), "limiter": Limiter(settings.redis_url)}


async def close_node(house: House) -> None:
    """Hand the rooms over."""
    await house.things["node"].stop()
    await house.things["limiter"].stop()


def create(settings: Settings | None = None) -> Litestar:
    """The app of video; settings come from the environment unless given."""
    settings = settings or load(Settings, "video")
    return service(
        "video",
        settings,
        controllers=DOORS,
        issuers={"booking": settings.booking_url},
        with_database=False,
        starts=[open_node],
        stops=[close_node],
    )

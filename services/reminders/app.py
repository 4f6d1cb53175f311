"""How reminders starts."""

from litestar import Litestar

from kit.broker import Broker
from kit.ticks import Tick
from kit.web import service
from services.reminders.deliver import ticks
from services.reminders.routes import CONTROLLERS
from services.reminders.routes.vault import VAULT, begin
from services.reminders.settings import Settings, read


def create(settings: Settings | None = None) -> Litestar:
    """The app, with the settings of this process unless others are given."""
    chosen = settings or read()
    return service(
        "reminders",
        chosen,
        controllers=CONTROLLERS,
        ticks=[
            Tick("ask-for-due-messages", 1, ticks.Ask(Broker(chosen.redis_url))),
            Tick("measure-messages", 5, ticks.measure),
            Tick("tell-entries", 5, ticks.tell_entries),
            Tick("forget-contacts", 60, ticks.forget),
        ],
        issuers={"referral": chosen.referral_url},
        starts=[begin],
        dependencies=VAULT,
    )

"""What may be asked of reminders."""

from services.reminders.routes.accounts import Accounts
from services.reminders.routes.contacts import Contacts
from services.reminders.routes.messages import Messages
from services.reminders.routes.previews import Previews
from services.reminders.routes.reveals import KeptNumbers, Reveals
from services.reminders.routes.targets import Targets

CONTROLLERS = [Contacts, Accounts, Messages, Previews, Reveals, KeptNumbers, Targets]

"""What can be asked of identity."""

from services.identity.routes.accounts import Accounts
from services.identity.routes.codes import Codes
from services.identity.routes.invitations import Invitations
from services.identity.routes.keys import Keys
from services.identity.routes.links import Links
from services.identity.routes.login import Logins
from services.identity.routes.mine import Mine
from services.identity.routes.tokens import Tokens

CONTROLLERS = (Accounts, Codes, Invitations, Keys, Links, Logins, Mine, Tokens)

"""The closed lists of the sheet."""

from litestar import get

from contracts.referral import Vocabulary
from kit.auth import STAFF, only
from services.referral.domain.vocabulary import VOCABULARY


@get("/vocabulary", guards=[only(*STAFF)], sync_to_thread=False)
def show_vocabulary() -> Vocabulary:
    """The same for everyone, most frequent first."""
    return VOCABULARY

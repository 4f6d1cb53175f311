"""For whom identity signs: each token is good for one service of the house."""

from services.identity.domain.refusals import AudienceUnknown

AUDIENCES = frozenset({"identity", "referral", "booking", "video", "reminders"})


def checked_audience(audience: str) -> str:
    """One of our services; `audience-unknown` otherwise."""
    if audience not in AUDIENCES:
        raise AudienceUnknown(fields={"audience": "one of our services"})
    return audience

"""The only SQL of identity."""

from services.identity.store.keys import make_api_key

__all__ = ["make_api_key"]

"""The rules of identity: accounts and factors, sessions that lock, links that reopen, codes that can be said."""

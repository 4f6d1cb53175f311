"""Identity: who is asking.

It keeps staff accounts and their factors, our own server-side sessions, API keys, and the hashes of links, spoken
codes and PINs of people without an account; it exchanges each of them for the short internal token that opens the
other services. It knows neither why anyone called nor how to reach them.
"""

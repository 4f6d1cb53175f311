"""The embedded run: the whole house from Python wheels, without Docker and without root."""

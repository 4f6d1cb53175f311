"""Video: rooms where a person and a professional meet.

It knows seats and when they open, who waits and who may enter, and which node holds a room. It hands sealed packets
from one browser to the other without a key to open them, keeps nothing but Redis, and never records anything.
"""

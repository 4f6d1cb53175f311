"""Reminders knows how to reach people and never why: it keeps the vault of contacts and sends the messages.

It is the only place with phone numbers and mail addresses, of cases and of accounts, encrypted under a data key per
subject that is wrapped by a key outside its database. It learns of appointments by their events, keeps one row per
message that is due, and sends each with a fresh secret link whose hash alone it tells. What it knows first, it
forgets first.
"""

"""The rules of reminders: who may be reached how, at which hours, with which words, and what is tried again."""

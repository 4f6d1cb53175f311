"""Reminders: the rules at a prompt, the doors, the plan, the way out."""

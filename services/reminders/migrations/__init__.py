"""How the tables of reminders came to be."""

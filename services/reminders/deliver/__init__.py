"""How a message leaves: one class per channel, the job that sends what is due, and the ticks that ask for it."""

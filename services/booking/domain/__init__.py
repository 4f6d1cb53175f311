"""The rules of booking: openings, free time, slots, holds and the life of an appointment; pure functions only."""

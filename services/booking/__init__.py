"""Booking knows times: which expert is free when, who holds a slot, which case has which appointment.

It knows no name, no number and no motive. Of a person it has a case id, a referral id and a nickname; of an expert,
what a search needs (profession, modalities, zone). Occupancy is one ledger, the table `claim`, under one exclusion
constraint; `agenda_day` is derived from it and may be rebuilt at any time (docs: design of booking, §1).
"""

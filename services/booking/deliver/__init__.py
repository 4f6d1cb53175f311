"""What booking does by itself or in several steps of one transaction: rounds of the waiting list, answers to them."""

"""What leaves the house from referral: the rings of an urgent action, and nothing else."""

"""How referral's tables came to be."""

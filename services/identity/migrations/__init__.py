"""How identity's tables came to be."""

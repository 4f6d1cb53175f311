"""How booking's tables came to be."""

"""The stories people care about, told through the gateway of a whole running house."""

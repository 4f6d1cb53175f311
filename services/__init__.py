"""The five services of the house, each with its own data; they never import one another."""

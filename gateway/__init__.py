"""The only door for people and programs: pages in French, the API, live updates; keeps nothing."""

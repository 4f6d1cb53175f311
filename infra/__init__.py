"""What runs the house: the embedded run, the container files, and their settings."""

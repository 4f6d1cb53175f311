"""The live side of video: encrypted packets forwarded between two browsers, never opened."""

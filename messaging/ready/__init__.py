"""Texts kept ready to answer with: what they leave open, who keeps them, how they come into a message."""

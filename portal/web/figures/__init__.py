"""Procedures in figures, for everybody and for an agency's supervisor: on screen, and as a file."""

"""The safe for people's documents: what a file really is, made harmless before anybody opens it.

This package imports nothing of the rest of the product and no Django: the closed room of
``sandbox`` loads it in a bare interpreter.
"""

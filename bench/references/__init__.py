"""What the product is held against, and the settings under which both run: never part of the product."""

"""What becomes of a file nobody uses any more: put away after years, erased after more (docs/retention.md)."""

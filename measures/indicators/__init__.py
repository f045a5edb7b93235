"""What procedures become, in figures that are about no person."""

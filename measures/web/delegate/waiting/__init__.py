"""What waits in a region, nature by nature, cut to a page before names are joined to it."""

"""`make bench`: the product's figures beside references taken in the same run."""

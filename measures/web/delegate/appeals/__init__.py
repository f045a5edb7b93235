"""What a delegate does about appeals and wishes to lift (product §16)."""

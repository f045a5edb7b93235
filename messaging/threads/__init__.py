"""What a person and the service say to each other: writing, answering, reading, handing over."""

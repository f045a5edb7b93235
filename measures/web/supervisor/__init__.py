"""What a supervisor sees of measures: never a decision, only what is owed to the agency's people."""

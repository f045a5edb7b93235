"""What a person does against a decision: until when, before whom, and what follows when they win."""

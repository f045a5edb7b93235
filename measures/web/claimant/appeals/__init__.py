"""What a person does after a decision: asks to lift it, contests it, and reads what is answered."""

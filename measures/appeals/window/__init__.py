"""The time to act against a decision: when it runs, waits, starts anew, grows and ends."""

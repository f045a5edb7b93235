"""The contradictory procedure: examined, told, heard, decided by a person, in time."""

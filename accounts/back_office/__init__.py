"""The back office: reference data and people, with no way round the processes or the journal."""

"""The back office of measures: the barème, with no way round its processes or the journal."""

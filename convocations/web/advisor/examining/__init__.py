"""An absence and its documents before the advisor who examines: heard, reviewed, decided, corrected."""

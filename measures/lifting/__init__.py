"""«J’ai fait le nécessaire»: a measure ends early, or the refusal says why and how to contest it."""

"""The demo's past: who is there, and three months of their lives."""

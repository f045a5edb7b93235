"""What must never be, table by table, and the attacks that show it."""

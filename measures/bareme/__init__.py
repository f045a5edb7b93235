"""The dated scale of what the law permits: it gives ranges, it never picks."""

"""E-mails of the procedure: that something waits in the space, never what it says; on paper, all of it."""

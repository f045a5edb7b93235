"""The advisor's desk: one list by deadline, the day, the portfolio, one person's file."""

"""What convocations bring to an advisor's desk: lines of the list, the day, a person's matters, what is late."""

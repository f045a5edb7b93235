"""Files made for the tests: the honest ones people send, and the hostile ones somebody might."""

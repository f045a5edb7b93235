"""Documents that back an absence explained or a request: put forward, reviewed, completed."""

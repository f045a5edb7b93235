"""On what grounds a request is made: how many need no reason, which rule says yes, what backs a reason."""

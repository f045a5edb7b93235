"""What a delegate does with a case: each act a form beside the rule, a refusal that keeps what was typed."""

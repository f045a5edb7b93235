"""What this room's notices say on paper: the content an e-mail leaves in the space, and how to act without a screen."""

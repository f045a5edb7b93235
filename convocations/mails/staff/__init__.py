"""To advisors and supervisors: what is late, who came or left."""

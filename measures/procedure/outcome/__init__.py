"""How a case ends: decided, read twice, sent; withdrawn; annulled."""

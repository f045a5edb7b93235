"""How a case begins: referred on facts, taken by a delegate, closed or handed on."""

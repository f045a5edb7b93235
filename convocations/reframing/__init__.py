"""The interview that goes with «J’ai fait le nécessaire»: wished for, then fixed at an hour the person picks."""

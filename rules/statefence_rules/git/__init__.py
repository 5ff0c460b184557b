"""Rules about what git keeps of the state that lies in the repository (SF6xx)."""

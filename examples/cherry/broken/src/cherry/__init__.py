"""cherry: agents, the sessions in which they work, and what they said and did there."""

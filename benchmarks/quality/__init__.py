"""How good rankings and excerpts are, beside plain engines over the same collections. Asserts on no figure."""

"""Children with plans step from January to January: they join, move, leave and grow older."""

"""Need where only published counts exist: growth of authorities, year groups, need and setting."""

"""Back-tests with rolling origins: what a forecast would have said, and how it came out."""

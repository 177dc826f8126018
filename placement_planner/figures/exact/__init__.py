"""Every table that is published, exact, with what its columns count: what `privacy` decides on."""

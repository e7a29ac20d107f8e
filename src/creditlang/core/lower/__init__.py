"""From the program, whose names are resolved, down to the core: sugar goes, types and units are found."""

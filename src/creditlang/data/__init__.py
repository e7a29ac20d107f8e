"""What the text of a cell means. See `cells`."""

"""Result tables as plain text."""

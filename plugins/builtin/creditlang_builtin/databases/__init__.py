"""SQLite, PostgreSQL, MySQL: sources and outputs."""

"""Long runs that try to prove the whole wrong; `python -m soak --help` says how, docs/trust.md what came out."""

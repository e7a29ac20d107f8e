"""``python -m creditlang``."""

from creditlang.cli import main

if __name__ == "__main__":
    main()

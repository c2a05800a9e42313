"""`python -m wanghuo`: what a person can type is in cli.py."""

from wanghuo.cli import main

if __name__ == "__main__":
    main()

"""`python -m talkoot` is `talkoot`."""

from talkoot.cli import main

main()

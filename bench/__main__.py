import sys

from bench.cli import main
from bench.peers.cli import main as peers

if sys.argv[1:2] == ["peers"]:
    peers(sys.argv[2:])
else:
    main()

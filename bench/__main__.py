import sys

from bench.cli import main
from bench.cluster.cli import main as cluster
from bench.peers.cli import main as peers

if sys.argv[1:2] == ["peers"]:
    peers(sys.argv[2:])
elif sys.argv[1:2] == ["cluster"]:
    cluster(sys.argv[2:])
else:
    main()

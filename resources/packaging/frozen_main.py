"""What the packaged program runs: main.py, or the process beside it that keeps the embedded PostgreSQL."""

import sys

from storage.embedded import supervisor

if __name__ == "__main__":
    if sys.argv[1:2] == [supervisor.ARGUMENT]:
        sys.exit(supervisor.main(sys.argv[2:]))
    # Not on top: the supervisor lives as long as the desk and needs nothing of it.
    from main import main

    sys.exit(main(sys.argv[1:]))

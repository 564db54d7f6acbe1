"""What the packaged program runs: main.py, or the process beside it that keeps the embedded PostgreSQL."""

import importlib
import sys

from storage.embedded import supervisor

#: `gridwright --try-imports NAME ...` is for `make app`: whether modules that are loaded late or rarely are inside.
TRY_IMPORTS = "--try-imports"

if __name__ == "__main__":
    if sys.argv[1:2] == [supervisor.ARGUMENT]:
        sys.exit(supervisor.main(sys.argv[2:]))
    if sys.argv[1:2] == [TRY_IMPORTS]:
        for name in sys.argv[2:]:
            importlib.import_module(name)
        sys.exit(0)
    # Not on top: the supervisor lives as long as the desk and needs nothing of it.
    from main import main

    sys.exit(main(sys.argv[1:]))

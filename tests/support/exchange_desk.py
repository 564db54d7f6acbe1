"""The shipped program against the loopback exchange: only where its addresses lead and whom it trusts is another.

`python -m tests.support.exchange_desk --port P --ca FILE -- <main's arguments>`
"""

import sys
from collections.abc import Sequence

import main
from tests.support.exchange.dialling import route_to


def run(arguments: Sequence[str]) -> int:
    """The exit code of the program."""
    (port_name, port, ca_name, ca_file, between), rest = arguments[:5], arguments[5:]
    if (port_name, ca_name, between) != ("--port", "--ca", "--"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    return main.main(rest, route_to(int(port), ca_file))


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

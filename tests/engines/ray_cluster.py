"""A Ray of several nodes on this machine, until its standard input ends. It prints its address, and
then does what each line says: `kill N`, `add [TMPDIR]`, `behead`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from ray.cluster_utils import Cluster

NICENESS = "RAY_worker_niceness"  # 15 by itself, so that all else on the cores comes first
TRIES = 10  # Ray gives a node 30 s to come up, on a busy machine too


def patiently(start: Callable[[], Any]) -> Any:
    for _ in range(TRIES - 1):
        try:
            return start()
        except Exception as error:  # Ray has no class for it
            print(error, file=sys.stderr)
    return start()


def main() -> None:
    os.environ[NICENESS] = "0"
    head = {"num_cpus": 0}
    cluster = patiently(lambda: Cluster(initialize_head=True, head_node_args=head))
    nodes = [patiently(lambda: cluster.add_node(num_cpus=1)) for _ in range(int(sys.argv[1]))]
    print(cluster.address, flush=True)
    for line in sys.stdin:
        what, _, number = line.strip().partition(" ")
        if what == "kill":
            cluster.remove_node(nodes.pop(int(number)), allow_graceful=False)
        elif what == "add":
            own = {"env_vars": {"TMPDIR": number}} if number else {}
            nodes.append(patiently(lambda own=own: cluster.add_node(num_cpus=1, **own)))
        elif what == "behead":
            cluster.remove_node(cluster.head_node, allow_graceful=False)
        print("done", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()

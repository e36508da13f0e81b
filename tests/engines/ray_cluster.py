"""A Ray of several nodes on this machine, until its standard input ends. It prints its address, and
then does what each line says: `kill N`, `add`.
"""

from __future__ import annotations

import os
import sys

from ray.cluster_utils import Cluster

NICENESS = "RAY_worker_niceness"  # 15 by itself, so that all else on the cores comes first


def main() -> None:
    os.environ[NICENESS] = "0"
    nodes_at_first = int(sys.argv[1])
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(nodes_at_first)]
    print(cluster.address, flush=True)
    for line in sys.stdin:
        what, _, number = line.strip().partition(" ")
        if what == "kill":
            cluster.remove_node(nodes.pop(int(number)), allow_graceful=False)
        elif what == "add":
            nodes.append(cluster.add_node(num_cpus=1))
        print("done", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()

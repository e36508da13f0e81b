#!/usr/bin/env bash
# Starts a Slurm controller and nodes on this machine, in a container too: no systemd, no control
# groups, no accounting database. For tests and measurements, never for a cluster.
#
#   apt-get install -y --no-install-recommends slurm-wlm munge     (as root, once)
#   bash benchmarks/engines/setup_slurm.sh start                   (as root)
#   export SLURM_CONF=/tmp/ganbench-slurm/slurm.conf
#   bash benchmarks/engines/setup_slurm.sh stop
#
# SLURM_HOME     its folder                                       [/tmp/ganbench-slurm]
# SLURM_NODES    slurmd processes, each a node of this machine     [2]
# SLURM_CPUS     that each node pretends to have                   [2]
# SLURM_PORT     the first of those that it listens on            [16817]
# SLURM_CORES    cores that all of it is bound to, as taskset has them  [none]
set -euo pipefail

home=${SLURM_HOME:-/tmp/ganbench-slurm}
nodes=${SLURM_NODES:-2}
cpus=${SLURM_CPUS:-2}
port=${SLURM_PORT:-16817}
bound=(${SLURM_CORES:+taskset -c "$SLURM_CORES"})
host=$(hostname -s)
megabytes=$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)

configure() {
    mkdir -p "$home"/{state,spool,log,run}
    chmod 755 "$home"
    cat > "$home/slurm.conf" <<CONF
ClusterName=ganbench
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$home/run/munge.socket,cred_expire=5
CryptoType=crypto/munge
StateSaveLocation=$home/state
SlurmdSpoolDir=$home/spool/%n
SlurmctldPidFile=$home/run/slurmctld.pid
SlurmdPidFile=$home/run/slurmd-%n.pid
SlurmctldLogFile=$home/log/slurmctld.log
SlurmdLogFile=$home/log/slurmd-%n.log
SlurmctldPort=$port
SlurmctldParameters=enable_configless
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,batch_sched_delay=0,bf_interval=2
JobCompType=jobcomp/filetxt
JobCompLoc=$home/log/jobs.txt
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
JobRequeue=1
KillWait=5
InactiveLimit=0
SlurmdTimeout=20
MinJobAge=60
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
CONF
    for ((node = 0; node < nodes; node++)); do
        echo "NodeName=node$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1 + node))" \
            "CPUs=$cpus RealMemory=$megabytes State=UNKNOWN" >> "$home/slurm.conf"
    done
    cat >> "$home/slurm.conf" <<CONF
PartitionName=work Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=30
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10
PartitionName=closed Nodes=ALL MaxTime=INFINITE State=DOWN
CONF
}

start() {
    configure
    [[ -f $home/munge.key ]] || dd if=/dev/urandom of="$home/munge.key" bs=1 count=1024 status=none
    chmod 400 "$home/munge.key"
    "${bound[@]}" munged --force --key-file="$home/munge.key" --socket="$home/run/munge.socket" \
        --pid-file="$home/run/munged.pid" --log-file="$home/log/munged.log" \
        --seed-file="$home/run/munged.seed"
    export SLURM_CONF=$home/slurm.conf
    "${bound[@]}" slurmctld -c
    for ((node = 0; node < nodes; node++)); do
        "${bound[@]}" slurmd -N "node$node"
    done
    until [[ $(sinfo --noheader --Node --partition work --states idle | wc -l) -eq $nodes ]]; do
        sleep 0.2
    done
    sinfo
    echo "export SLURM_CONF=$SLURM_CONF"
}

node() {  # starts one again that was killed: its number
    export SLURM_CONF=$home/slurm.conf
    "${bound[@]}" slurmd -N "node$1"
}

controller() {  # the same
    export SLURM_CONF=$home/slurm.conf
    "${bound[@]}" slurmctld
}

stop() {
    export SLURM_CONF=$home/slurm.conf
    timeout 10 scancel --user="$(id -un)" || true
    for ((try = 0; try < 50; try++)); do
        [[ -z $(timeout 10 squeue --noheader) ]] && break
        sleep 0.2
    done
    for file in "$home"/run/{slurmctld,slurmd-*,munged}.pid; do
        [[ -f $file ]] && kill "$(cat "$file")" 2> /dev/null || true
    done
}

"${@:-start}"

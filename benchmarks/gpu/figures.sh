#!/usr/bin/env bash
# Figures 5 and 6 at the paper's size on a GPU, within a time: recipe stable first, then code.
#
#   benchmarks/gpu/figures.sh OUT [MINUTES]
#
# OUT gets a folder for each figure and recipe: rows, tables, claims, pictures, losses and curves, to
# be committed as they are. What did not fit in the time is not there; the same command goes on.
# SEEDS (3), STEPS (the preset's) and GANBENCH (the command) come from the environment. Data are
# rendered first; where they cannot be, carry them: benchmarks/gpu/pack_data.py.
set -u
out=${1:?give the folder for the results}
minutes=${2:-10}
seeds=${SEEDS:-3}
read -ra ganbench <<<"${GANBENCH:-ganbench}"
here=$(cd "$(dirname "$0")/.." && pwd)
end=$(($(date +%s) + 60 * minutes))
spare=20 # seconds for tables and files

run() { # FIGURE RECIPE
    local folder=$out/figure$1-$2 left=$((end - $(date +%s) - spare))
    ((left > 30)) || return 0
    timeout --signal=INT --kill-after=30 "$left" "${ganbench[@]}" run "$here/figure$1.toml" \
        --preset paper --recipe "$2" --seeds "$seeds" --together "$seeds" --device cuda \
        ${STEPS:+--steps "$STEPS"} --output "$folder"
    [[ -s $folder/rows.jsonl ]] || return 0
    "${ganbench[@]}" table "$folder" --format markdown >"$folder/table.md"
    "${ganbench[@]}" claims "$folder" --format markdown >"$folder/claims.md"
}

mkdir -p "$out"
printf '*.safetensors\narrays.npz\n' >"$out/.gitignore" # what a run needs to go on, and no one else
for recipe in stable code; do
    for figure in 5 6; do
        run "$figure" "$recipe"
    done
done

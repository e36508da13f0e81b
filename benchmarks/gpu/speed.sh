#!/usr/bin/env bash
# Everything about speed that needs a GPU, within eight minutes, into one folder.
#
#   benchmarks/gpu/speed.sh OUT [DEVICE]
#
# OUT gets the CUDA tests, a file of JSON for each line of the bench table, a profile of the steps of
# each model, and what the machine is, to be committed as they are. Each has its own time limit; one
# that is over it leaves what it wrote. PYTHON (the command) and ROUNDS (5) come from the environment.
# Run it before and after a change on one machine: ratios count.
set -u
out=${1:?give the folder for the results}
device=${2:-cuda}
rounds=${ROUNDS:-5}
read -ra python <<<"${PYTHON:-python}"
root=$(cd "$(dirname "$0")/../.." && pwd)
out=$(mkdir -p "$out" && cd "$out" && pwd)
cd "$root" || exit 1

limited() { # SECONDS FILE COMMAND...
    local seconds=$1 file=$2
    shift 2
    local start=$SECONDS
    timeout --kill-after=5 "$seconds" "$@" >"$out/$file" 2>"$out/$file.log"
    echo "$file: exit $?, $((SECONDS - start)) s" | tee -a "$out/done.txt"
}

bench() { # SECONDS FILE ARGUMENTS...
    local seconds=$1 file=$2
    shift 2
    limited "$seconds" "$file.json" "${python[@]}" -m ganbench bench --json \
        --device "$device" --rounds "$rounds" "$@"
}

: >"$out/done.txt"
git describe --always --dirty=+ >"$out/commit.txt" 2>/dev/null
limited 30 info.txt "${python[@]}" -m ganbench info

cars=(--task car2car --preset paper)
all=standard,recon,discogan
bench 50 images-fp32 "${cars[@]}" --models "$all" --batch-size 64 --precision fp32
bench 40 images-bf16 "${cars[@]}" --models "$all" --batch-size 64 --precision bf16
bench 40 images-bf16-200 "${cars[@]}" --models discogan --batch-size 200 --precision bf16
bench 40 images-bf16-8-seeds "${cars[@]}" --models discogan --batch-size 64 --precision bf16 --together 8
bench 30 toy --task toy --models standard,discogan
bench 30 toy-64-seeds --task toy --models discogan --together 64
bench 50 images-compiled "${cars[@]}" --models discogan --batch-size 64 --precision bf16 --compile
limited 40 candidates.txt "${python[@]}" -m benchmarks.gpu.candidates "$device" size=64 width=64 batch=64
for model in standard recon discogan; do
    limited 25 "profile-$model.txt" "${python[@]}" benchmarks/gpu/profile_step.py \
        car2car "$model" "$device" size=64 width=64 batch_size=64
done
limited 50 tests.txt "${python[@]}" -m pytest -q -p no:cacheprovider -n 0 -m "not slow and not engines" -k "cuda or streams or device" \
    tests/training tests/evaluation/test_extractors.py tests/core

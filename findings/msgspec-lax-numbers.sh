#!/usr/bin/env bash
# Question: msgspec.convert(text, kind, strict=False) reads settings from text, as of a command line or
#   the environment. Which texts are numbers?
# Guess, written first: Those of Python's int() and float(), or of JSON: "+1" and ".5" are numbers as in
#   Python, "1e3" is no whole number, and NaN is refused as JSON has none.
# Versions: Python 3.11, msgspec 0.22.0.
# Seen: Neither. JSON's grammar decides the digits ("+1", "01", ".5", "5." are refused), but "nan" and
#   "inf" pass as floats, which JSON does not have; "1e3" and "10e-1" are whole numbers, 1000 and 1;
#   "1e400" is refused where Python gives infinity. "-0" is False, "yes" and "on" are refused. "null" and
#   "NULL" are None for an optional number, "None" is refused; for an optional text "null" is text.
# Matters: A learning rate written ".5" is refused and one written "nan" is trained with. Whoever reads
#   hyper-parameters so has to check that they are finite, and to take JSON's spelling.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check msgspec==0.22.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import msgspec


def read(text, kind):
    try:
        return repr(msgspec.convert(text, kind, strict=False))
    except msgspec.ValidationError:
        return "refused"


NOTED = {
    int: {"1e3": "1000", "10e-1": "1", "1.0": "1", "1.5": "refused", "+1": "refused", "01": "refused"},
    float: {
        **{".5": "refused", "5.": "refused", "+1": "refused", "1e400": "refused"},
        **{"nan": "nan", "inf": "inf", "Infinity": "inf", "1e-3": "0.001"},
    },
    bool: {"-0": "False", "1": "True", "TRUE": "True", "1.0": "refused", "yes": "refused", "on": "refused"},
    int | None: {"null": "None", "NULL": "None", "None": "refused"},
    str | None: {"null": "'null'"},
}
for kind, texts in NOTED.items():
    for text, noted in texts.items():
        seen = read(text, kind)
        print(f"{text!r} as {kind}: {seen}")
        if seen != noted:
            sys.exit(f"changed: {text!r} as {kind} was {noted}")
PYTHON

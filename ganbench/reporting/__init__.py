"""From rows to numbers, tables, tests, verdicts and figures.

Public: `tables`, `comparisons`, `claims`, `figures`, `curves` and `curve_figure` (over training),
`frames` (data frames), `merge`, `report` (one HTML file), `sheets` (tables as text), and under them
`groups`, `protocols` and `statistics`.

It imports `results`, `registry` and `core`. It reads rows and never trains or scores.
"""

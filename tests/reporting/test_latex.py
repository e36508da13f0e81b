"""LaTeX: compiled by a real TeX, names in words, marks that hang out, nothing too wide."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.registry.registry import discover
from ganbench.reporting.choice import EVERYTHING, Choice
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.comparisons import comparison_sheets
from ganbench.reporting.emphasis import best_emphasised
from ganbench.reporting.latex import escaped, in_words, render_latex, unique_labels, value
from ganbench.reporting.layout import transposed
from ganbench.reporting.sheets import Sheet
from ganbench.reporting.tables import table_sheets
from ganbench.results.benchmark_file import read_benchmark, stored_benchmark
from ganbench.results.folder import read_rows

REFERENCE = Path(__file__).parents[2] / "results" / "reference"
FIGURE5 = REFERENCE / "figure5" / "quick"
HEAD = "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n"
ODD = Sheet(
    r"a \title{ of # & ~ ^ $ %",
    ("a|b\nc", "metric_x_BA", "95 % [low, high]"),
    (("under_score", "-1.5e-05 ± 2.0e-06", "0.1 [-0.2, 0.3]"), ("nan", "inf", "100 %")),
    ("note \\ with {braces}", "n ≥ 3, p ≤ 0.05, a − b, ±, ·"),
    (),
    bold=frozenset({(0, 1)}),
    marked=frozenset({(0, 2)}),
)
needs_tex = pytest.mark.skipif(
    shutil.which("pdflatex") is None,
    reason="no pdflatex here: apt-get install texlive-latex-recommended",
)


def compiled(text: str, folder: Path) -> str:
    """TeX's log, with lines as long as they are."""
    (folder / "paper.tex").write_text(HEAD + text + "\\end{document}\n", encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "max_print_line": "1000"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2_000:]
    assert (folder / "paper.pdf").stat().st_size > 10_000
    return done.stdout


def reference_sheets(choice: Choice = EVERYTHING) -> list[Sheet]:
    rows, columns = read_rows(FIGURE5).rows, discover().columns
    return table_sheets(rows, columns, "t", choice, best_emphasised)


@needs_tex
def test_a_real_tex_makes_pages_on_which_all_has_room(tmp_path: Path) -> None:
    rows, columns = read_rows(FIGURE5).rows, discover().columns
    short = reference_sheets(Choice(minor=discover().minor_columns))
    claims = read_benchmark(stored_benchmark(FIGURE5)).claims
    sheets = [
        *reference_sheets(),  # which take several pages
        *[replace(sheet, title=f"short, {sheet.title}") for sheet in short],
        *map(transposed, short),
        *comparison_sheets(rows, columns, "standard", ("kd_visible", "azimuth_rmse_deg"), "bca"),
        *claim_sheets(claims, rows, columns),
        ODD,
    ]
    log = compiled(render_latex(sheets, "records"), tmp_path)
    assert "Overfull" not in log
    assert "multiply" not in log and "Float too large" not in log


def test_names_are_in_words_and_the_best_is_bold() -> None:
    text = render_latex(reference_sheets(Choice(minor=discover().minor_columns)), "records")
    shown = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    tables = re.sub(r"\\label\{.*?\}", "", shown)
    assert "Azimuth alignment $\\uparrow$" in tables and "KD visible $\\downarrow$" in tables
    assert r"\_" not in tables
    (line,) = [
        line
        for line in tables.split("selected")[0].splitlines()
        if "Azimuth alignment" in line and "0.992" in line
    ]
    assert r"$\mathbf{0.992}\,{\scriptstyle \pm 0.002}$" in line
    assert line.count(r"\rlap{$^{*}$}") == 2 and line.count("mathbf") == 1
    assert r"\label{tab:car2car-data-procedural-preset-quick-recipe-stable}" in text
    assert r"*: worse than the best, p $\le$ 0.05" in tables


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kd_visible_BA ↓", "KD visible, B to A ↓"),
        ("azimuth_rmse_deg ↓", "Azimuth RMSE (deg) ↓"),
        ("perceptual_efficientnet_lite0", "Perceptual EfficientNet Lite0"),
        ("train_sec a seed", "Training a seed (s)"),
        ("seeds done", "Seeds done"),
        ("my_score", "My score"),
        ("", ""),
    ],
)
def test_columns_in_words(name: str, words: str) -> None:
    assert in_words(name) == words


def test_no_column_of_ours_keeps_an_underscore() -> None:
    assert not [name for name in discover().columns if "_" in in_words(name)]


@pytest.mark.parametrize(
    ("text", "bold", "marked", "latex"),
    [
        ("0.10 ± 0.02", False, False, r"$0.10\,{\scriptstyle \pm 0.02}$"),
        ("0.10 ± 0.02", True, False, r"$\mathbf{0.10}\,{\scriptstyle \pm 0.02}$"),
        ("-0.1 [-0.2, 0.3]", False, True, r"$-0.1\,{\scriptstyle [-0.2, 0.3]}$\rlap{$^{*}$}"),
        ("1.00e-09", False, False, r"$1.00 \times 10^{-9}$"),
        ("12", False, False, "$12$"),
        ("skipped", False, False, "skipped"),
        ("over 1,000", False, False, "over 1,000"),
    ],
)
def test_a_value(text: str, bold: bool, marked: bool, latex: str) -> None:
    assert value(text, bold, marked) == latex


@given(text=st.text(st.sampled_from("aZ09_%&#${}\\~^ ±↑↓≥≤−·\n"), max_size=20))
def test_nothing_that_tex_reads_as_a_command_is_left(text: str) -> None:
    plain = escaped(text)
    for command in (r"\textbackslash{}", r"\textasciitilde{}", r"\textasciicircum{}"):
        plain = plain.replace(command, "")
    plain = re.sub(r"\$(?:\\(?:pm|uparrow|downarrow|ge|le|cdot)|-)\$", "", plain)
    assert not re.search(r"(?<!\\)[_%&#${}~^]|\\(?![_%&#${}])", plain)


@pytest.mark.parametrize("count", [0, 1, 43, 44, 130])
def test_a_long_table_is_continued_and_nothing_is_lost(count: int) -> None:
    lines = tuple((f"line {i}", f"{i}.5") for i in range(count))
    sheet = Sheet("long", ("metric", "a"), lines, (), (), bold=frozenset({(count - 1, 1)}))
    text = render_latex([sheet], "records")
    assert re.findall(r"Line \d+", text) == [f"Line {i}" for i in range(count)]
    assert text.count(r"\begin{table}") == text.count(r"\label{") == max(1, -(-count // 43))
    assert (rf"Line {count - 1} & $\mathbf{{{count - 1}.5}}$" in text) == (count > 0)


def test_labels_are_each_one_s_own() -> None:
    assert list(unique_labels(["A · b", "a b", "c"])) == ["tab:a-b", "tab:a-b-2", "tab:c"]

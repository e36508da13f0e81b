"""The command line. Heavy imports wait until a command needs them."""

from __future__ import annotations

import click

from ganbench.cli.aggregate import aggregate
from ganbench.cli.bench import bench
from ganbench.cli.check import check
from ganbench.cli.curves import curves
from ganbench.cli.data import data
from ganbench.cli.export import export
from ganbench.cli.group import Group
from ganbench.cli.info import info
from ganbench.cli.merge import merge
from ganbench.cli.movie import movie
from ganbench.cli.new import new
from ganbench.cli.report import report
from ganbench.cli.run import run
from ganbench.cli.score import score
from ganbench.cli.show import claims, compare, list_plugins, table
from ganbench.cli.status import status
from ganbench.cli.translate import translate
from ganbench.cli.watch import watch
from ganbench.cli.why import why


@click.group(
    cls=Group,
    commands=(
        aggregate,
        bench,
        check,
        claims,
        compare,
        curves,
        data,
        export,
        info,
        list_plugins,
        merge,
        movie,
        new,
        report,
        run,
        score,
        status,
        table,
        translate,
        watch,
        why,
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="ganbench")
def main() -> None:
    """Compare GAN variants on unpaired translation between two domains."""

"""A report of result folders as one HTML file, which needs nothing outside of it.

`page` gathers what the other modules make of the rows, as plain frozen data, and fills the
templates. Neither torch nor matplotlib is loaded: charts are drawn as SVG by the templates, and
figures that metrics draw are those that a run has left.
"""

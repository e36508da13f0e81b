"""MyPlugin: in one line what it measures, and who defined it (Author, year)."""

from ganbench.api import Column, Metric, batched


class MyPlugin(Metric):
    # Unit, whether higher is better (None: neither), and what the number means.
    columns = {"my_plugin": Column("", False, "mean absolute difference of input and way back")}

    def unsupported(self, view):
        """Why not for such data, or None."""
        return None if view.reconstructions is not None else "the model has no way back"

    def compute(self, view):
        """A number for each column. The view has inputs, fakes, targets, truth, probes, features;
        `batched` walks samples that do not fit into memory.
        """
        total = 0.0
        for sample, back in batched(view.input_samples, view.reconstructions):
            total += (sample - back).abs().sum().item()
        return {"my_plugin": total / view.input_samples.numel()}

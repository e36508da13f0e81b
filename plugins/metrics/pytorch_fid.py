"""FID by the protocol of the package pytorch-fid, which most papers of unpaired translation used.

Network and weights are those of `fid`; what happens to an image before is not: docs/metrics.md.
"""

from ganbench.api import Column, FidelityMetric, Metric


class PytorchFid(FidelityMetric, Metric):
    extractor = "pytorch_fid"
    columns = {
        "fid_pytorch": Column("", False, "FID as pytorch-fid computes it, too large with few"),
        "kd_pytorch_fid": Column("", False, "kernel distance, unbiased, of the same features"),
    }

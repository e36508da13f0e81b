"""Is the fine detail of translations as strong as that of real pictures, whatever it shows?

Power by spatial frequency, azimuthally averaged, above half of Nyquist's (Durall et al., 2020;
Dzanic et al., 2020). An enlarged small picture has too little there, noise too much.
"""

import numpy as np

from ganbench.api import Column, Metric, SharedPanels, radial_power, too_small


def draw_spectra(axes, by_model):
    """Each model's mean over seeds, and the real pictures' in black."""
    for index, (label, cells) in enumerate(by_model.items()):
        for name, colour, text in (("fake", f"C{index}", label), ("real", "k", "real, of B")):
            power = np.log10(np.stack([shown.arrays[f"spectrum_{name}"] for shown in cells])).mean(
                0
            )
            own = text if name == "fake" or index == len(by_model) - 1 else None
            axes.plot(
                np.arange(len(power)) / (2 * len(power) - 2), power, colour, lw=1.2, label=own
            )
    axes.axvspan(0.25, 0.5, color="0.93", zorder=0)
    axes.set(title="spectra", xlabel="cycles a pixel; the score is of the grey part", xlim=(0, 0.5))


class Spectrum(Metric):
    any_kinds = True  # the other domain plays no part
    every_task = True
    after = "visible_quarter"
    columns = {
        "spectrum_distance": Column(
            "decades", False, "log power of fine detail, difference from real pictures"
        )
    }
    figures = {
        "spectrum": SharedPanels(
            arrays=("spectrum_fake", "spectrum_real"),
            draw=(draw_spectra,),
            y_label="log10 of power",
        )
    }

    def unsupported(self, view):
        return too_small(view.spec, view.target)

    def compute(self, view):
        fake, real = (np.log10(power) for power in self.arrays(view).values())
        fine = slice(len(real) // 2 + 1, None)
        return {"spectrum_distance": float(np.abs(fake - real)[fine].mean())}

    def protocol(self, view):
        return {"power": "mean of pictures and channels, Hann window, floor of 8 bits' rounding"}

    def arrays(self, view):
        return {
            "spectrum_fake": radial_power(view.fakes),
            "spectrum_real": radial_power(view.target_samples),
        }

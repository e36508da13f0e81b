"""Metrics that compare the features of all translations with those of all real targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ganbench.contracts.metric import Metric, View
from ganbench.core.spec import JSON, MAX_IMAGES
from ganbench.evaluation.fidelity.extractors import Extractor, find_extractor
from ganbench.evaluation.fidelity.scores import SCORES, conventions, scores


class FidelityMetric(Metric):
    """Scores of image features: a plugin names an extractor, and lists the columns of its scores.

    extractor: a name that `fidelity.extractors` knows. `compute` gives each listed score of the
    real target samples and the translations.
    """

    extractor: ClassVar[str]
    over_training: ClassVar[bool] = False
    any_kinds: ClassVar[bool] = True  # the other domain plays no part

    def names(self) -> dict[str, str]:
        """Columns by score, of those that the plugin lists."""
        extractor = find_extractor(self.extractor)
        columns = {score: extractor.column(score) for score in SCORES}
        return {score: column for score, column in columns.items() if column in self.columns}

    def unsupported(self, view: View) -> str | None:
        reason = view.spec.lacks_pixels("image features", view.target)
        return reason or view.features.missing(self.extractor) or None

    def compute(self, view: View) -> Mapping[str, float | str]:
        names = self.names()
        known: Extractor = find_extractor(self.extractor)
        real, fake = (view.features.of(which, self.extractor) for which in ("targets", "fakes"))
        by_score = scores(list(names), real, fake, known)
        return {names[score]: value for score, value in by_score.items()}

    def protocol(self, view: View) -> JSON:
        of_extractor = view.features.protocol(self.extractor)
        return {**of_extractor, **conventions(self.names()), "at_most": str(MAX_IMAGES)}

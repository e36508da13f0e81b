"""The set-ups that `search_stable.py` tried, round by round."""

from __future__ import annotations

DIFF = "augment=colour,translation,cutout"
Setups = dict[str, tuple[str, ...]]
# Each setting is a hyper-parameter of the models, an option of the task, or of the budget.
ONE_CHANGE: Setups = {
    "code": (),
    "D and G in turn": ("schedule=DG",),
    "average": ("ema_kimg=20",),
    "D and G in turn, average": ("schedule=DG", "ema_kimg=20"),
    "noise": ("augment=noise",),
    "shift": ("augment=translation",),
    "DiffAugment": (DIFF,),
    "DiffAugment, noise": (DIFF + ",noise",),
    "R1 0.01": ("r1=0.01",),
    "R1 0.1": ("r1=0.1",),
    "R1 1": ("r1=1",),
    "realism 1, reconstruction 1": ("lambda_adv=1", "lambda_rec=1"),
    "realism 0.5, reconstruction 0.5": ("lambda_adv=0.5", "lambda_rec=0.5"),
    "reconstruction by L1": ("distance=l1",),
    "feature matching 0.5": ("feat_share=0.5",),
    "rate of D a quarter": ("lr_d=0.0002",),
    "rate of D twice": ("lr_d=0.0016",),
    "rate 0.0004": ("lr=0.0004",),
    "beta1 0": ("beta1=0",),
    "batch 32": ("batch=32",),
    "batch 8": ("batch=8",),
    "1,000 identities": ("identities=1000",),
    "1,000 identities, D and G in turn, average": (
        "identities=1000",
        "schedule=DG",
        "ema_kimg=20",
    ),
    "D and G in turn, average, noise": ("schedule=DG", "ema_kimg=20", "augment=noise"),
    "D and G in turn, average, noise, shift": (
        "schedule=DG",
        "ema_kimg=20",
        "augment=translation,noise",
    ),
    "D and G in turn, average, noise, R1 0.1": (
        "schedule=DG",
        "ema_kimg=20",
        "augment=noise",
        "r1=0.1",
    ),
    "D and G in turn, average, noise, R1 0.1, shift, 1,000 identities, realism 1 to 1": (
        "schedule=DG",
        "ema_kimg=20",
        "augment=translation,noise",
        "r1=0.1",
        "identities=1000",
        "lambda_adv=1",
        "lambda_rec=1",
    ),
}
STABLE = ("ema_kimg=20", "augment=noise")
COMBINED: Setups = {
    "feature matching 0.5": ("feat_share=0.5",),
    "feature matching 0.5, average, noise": ("feat_share=0.5", *STABLE),
    "feature matching 0.5, average, noise, R1 0.01": ("feat_share=0.5", *STABLE, "r1=0.01"),
    "D and G in turn, average, noise, R1 0.1": ("schedule=DG", *STABLE, "r1=0.1"),
    "D and G in turn, average, noise, R1 0.03": ("schedule=DG", *STABLE, "r1=0.03"),
    "D and G in turn, average, noise, R1 0.1, feature matching 0.5": (
        "schedule=DG",
        *STABLE,
        "r1=0.1",
        "feat_share=0.5",
    ),
    "average, noise, R1 0.03": (*STABLE, "r1=0.03"),
    "feature matching 0.5, average, noise, L1": ("feat_share=0.5", *STABLE, "distance=l1"),
}
MANY = ("identities=1000", "azimuth_offset=own")
AT_64_PX: Setups = {
    "rate 0.0005": (*MANY, "lr=0.0005"),
    "rate 0.0005, feature matching 0.5": (*MANY, "lr=0.0005", "feat_share=0.5"),
    "rate 0.0005, feature matching 0.5, average, noise, R1 0.01": (
        *MANY,
        "lr=0.0005",
        "feat_share=0.5",
        *STABLE,
        "r1=0.01",
    ),
    "rate 0.0005, D and G in turn, average, noise, R1 0.03": (
        *MANY,
        "lr=0.0005",
        "schedule=DG",
        *STABLE,
        "r1=0.03",
    ),
    "rate 0.001, feature matching 0.5, average": (
        *MANY,
        "lr=0.001",
        "feat_share=0.5",
        "ema_kimg=20",
    ),
    "rate 0.0005, batch 16, feature matching 0.5, average": (
        *MANY,
        "lr=0.0005",
        "batch=16",
        "feat_share=0.5",
        "ema_kimg=20",
    ),
    "rate 0.0002, feature matching 0.5, average": (*MANY, "feat_share=0.5", "ema_kimg=20"),
    "rate 0.0005, R1 0.01, L1, average": (
        *MANY,
        "lr=0.0005",
        "r1=0.01",
        "distance=l1",
        "ema_kimg=20",
    ),
}
FROM_STABLE: Setups = {
    "stable": (),
    "no feature matching": ("feat_share=0",),
    "L1, rate 0.0012": ("distance=l1", "lr=0.0012"),
    "realism 0.5, reconstruction 0.5": ("lambda_adv=0.5", "lambda_rec=0.5"),
    "realism 0.05, reconstruction 0.95": ("lambda_adv=0.05", "lambda_rec=0.95"),
    "realism 0.02, reconstruction 0.98": ("lambda_adv=0.02", "lambda_rec=0.98"),
    "reconstruction by L1": ("distance=l1",),
    "R1 0.3": ("r1=0.3",),
    "R1 0.03": ("r1=0.03",),
    "R1 0.01": ("r1=0.01",),
    "no noise": ("augment=",),
    "no average": ("ema_kimg=0",),
    "shift too": ("augment=translation,noise",),
    "beta1 0": ("beta1=0",),
    "rate 0.0012": ("lr=0.0012",),
    "batch 32": ("batch=32",),
    "500 identities": ("identities=500",),
}
HALF_THE_STEPS: Setups = {
    "no feature matching": ("feat_share=0",),
    "no feature matching, L1": ("feat_share=0", "distance=l1"),
    "no feature matching, L1, rate 0.0012": ("feat_share=0", "distance=l1", "lr=0.0012"),
    "L1, rate 0.0012": ("distance=l1", "lr=0.0012"),
    "L1, rate 0.002": ("distance=l1", "lr=0.002"),
    "L1, rate 0.0012, feature matching 0.3": ("distance=l1", "lr=0.0012", "feat_share=0.3"),
    "L1, rate 0.0012, realism 0.05": (
        "distance=l1",
        "lr=0.0012",
        "lambda_adv=0.05",
        "lambda_rec=0.95",
    ),
    "L1, rate 0.0012, realism 0.2": (
        "distance=l1",
        "lr=0.0012",
        "lambda_adv=0.2",
        "lambda_rec=0.8",
    ),
    "feature matching 0.2, L1": ("feat_share=0.2", "distance=l1"),
    "feature matching 0.2, L1, rate 0.0012": ("feat_share=0.2", "distance=l1", "lr=0.0012"),
}
AROUND: Setups = {
    "stable": (),
    "rate 0.0012": ("lr=0.0012",),
    "realism 0.02": ("lambda_adv=0.02", "lambda_rec=0.98"),
    "realism 0.1": ("lambda_adv=0.1", "lambda_rec=0.9"),
    "no feature matching": ("feat_share=0",),
    "realism 0.02, no feature matching": ("lambda_adv=0.02", "lambda_rec=0.98", "feat_share=0"),
    "R1 0.05": ("r1=0.05",),
    "shift too": ("augment=translation,noise",),
}
WITHOUT_FEATURES: Setups = {
    "stable": (),
    "realism 0.01": ("lambda_adv=0.01", "lambda_rec=0.99"),
    "realism 0.05": ("lambda_adv=0.05", "lambda_rec=0.95"),
    "R1 0.05": ("r1=0.05",),
    "R1 0.2": ("r1=0.2",),
    "rate 0.0012": ("lr=0.0012",),
    "L2": ("distance=l2",),
}
ALIGNMENT: Setups = {
    "rate 0.0008": ("lr=0.0008",),
    "L2, realism 0.1, rate 0.0012": (
        "distance=l2",
        "lambda_adv=0.1",
        "lambda_rec=0.9",
        "lr=0.0012",
    ),
    "D,G,G": ("schedule=D,G,G",),
    "1,000 identities": ("identities=1000",),
    "R1 0.3": ("r1=0.3",),
    "rate of D a quarter": ("lr_d=0.0005",),
    "D,G,G, 600 identities": ("schedule=D,G,G", "identities=600"),
    "600 identities": ("identities=600",),
    "D,G,G, 150 degrees": (
        "schedule=D,G,G",
        "identities=1000",
        "azimuth_min_deg=-75",
        "azimuth_max_deg=75",
    ),
}
# From here on with 600 identities, and D,G,G in `stable`.
WEIGHTS: Setups = {
    "stable": (),
    "realism 0.1": ("lambda_adv=0.1", "lambda_rec=0.9"),
    "realism 0.3": ("lambda_adv=0.3", "lambda_rec=0.7"),
    "L2, realism 0.1": ("distance=l2", "lambda_adv=0.1", "lambda_rec=0.9"),
    "L2, realism 0.02": ("distance=l2",),
    "L2, realism 0.1, rate 0.0008": (
        "distance=l2",
        "lambda_adv=0.1",
        "lambda_rec=0.9",
        "lr=0.0008",
    ),
}
SQUARES = ("distance=l2", "lambda_adv=0.1", "lambda_rec=0.9")
WITH_SQUARES: Setups = {
    "L2, realism 0.1, D,G": (*SQUARES, "schedule=D,G"),
    "L2, realism 0.1, R1 0.05": (*SQUARES, "r1=0.05"),
    "L2, realism 0.1, feature matching 0.5": (*SQUARES, "feat_share=0.5"),
    "L2, realism 0.1, rate 0.003": (*SQUARES, "lr=0.003"),
}
PAPER: Setups = {
    "stable": (),
    "R1 0.01": ("r1=0.01",),
    "R1 0.01, rate 0.001": ("r1=0.01", "lr=0.001"),
}
# With a rate of 0.0008, after ten test seeds had shown that 0.002 breaks the alignment of some.
RELIABLE: Setups = {
    "R1 0.03": ("r1=0.03",),
    "D,G, R1 0.1": ("schedule=D,G",),
    "no R1": ("r1=0",),
    "R1 0.1": (),
}
START: Setups = {
    "stable": (),
    "no blur": ("blur=0",),
    "no one start": ("same_start=false",),
    "neither": ("blur=0", "same_start=false"),
    "a single start": ("starts=1",),
    "five starts": ("starts=5",),
    "longer starts": ("start_kimg=2",),
    "blur over 400 steps": ("blur_kimg=6.4",),
    "rate 0.003": ("lr=0.003",),
    "rate 0.0012": ("lr=0.0012",),
    "D,G,G": ("schedule=D,G,G",),
    "as it was": (
        *("blur=0", "same_start=false", "starts=1", "schedule=D,G,G", "r1=0.01", "lr=0.0008"),
        *("distance=l2", "lambda_adv=0.1", "lambda_rec=0.9"),
    ),
}
# Of a longer budget, such as --steps 1200.
THOROUGH: Setups = {
    "a single start": ("starts=1",),
    "five starts": (),
    "five starts by likeness": ("starts_by=likeness",),
    "ten starts": ("starts=10",),
    "thorough": ("starts=10", "starts_by=likeness"),
}
LONGER: Setups = {"stable": ()}  # rate 0.0008, R1 0.01; --steps tells how long
ROUNDS = {
    "start": START,
    "thorough": THOROUGH,
    "half": HALF_THE_STEPS,
    "around": AROUND,
    "weights": WEIGHTS,
    "longer": LONGER,
    "reliable": RELIABLE,
    "paper": PAPER,
    "squares": WITH_SQUARES,
    "alignment": ALIGNMENT,
    "without": WITHOUT_FEATURES,
    "one": ONE_CHANGE,
    "combined": COMBINED,
    "64px": AT_64_PX,
    "stable": FROM_STABLE,
}
FROM_CODE = frozenset({"one", "combined", "64px"})  # rounds that change recipe `code`


def base_of(name: str) -> str:
    """The recipe that a round's set-ups change."""
    return "code" if name in FROM_CODE else "stable"

"""A message has what, where and the fix, and knows the closest name."""

from __future__ import annotations

from ganbench.core.errors import UserError, did_you_mean, unknown


def test_the_message_has_its_three_parts() -> None:
    text = str(UserError("the file is empty", "a.csv", "fill it"))
    assert text.split("\n") == ["the file is empty", "  where: a.csv", "  fix:   fill it"]
    assert str(UserError("no more")) == "no more"


def test_the_closest_name_or_all() -> None:
    names = ["standard", "recon", "discogan"]
    assert did_you_mean("dicsogan", names) == "did you mean 'discogan'?"
    assert did_you_mean("zzz", names) == "known: discogan, recon, standard"
    assert unknown("model", "rekon", names).fix == "did you mean 'recon'?"

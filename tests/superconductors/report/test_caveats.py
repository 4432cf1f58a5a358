"""Caveats: what speaks against a candidate, and what the numbers of a run cannot tell."""

from superdrift.report.numbers import Number, Numbers
from superdrift.superconductors.report.caveats import candidate_caveats, report_caveats


def test_caveats_name_what_speaks_against_a_candidate():
    good = {"metallic": False, "novel": True, "charge_valid": True, "superconductor_valence": True,
            "valid_published": True, "site_balanced": True, "applicable": True}  # fmt: skip
    assert candidate_caveats(good) == []
    assert candidate_caveats(good | {"charge_valid": None}) == ["no valence picture"]
    assert candidate_caveats(good | {"charge_valid": False, "applicable": False}) == [
        "unusual valence",
        "far from data",
    ]
    assert candidate_caveats(good | {"metallic": True, "charge_valid": None, "site_balanced": False}) == ["metallic"]


def test_error_rates_are_told_where_they_were_measured():
    bare = report_caveats(Numbers([]))
    assert not any(character.isdigit() for caveat in bare for character in caveat.explanation)
    assert "Formation energies were not estimated in this run." in [caveat.statement for caveat in bare]
    measured = Numbers([
        Number("fit", "estimator-grouped", "mae", 8.1, 3000, "K"),
        Number("fit", "estimator-random", "mae", 5.3, 3000, "K"),
        Number("fit", "estimator-grouped", "coverage", 0.91, 3000),
        Number("fit", "estimator-grouped", "tp", 0.94, 3000, low=0.93, high=0.95),
        Number("fit", "estimator-grouped", "fp", 0.5, 180, low=0.47, high=0.53),
        Number("estimate", "others", "ef_mean", -1.0, 50, "eV/atom"),
    ])  # fmt: skip
    found = {caveat.statement: caveat.explanation for caveat in report_caveats(measured)}
    temperature = found["T<sub>c</sub> is an average over known compounds."]
    assert "missed by 8.1 K on average" in temperature and "held 91 % of" in temperature
    rates = found["The classifier takes some non-superconductors for superconductors."]
    assert "94.0 % <small>(93.0–95.0)</small> of the superconductors" in rates
    assert "50.0 % <small>(47.0–53.0)</small> of 180 compounds that were measured" in rates
    few = report_caveats(Numbers([row for row in measured.rows if row.quantity != "fp"]))
    assert any("is not known" in c.statement and "Fewer than 10 compounds" in c.explanation for c in few)
    assert "A negative formation energy is no proof of stability." in found

"""One checked formula as lines of text, for a terminal."""

from typing import Any

from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.superconductors.data.records import record_tc_k


def report_lines(row: dict[str, Any]) -> list[str]:
    """The lines that `superdrift check` prints of one row of its table: the formula, then one line per check."""
    valence = "" if row["formal_valence"] is None else f", {row['redox_ion']} {row['formal_valence']:+.2f}"
    charge = {True: "valid", False: "not valid", None: "undecided"}[row["charge_valid"]]
    checks = {
        "family": f"{row['family']}, {row['n_elements']} element{'s' if row['n_elements'] != 1 else ''}"
        + ("" if row["basic_pass"] else f"; fails the basic checks: {row['basic_failure']}"),
        "reduced": row["reduced_formula"],
        "charge": charge + valence + (f": {row['charge_reason']}" if row["charge_reason"] else ""),
        **_metal(row),
        "charges": row["charges"] or "-",
        "valence": {
            True: "one of known superconductors",
            False: "of no known superconductor of similar cations",
            None: "no redox ion that known superconductors could judge",
        }[row["superconductor_valence"]],
        "published": "valid" if row["valid_published"] else "not valid",
        "sites": "cations sum to a whole number" if row["site_balanced"] else "cations sum to no whole number",
        "known": _known(row),
        "nearest": ", ".join(row["nearest"]) or "-",
        "Tc": f"{row['tc_k']:.1f} K ({row['tc_low_k']:.1f} to {row['tc_high_k']:.1f}) if superconducting; "
        f"neighbours say {row['tc_knn_k']:.1f} K",
        **_warnings(row),
        "super": f"probability {row['superconducting_probability']:.2f} at equal odds; {_applicable(row)}",
        "energy": _formation_energy(row),
    }
    return [row["formula"], *(f"  {name:<10} {text}" for name, text in checks.items())]


def _metal(row: dict[str, Any]) -> dict[str, str]:
    """Whether a compound of metals only is like known ones."""
    if row["metal_plausible"] is None:
        return {}
    verdict = "like" if row["metal_plausible"] else "unlike"
    return {"metals": f"{verdict} known alloys and intermetallics (score {row['metal_score']:+.1f}, at least 0 passes)"}


def _known(row: dict[str, Any]) -> str:
    """What is known of the compound, and how it was measured."""
    if not row["known"]:
        return "novel" if row["novel"] else "near a known compound"
    if row["known_formula"] is None:
        return "known"
    exact = reduced_formula(parse_formula(row["known_formula"])) == row["reduced_formula"]
    known = "known" if exact else f"known as {row['known_formula']}"
    if row["known_superconducting"] is None:
        return f"{known}: listed without a Tc, which says nothing of superconductivity ({row['known_source']})"
    if not row["known_superconducting"]:
        return f"{known}: measured and found not superconducting ({row['known_source']})"
    low, high = row["known_tc_low_k"], row["known_tc_high_k"]
    spread = f", {low:g} to {high:g} K" if low != high else ""
    doubts = [flag for flag in row["known_flags"] if flag != "element"]  # which is a class, and no doubt
    flags = f"; flagged {', '.join(doubts)}" if doubts else ""
    return f"{known}: superconducting, Tc {row['known_tc_k']:g} K measured{spread} ({row['known_source']}){flags}"


def _warnings(row: dict[str, Any]) -> dict[str, str]:
    """What the estimate of Tc must not be read without."""
    lines = {}
    if row["extrapolated"]:
        record = record_tc_k(parse_formula(row["formula"]))
        lines["beyond"] = (
            f"up to {row['tc_high_k']:.0f} K is an extrapolation: the highest Tc measured in its class at ambient "
            f"pressure is {record:g} K"
        )
    if row["needs_pressure"]:
        lines["pressure"] = "superconducts, if at all, only under pressure, which the estimates know nothing of"
    return lines


def _applicable(row: dict[str, Any]) -> str:
    """Whether the estimate means something, in words that do not contradict what is known."""
    if row["applicable"]:
        return "applicable"
    if row["known"]:
        return "not applicable: what is known of it is left out of the estimators"
    return "not applicable: no superconductor of like chemistry is known"


def _formation_energy(row: dict[str, Any]) -> str:
    """Formation energy and distance to the hull in words."""
    if row["formation_energy_ev"] is None:
        return "no formation energy: an element that the model does not know"
    energy = f"{row['formation_energy_ev']:+.3f} ± {row['formation_energy_sd_ev']:.3f} eV/atom"
    if row["n_elements"] == 1:
        return f"{energy}, by definition: an element"
    if row["hull_competitors"] == 0:
        return f"{energy} (predicted); no known compound competes, so the hull holds the elements alone"
    number = row["hull_competitors"]
    others = f"{number} {'other ' if row['known'] else ''}known compound{'s' if number != 1 else ''} and the elements"
    return f"{energy}, {row['hull_distance_ev']:+.3f} from the hull of {others} (predicted)"

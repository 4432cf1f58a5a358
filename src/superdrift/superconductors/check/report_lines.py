"""One checked formula as lines of text, for a terminal."""

from typing import Any


def report_lines(row: dict[str, Any]) -> list[str]:
    """The lines that `superdrift check` prints of one row of its table: the formula, then one line per check."""
    valence = "" if row["formal_valence"] is None else f", {row['redox_ion']} {row['formal_valence']:+.2f}"
    charge = {True: "valid", False: "not valid", None: "undecided"}[row["charge_valid"]]
    checks = {
        "family": f"{row['family']}, {row['n_elements']} element{'s' if row['n_elements'] != 1 else ''}"
        + ("" if row["basic_pass"] else f"; fails the basic checks: {row['basic_failure']}"),
        "reduced": row["reduced_formula"],
        "charge": charge + valence + (f": {row['charge_reason']}" if row["charge_reason"] else ""),
        "charges": row["charges"] or "-",
        "valence": {
            True: "one of known superconductors",
            False: "of no known superconductor of similar cations",
            None: "no redox ion that known superconductors could judge",
        }[row["superconductor_valence"]],
        "published": "valid" if row["valid_published"] else "not valid",
        "sites": "cations sum to a whole number" if row["site_balanced"] else "cations sum to no whole number",
        "known": "known" if row["known"] else "novel" if row["novel"] else "near a known compound",
        "nearest": ", ".join(row["nearest"]) or "-",
        "Tc": f"{row['tc_k']:.1f} K ({row['tc_low_k']:.1f} to {row['tc_high_k']:.1f}) if superconducting; "
        f"neighbours say {row['tc_knn_k']:.1f} K",
        "super": f"probability {row['superconducting_probability']:.2f} at equal odds; "
        + ("applicable" if row["applicable"] else "not applicable: too far from what is known"),
        "energy": _formation_energy(row),
    }
    return [row["formula"], *(f"  {name:<10} {text}" for name, text in checks.items())]


def _formation_energy(row: dict[str, Any]) -> str:
    """Formation energy and distance to the hull in words."""
    if row["formation_energy_ev"] is None:
        return "no formation energy: an element that the model does not know"
    energy = f"{row['formation_energy_ev']:+.3f} ± {row['formation_energy_sd_ev']:.3f} eV/atom"
    return f"{energy}, {row['hull_distance_ev']:+.3f} from the hull of known compounds (predicted)"

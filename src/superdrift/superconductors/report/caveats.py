"""The caveats of the report, all their wording: of each candidate in a word or two, and of the numbers as a whole."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from superdrift.report.formatting import interval, number, percent
from superdrift.report.numbers import Numbers
from superdrift.report.sections import Caveat
from superdrift.superconductors.data.families import MODEL_FAMILIES
from superdrift.superconductors.tc.labelled_compositions import FEWEST_NEGATIVES


def candidate_caveats(candidate: Mapping[str, Any]) -> list[str]:
    """Reasons to doubt a candidate (a row of candidates.parquet); see docs/methods/numbers.md."""
    ionic = not candidate["metallic"]
    found = {
        "metallic": not ionic,
        "near a known compound": not candidate["novel"],
        "unusual valence": ionic and False in (candidate["charge_valid"], candidate["superconductor_valence"]),
        "no valence picture": ionic and candidate["charge_valid"] is None,
        "fails published check": not candidate["valid_published"],
        "sites not balanced": ionic and not candidate["site_balanced"],
        "far from data": not candidate["applicable"],
    }
    return [name for name, holds in found.items() if holds]


def report_caveats(numbers: Numbers) -> list[Caveat]:
    """What the numbers of a run cannot tell, with its own error rates where they were measured."""
    energies = any(numbers.value(family, "ef_mean") is not None for family in MODEL_FAMILIES)
    caveats = [
        _critical_temperature(numbers),
        _classifier(numbers),
        _STABILITY if energies else _NO_ENERGIES,
        Caveat(
            "Valid means plausible bookkeeping.",
            "The published check passes only part of the known superconductors and ignores mixed valence; the formal "
            "valence relies on oxygen contents that are often nominal in the source data.",
        ),
        Caveat("No structure is implied.", "A composition may form no single phase."),
    ]
    return [caveat for caveat in caveats if caveat is not None]


_NO_ENERGIES = Caveat("Formation energies were not estimated in this run.", "No candidate here is known to be stable.")
_STABILITY = Caveat(
    "A negative formation energy is no proof of stability.",
    "Oxides nearly always have one. The distance to the hull counts only compounds that are known, with predicted "
    "energies.",
)


_NO_NEGATIVES = Caveat(
    "How many non-superconductors the classifier takes for superconductors is not known.",
    f"Fewer than {FEWEST_NEGATIVES} compounds of this run's data were measured and did not superconduct, so that no "
    "share is corrected by measured rates; compounds listed without a critical temperature may well superconduct.",
)


def _critical_temperature(numbers: Numbers) -> Caveat:
    text = "It can hardly exceed the highest known value and says nothing about a mechanism."
    if numbers.get("estimator-grouped", "mae"):
        unseen, random = (numbers.value(f"estimator-{split}", "mae") for split in ("grouped", "random"))
        text += (
            f" On chemical systems it had not seen it missed by {number(unseen)} K on average; on a random split, "
            f"which leaks near-copies, by {number(random)} K."
        )
    if numbers.get("estimator-grouped", "coverage"):
        covered = percent(numbers.value("estimator-grouped", "coverage"), 0)
        text += f" Its intervals held {covered} of held-out compounds."
    return Caveat(Markup("T<sub>c</sub> is an average over known compounds."), text)


def _classifier(numbers: Numbers) -> Caveat | None:
    recognised, mistaken = (numbers.get("estimator-grouped", rate) for rate in ("tp", "fp"))
    if recognised is None:
        return None
    if mistaken is None:
        return _NO_NEGATIVES
    text = Markup(
        "On unseen chemical systems it recognised {} of the superconductors and mistook {} of {} compounds that were "
        "measured and did not superconduct. Compounds listed without a T<sub>c</sub> count as neither. The "
        "corrected shares use the rates of held-out compounds of the same families at the same distances from the "
        "known; even these need not carry over to compounds nobody has made, so the table shows them with the "
        "published rates too."
    )
    return Caveat(
        "The classifier takes some non-superconductors for superconductors.",
        text.format(interval(recognised), interval(mistaken), mistaken.n),
    )

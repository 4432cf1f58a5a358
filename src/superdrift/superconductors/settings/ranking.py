"""Settings of the ranked candidates: gates and spacing."""

from dataclasses import dataclass

from superdrift.composition.settings import ElementSymbols, Radius
from superdrift.run.settings import Count, setting


@dataclass(frozen=True)
class RankSettings:
    """Block `rank`."""

    require_charge_valid: bool = setting(
        "false: ionic compounds pass whatever their charges; true: balanced, and by a valence of known superconductors"
    )
    allow_metallic: bool = setting("true: compounds of metals only, which have no charges to check, pass too")
    require_metal_plausible: bool = setting(
        "false: any compound of metals; true: those alone that are like known alloys and intermetallics"
    )
    forbidden_elements: ElementSymbols = setting("symbols; no candidate has them")
    spacing: Radius = setting("between any two ranked candidates")
    keep: Count = setting("most candidates")

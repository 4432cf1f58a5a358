"""The ruler: shares of what was drawn that pass the checks of the workflow, by the screening's own code."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import beta

from benchmarks.inputs import CONFIG
from superdrift.composition.greedy_net import greedy_net
from superdrift.io.tables import matrix
from superdrift.run.settings import from_mapping
from superdrift.superconductors.new_families.selection import worth_grouping
from superdrift.superconductors.screening.known_charges import charge_check
from superdrift.superconductors.screening.known_metals import metal_check
from superdrift.superconductors.screening.novelty import KnownCompounds
from superdrift.superconductors.screening.screener import Screener
from superdrift.superconductors.settings.screening import ScreenSettings

FAR = 0.05
"""Half L1; a sample this far from everything known is no retouched known compound."""
VERDICTS = (
    "basic_pass", "duplicate", "novel", "metallic", "metal_plausible", "valid_published", "charge_valid",
    "site_balanced",
)  # fmt: skip
Rate = tuple[str, float, int] | tuple[str, float, int, float, float]


class Ruler:
    """Judges samples of one family against all known compounds.

    Args:
        compounds: table of a run; all of them are known, held out from a generator or not.
        family: the family, which sets how many elements pass.
    """

    def __init__(self, compounds: pa.Table, family: str) -> None:
        block = {**CONFIG["screen"], "n_elements": CONFIG["screen"]["n_elements"][family], "noise_floor": 0.0}
        self.settings = from_mapping(ScreenSettings, block, place="screen")
        self.check = charge_check(compounds, self.settings.charge)
        self.metals = metal_check(compounds, threads=self.settings.threads)
        self.known = KnownCompounds(
            matrix(compounds["amounts"]), compounds["formula"].to_pylist(),
            known_radius=self.settings.known_radius, novel_radius=self.settings.novel_radius,
        )  # fmt: skip

    def rates(self, amounts: NDArray[np.float32]) -> list[Rate]:
        """Shares, with intervals, and counts of distinct compounds."""
        verdict, distance = self._verdicts(amounts)
        basic, n = verdict["basic_pass"], len(amounts)
        passed = int(basic.sum())
        novel, metallic = basic & verdict["novel"], verdict["metallic"]
        ionic = novel & ~metallic & (verdict["charge_valid"] | verdict["valid_published"])
        return [
            share("basic pass", basic, n),
            share("site balance", basic & verdict["site_balanced"], n),
            share("charge-valid", basic & verdict["charge_valid"], n),
            share("published validity", basic & verdict["valid_published"], n),
            share("unique, of basic pass", basic & ~verdict["duplicate"], passed),
            share("novel (> 0.02 from any known), of basic pass", novel, passed),
            share("novel and valid", ionic, n),
            share(f"> {FAR} from any known", basic & (distance > FAR), n),
            share(f"> {FAR} from any known and charge-valid", basic & verdict["charge_valid"] & (distance > FAR), n),
            ("distinct novel valid", self._distinct(amounts, ionic), n),
            ("distinct novel charge-valid", self._distinct(amounts, ionic & verdict["charge_valid"]), n),
            ("distinct novel metallic", self._distinct(amounts, novel & metallic), n),
        ]

    def screener(self) -> Screener:
        """One that has seen nothing yet, so that no sample repeats an earlier one."""
        return Screener(self.settings, self.known, self.check, self.metals)

    def basic_pass(self, amounts: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(n,) samples that pass the basic checks."""
        return self._verdicts(amounts)[0]["basic_pass"]

    def worth_grouping(self, amounts: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(n,) samples that the workflow looks for groups among."""
        if not len(amounts):
            return np.zeros(0, dtype=np.bool_)
        verdict = self._verdicts(amounts)[0]
        return worth_grouping(pa.table({name: pa.array(mask) for name, mask in verdict.items()}))

    def novel(self, amounts: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(n,) samples that pass the basic checks and are far from everything known."""
        verdict = self._verdicts(amounts)[0]
        return verdict["basic_pass"] & verdict["novel"]

    def charge_valid(self, amounts: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(n,) samples that pass the basic checks and whose charges balance."""
        verdict = self._verdicts(amounts)[0]
        return verdict["basic_pass"] & verdict["charge_valid"]

    def new_and_sound(self, amounts: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(n,) samples that pass the basic checks, are novel, and have balanced charges or are plausible metals."""
        verdict = self._verdicts(amounts)[0]
        sound = np.where(verdict["metallic"], verdict["metal_plausible"], verdict["charge_valid"])
        return verdict["basic_pass"] & verdict["novel"] & sound

    def _verdicts(self, amounts: NDArray[np.float32]) -> tuple[dict[str, NDArray[np.bool_]], NDArray[np.float64]]:
        """Masks of the verdicts, a null one counting as false, and the distance to the nearest known compound."""
        screener = self.screener()
        found: dict[str, list[NDArray[np.bool_]]] = {name: [] for name in VERDICTS}
        distances = []
        for start in range(0, len(amounts), self.settings.batch_size):
            part = amounts[start : start + self.settings.batch_size]
            columns = screener.screen(np.arange(start, start + len(part)), part)
            for name, masks in found.items():
                masks.append(columns[name] == True)  # noqa: E712 - elementwise, null is not true
            distances.append(columns["distance_to_known"])
        return {name: np.concatenate(masks) for name, masks in found.items()}, np.concatenate(distances)

    def _distinct(self, amounts: NDArray[np.float32], mask: NDArray[np.bool_]) -> int:
        return int(greedy_net(amounts[mask], self.settings.novel_radius).sum()) if mask.any() else 0


def share(name: str, mask: NDArray[np.bool_], n: int) -> Rate:
    """Share with its Clopper–Pearson interval (95 %)."""
    hits = int(mask.sum())
    low = float(beta.ppf(0.025, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, n - hits)) if hits < n else 1.0
    return name, hits / max(n, 1), n, low, high

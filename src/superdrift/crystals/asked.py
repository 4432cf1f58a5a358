"""Which formulas structures are proposed for: those of the configuration, and those of parts of the split."""

from collections.abc import Collection, Iterable

import pyarrow as pa

from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.run.seeds import derive


def asked_formulas(
    table: pa.Table, *, formulas: Iterable[str], splits: Collection[str], most: int, seed: int
) -> list[str]:
    """Reduced formulas, each once: those asked for, then those of the parts of the split in an order drawn.

    Args:
        table: known structures, with reduced_formula and split.
        formulas: asked for by name.
        splits: parts of `split` whose formulas are asked for, too.
        most: at most so many of those.
        seed: of the draw.
    """
    asked = [reduced_formula(parse_formula(formula)) for formula in formulas]
    pairs = zip(table["reduced_formula"].to_pylist(), table["split"].to_pylist(), strict=True)
    of_parts = {formula for formula, part in pairs if part in splits}
    drawn = sorted(of_parts, key=lambda formula: derive(seed, "crystals", "propose", formula))
    return list(dict.fromkeys([*asked, *drawn[:most]]))

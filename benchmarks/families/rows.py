"""One line of the table of this benchmark."""

from typing import Any

Row = dict[str, Any]


def line(
    part: str, name: str, value: float, *, version: str = "all", sd: float = float("nan"),
    p_value: float = float("nan"), n: int = 0, weight: float = 1.0,
) -> Row:  # fmt: skip
    """One figure.

    Args:
        part: what was measured.
        name: of the cut, stratum, chemical system or family.
        value: index, share or distance.
        version: everything, cuprates, pnictides, others; all where it is not by version.
        sd: deviation of the value over the halvings.
        p_value: of the test.
        n: compounds, families or halvings that it was measured on.
        weight: of the line in a share.
    """
    return {"part": part, "version": version, "name": name, "value": float(value), "sd": float(sd),
            "p_value": float(p_value), "n": int(n), "weight": float(weight)}  # fmt: skip

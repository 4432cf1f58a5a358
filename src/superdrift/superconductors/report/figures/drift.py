"""Figure: critical temperature along the drifts and along random walks, by the predictor that is climbed."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.lines import Line2D

from superdrift.io import tables
from superdrift.report.figure_style import KNOWN, OTHER, house_style, panels, save
from superdrift.superconductors.report.figures.colours import COLOUR
from superdrift.superconductors.tables import TRAJECTORIES


def draw(trajectories: Mapping[str, Path], path: Path) -> Path | None:
    """Tc along the drifts and along the random walks, by the predictor that is climbed."""
    walked = {name: tables.read(file, TRAJECTORIES).to_pandas() for name, file in trajectories.items()}
    walked = {name: steps for name, steps in walked.items() if len(steps)}
    if not walked:
        return None
    colours = {"walk": KNOWN, "climb": COLOUR["cuprates"]}
    with house_style():
        figure, axes = panels(len(walked), columns=2, height=2.6)
        for place, (axis, (name, steps)) in enumerate(zip(axes, walked.items(), strict=True)):
            for kind, colour in colours.items():
                mine = steps[steps["kind"] == kind]
                for _, one in mine.groupby("trajectory"):
                    axis.plot(one["step"], one["tc_climbed_k"], color=colour, lw=0.9, alpha=0.5)
                mean = mine.groupby("step")["tc_climbed_k"].mean()
                axis.plot(mean.index, mean.to_numpy(), color=colour if kind == "climb" else OTHER, lw=2.4)
            axis.set_title(f"from {name}")
            axis.set_xlabel("step")
            if place % 2 == 0:
                axis.set_ylabel(r"$T_\mathrm{c}$ by the climbed predictor (K)")
        handles = [Line2D([], [], color=colours["climb"], lw=2.4), Line2D([], [], color=OTHER, lw=2.4)]
        figure.legend(handles, ["drift: each and mean", "random walk: each and mean"],
                      loc="outside lower center", ncols=2)  # fmt: skip
        return save(figure, path)

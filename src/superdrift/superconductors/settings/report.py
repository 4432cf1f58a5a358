"""Settings of the report and of its numbers."""

from dataclasses import dataclass

from superdrift.run.settings import Count, Share, passed, setting


@dataclass(frozen=True)
class ReportSettings:
    """How many candidates, and how many groups of each reference, the page shows."""

    top: Count = setting("candidates shown on the page")
    groups: Count = setting("largest groups of each reference shown on the page; table2.csv has them all")


@dataclass(frozen=True)
class PublishedRatesSettings:
    """The published rates, for the sensitivity row of the corrected share."""

    published_tp: Share = setting(
        "rate of true positives of Roter & Dordevic 2020, for the sensitivity row of the corrected share"
    )
    published_fp: Share = setting("rate of false positives, likewise")


@dataclass(frozen=True)
class ReportBlock(PublishedRatesSettings, ReportSettings):
    """Block `report`."""


@dataclass(frozen=True)
class NumbersSettings(PublishedRatesSettings):
    """What counts as distinct, and the published rates."""

    novel_radius: float = passed("screen.novel_radius")

"""Settings of the charge check, as config.yaml declares them."""

from pathlib import Path

import yaml

from superdrift.charges.settings import ChargeSettings

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text(encoding="utf-8"))
CHARGE = CONFIG["screen"]["charge"]


def charge_settings(**changes):
    return ChargeSettings(**(CHARGE | changes))

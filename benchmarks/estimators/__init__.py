"""The estimators of Tc and superconductivity: scores, rivals, withheld doping series, speed."""

"""How often each element holds each oxidation state in known crystal structures of all kinds.

Counted over the structures of the ICSD by SMACT (`oxidation_states_icsd24_counts.json` of the package smact 4.0.2;
Davies et al., J. Open Source Softw. 4, 1361 (2019)). Written out here, because smact is slow to import and missing on
bare machines; a test makes the table again from smact's file.
"""

LEAST_SHARE = 0.007
"""Share of an element's structures from which a state counts; below are misprints and one-of-a-kind structures. S2+ of
thiosulfate (0.8 %) lies above, O1- of peroxides (0.4 %) below."""
LEAST_STRUCTURES = 20
"""Structures with a state below which an element's shares say nothing, unless it holds one state only (Kr, Pm, Ra,
Ac)."""

_TABLE = """
    H +1:90.9 -1:9.1
    Li +1:100.0
    Be +2:100.0
    B +3:94.0 -3:3.7
    C +4:47.3 +2:22.6 +3:10.1 -2:9.3 -4:5.7 -1:2.1 +1:1.7 -3:1.2
    N -3:79.3 +5:7.3 +3:4.2 -1:3.7 -2:2.4 +1:2.1
    O -2:99.6
    F -1:100.0
    Na +1:100.0
    Mg +2:100.0
    Al +3:100.0
    Si +4:97.8 -4:1.2
    P +5:81.9 -3:8.6 +3:3.6 +4:3.0 -1:1.2 -2:1.1
    S -2:67.4 +6:24.6 +4:3.5 -1:3.1 +2:0.7
    Cl -1:94.4 +7:3.7 +5:1.2
    K +1:100.0
    Ca +2:100.0
    Sc +3:98.2 +2:1.2
    Ti +4:92.2 +3:6.2 +2:1.5
    V +5:52.5 +3:22.5 +4:21.6 +2:3.1
    Cr +3:74.5 +6:10.5 +2:9.0 +4:3.6 +5:2.3
    Mn +2:59.1 +3:25.4 +4:13.5
    Fe +3:61.1 +2:37.3 +4:1.2
    Co +2:63.1 +3:34.1 +4:1.7 +1:0.8
    Ni +2:80.9 +3:15.1 +1:2.8 +4:1.2
    Cu +2:56.4 +1:40.6 +3:3.0
    Zn +2:99.7
    Ga +3:97.4 +2:1.4
    Ge +4:86.5 +2:6.0 -4:3.4 +3:1.5 -3:1.1 -2:0.9
    As +5:40.7 -3:33.3 +3:17.2 -1:3.3 -2:2.8 +2:2.2
    Se -2:74.7 +4:11.3 +6:8.7 -1:4.5
    Br -1:95.3 +5:3.0 +3:0.9
    Kr +2:100.0
    Rb +1:99.9
    Sr +2:99.9
    Y +3:98.2 +2:0.9 +4:0.7
    Zr +4:96.0 +3:2.0 +2:1.8
    Nb +5:87.9 +4:7.5 +3:3.3 +2:1.0
    Mo +6:70.9 +5:12.4 +4:8.8 +3:4.3 +2:3.1
    Tc +7:37.0 +4:31.5 +3:12.7 +2:6.7 +1:6.1 +5:4.2 +6:1.8
    Ru +4:39.9 +5:26.3 +2:15.1 +3:13.2 +6:4.0
    Rh +3:67.8 +4:16.8 +2:10.2 +1:3.0 -1:0.9 +5:0.9
    Pd +2:78.9 +4:15.8 +1:4.0 +3:1.2
    Ag +1:96.5 +2:2.7 +3:0.7
    Cd +2:99.9
    In +3:90.5 +1:5.2 +2:3.4
    Sn +4:71.3 +2:25.3 -4:1.2 +3:1.2
    Sb +3:41.8 +5:35.9 -3:16.5 -2:2.4 -1:2.0 +4:0.9
    Te -2:55.8 +4:20.5 +6:17.2 -1:5.0 +2:0.9
    I -1:77.5 +5:16.7 +7:4.0 +1:0.9 +3:0.9
    Xe +6:44.8 +2:42.1 +4:9.5 +8:3.2
    Cs +1:100.0
    Ba +2:100.0
    La +3:99.2
    Ce +3:61.9 +4:35.9 +2:2.1
    Pr +3:92.9 +4:4.9 +2:2.2
    Nd +3:97.8 +2:1.5
    Pm +3:100.0
    Sm +3:94.1 +2:5.6
    Eu +3:65.1 +2:34.4
    Gd +3:98.3 +2:1.3
    Tb +3:90.5 +4:7.2 +2:1.9
    Dy +3:96.9 +2:2.5
    Ho +3:98.6 +2:1.1
    Er +3:96.4 +2:2.5 +4:1.0
    Tm +3:94.7 +2:5.1
    Yb +3:84.6 +2:15.2
    Lu +3:99.0 +2:0.8
    Hf +4:92.4 +3:5.5 +2:1.8
    Ta +5:88.1 +4:6.5 +3:2.9 +2:1.4 +1:0.9
    W +6:92.5 +4:3.0 +5:2.5 +2:1.2 +3:0.8
    Re +7:30.3 +3:22.6 +5:15.4 +4:14.6 +6:12.8 +1:3.2 +2:1.0
    Os +5:30.1 +6:17.9 +4:16.6 +2:13.7 +3:8.5 +8:6.3 +7:5.2 +1:1.8
    Ir +4:41.9 +3:28.1 +5:19.9 +2:5.9 +6:2.9 +1:1.0
    Pt +4:51.1 +2:42.2 +3:4.9 +5:0.7
    Au +1:48.5 +3:41.3 +2:3.5 +5:3.5 -1:3.0
    Hg +2:91.6 +1:8.4
    Tl +1:70.0 +3:29.1
    Pb +2:93.2 +4:6.3
    Bi +3:90.3 +5:3.6 -3:2.6 +4:1.2 +2:1.1
    Ra +2:100.0
    Ac +3:100.0
    Th +4:89.6 +3:7.0 +2:2.9
    Pa +5:67.3 +4:25.0 +3:5.8 +2:1.9
    U +6:56.6 +4:28.6 +3:8.5 +5:4.1 +2:2.2
    Np +6:28.3 +5:27.5 +4:24.2 +3:11.4 +7:6.7 +2:1.7
    Pu +3:37.9 +4:32.4 +6:15.1 +2:6.8 +7:5.5 +5:2.3
    Am +3:68.4 +4:13.9 +2:7.6 +5:5.1 +6:3.8 +1:1.3
    Cm +3:84.6 +4:12.8 +2:2.6
"""

MEASURED_STATES: dict[str, dict[int, float]] = {
    symbol: {int(state): float(percent) / 100 for state, percent in (word.split(":") for word in words)}
    for symbol, *words in map(str.split, _TABLE.strip().splitlines())
}
"""Share of each state, the most common first, among the structures of the element in which it holds any charge."""

CLOSED_SHELL: dict[str, int] = {
    **dict.fromkeys(("H", "F", "Cl", "Br", "I"), -1),
    **dict.fromkeys(("O", "S", "Se", "Te"), -2),
    **dict.fromkeys(("N", "P", "As", "Sb", "Bi"), -3),
    **dict.fromkeys(("C", "Si", "Ge", "Sn"), -4),
}
"""e; charge of an anion without bonds to its own kind (the octet rule). Other negative states are pairs, chains and
nets, in which no composition says how many electrons the bonds take."""

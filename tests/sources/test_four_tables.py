"""The four tables: what loads, what is named, and totals that tie."""

import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.errors import DataError
from placement_planner.sources.four_tables import read_four_tables
from placement_planner.tables.four_tables import OUTSIDE

PEER = Path(__file__).parents[2] / ".." / "shared" / "peers" / "witan"
STEP = "authority,calendar-year,setting-1,need-1,academic-year-1,setting-2,need-2,academic-year-2"
PAIR = STEP.replace("authority,", "authority-1,authority-2,")
STATE = "setting,setting-group,min-academic-year,max-academic-year,needs,setting->setting"


def step(authority, year, before, after):
    """One line: `before` and `after` are setting, need and NCY in one word parted by slashes."""
    return ",".join([authority, str(year), *before.split("/"), *after.split("/")])


def out(ncy):
    return f"{OUTSIDE}/{OUTSIDE}/{ncy}"


def sound_tables():
    """Two authorities, three steps each: a stayer, a mover, a joiner and a leaver a year."""
    yearly = [("M/X/5", "M/X/6"), ("M/X/6", "S/X/7"), (out(4), "M/Y/5"), ("S/X/10", out(11))]
    return {
        "transitions": [
            STEP,
            *(
                step(authority, year, *both)
                for authority in ("E1", "E2")
                for year in (2013, 2014, 2015)
                for both in yearly
            ),
        ],
        "population": [
            "authority,calendar-year,academic-year,population",
            *(
                f"{authority},{year},{ncy},100"
                for authority in ("E1", "E2")
                for year in range(2013, 2017)
                for ncy in range(3, 12)
            ),
        ],
        "valid-states": [STATE, 'M,one,0,10,"X,Y","M,S"', 'S,one,0,12,"X, Y","M,S"'],
        "costs": ["need,setting,cost", "X,M,1000", "Y,M,1000"],
    }


def write(folder, tables):
    folder.mkdir(exist_ok=True)
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def findings_of(folder, tables):
    with pytest.raises(DataError) as error:
        read_four_tables(write(folder, tables))
    return error.value.findings


def add(table, *lines):
    return lambda tables: tables[table].extend(lines)


def change(table, old, new):
    def fault(tables):
        at = tables[table].index(old)
        tables[table][at : at + 1] = [new] if new else []

    return fault


def drop_year(tables):
    tables["transitions"] = [
        line for line in tables["transitions"] if not line.startswith("E2,2014,")
    ]


SPLIT = [
    step("E3", 2013, "M/X/5", "M/X/6"),
    *(step("E4", year, "M/X/5", "M/X/6") for year in (2014, 2015)),
]
FAULTS = {
    "gap in the years": (
        drop_year,
        ("transitions.csv", "calendar-year", "no rows of calendar-year 2014 for authority 'E2'"),
    ),
    "NCY that jumps": (
        add("transitions", step("E1", 2013, "M/X/5", "M/X/7")),
        ("transitions.csv", "academic-year-2", "NCY 5 before and 7 after"),
    ),
    "NCY that stands still for a leaver": (
        add("transitions", step("E1", 2013, "M/X/9", out(9))),
        ("transitions.csv", "academic-year-2", "NCY 9 before and 9 after"),
    ),
    "outside in the setting only": (
        add("transitions", step("E1", 2013, f"{OUTSIDE}/X/5", "M/X/6")),
        ("transitions.csv", "setting-1", "need 'X' with setting 'NONSEND'"),
    ),
    "outside in the need only": (
        add("transitions", step("E1", 2013, "M/X/5", f"M/{OUTSIDE}/6")),
        ("transitions.csv", "setting-2", "need 'NONSEND' with setting 'M'"),
    ),
    "unknown need": (
        add("transitions", step("E1", 2013, out(5), "M/Q/6")),
        ("transitions.csv", "need-2", "need 'Q'"),
    ),
    "unknown setting": (
        add("transitions", step("E1", 2013, "Z/X/5", out(6))),
        ("transitions.csv", "setting-1", "setting 'Z'"),
    ),
    "blank need": (
        add("transitions", step("E1", 2013, "M//5", "M/X/6")),
        ("transitions.csv", "need-1", "a blank cell"),
    ),
    "symbol for an NCY": (
        add("transitions", step("E1", 2013, "M/X/<5", "M/X/6")),
        ("transitions.csv", "academic-year-1", "'<5'"),
    ),
    "no NCY outside": (
        add("transitions", step("E1", 2013, out(""), "M/X/6")),
        ("transitions.csv", "academic-year-1", "a blank cell"),
    ),
    "no authority": (
        add("transitions", step("", 2013, "M/X/5", "M/X/6")),
        ("transitions.csv", "authority", "a blank cell"),
    ),
    "authority that split": (
        add("transitions", *SPLIT),
        ("transitions.csv", "authority", "authority 'E3' split or was renamed: its 1 rows (rows 2"),
    ),
    "negative population": (
        change("population", "E1,2014,7,100", "E1,2014,7,-100"),
        ("population.csv", "population", "'-100'"),
    ),
    "symbol for a population": (
        change("population", "E1,2014,8,100", "E1,2014,8,c"),
        ("population.csv", "population", "'c'"),
    ),
    "population twice": (
        add("population", "E1,2013,3,100"),
        ("population.csv", "population", "calendar-year and academic-year again, as in row 2"),
    ),
    "population missing": (
        change("population", "E2,2013,5,100", ""),
        (
            "population.csv",
            "population",
            "no row of calendar-year 2013 and NCY 5 for authority 'E2', where 1 children join",
        ),
    ),
    "fewer children than join": (
        change("population", "E1,2015,5,100", "E1,2015,5,0"),
        ("population.csv", "population", "0.0 children, of whom 1 join"),
    ),
    "NCYs of a setting turned round": (
        add("valid-states", 'T,one,12,5,"X,Y","M"'),
        ("valid-states.csv", "min-academic-year", "setting 'T' has no valid state: NCY from"),
    ),
    "setting without needs": (
        add("valid-states", 'U,one,5,12,"","M"'),
        ("valid-states.csv", "needs", "setting 'U' has no valid state: no needs"),
    ),
    "setting twice": (
        add("valid-states", 'S,one,0,12,"X,Y","M"'),
        ("valid-states.csv", "setting", "setting again, as in row 3"),
    ),
    "a way to nowhere": (
        add("valid-states", 'V,one,0,12,"X,Y","M,W"'),
        ("valid-states.csv", "setting->setting", "no row for W"),
    ),
    "symbol for a cost": (
        add("costs", "X,S,x"),
        ("costs.csv", "cost", "'x'"),
    ),
}


def told(findings):
    return sorted((finding.file, finding.column, finding.found) for finding in findings)


def test_sound_tables_load_and_add_up(tmp_path):
    """2 authorities x 3 years: 6 of each kind; 24 rows make 24 different steps."""
    tables = read_four_tables(write(tmp_path / "four", sound_tables()))

    assert len(tables.transitions) == 24
    assert len(tables.population) == 2 * 4 * 9
    assert tables.valid_states["needs"].tolist() == [("X", "Y"), ("X", "Y")]
    assert tables.unit_costs["cost_gbp"].tolist() == [1000.0, 1000.0]
    assert tables.notes[0] == (
        "transitions.csv: 24 rows read = 6 joiners, 6 leavers, 6 movers, 6 stayers, 0 left out"
    )
    assert tables.notes[1].startswith("loaded: 24 children in 24 different steps = 6 joiners")


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_gives_its_finding_and_no_other(tmp_path, name):
    tables = sound_tables()
    spoil, (file, column, found) = FAULTS[name]

    spoil(tables)

    ((told_file, told_column, told_found),) = told(findings_of(tmp_path / "four", tables))
    assert (told_file, told_column) == (file, column)
    assert found in told_found


def test_all_faults_together_are_all_named(tmp_path):
    tables = sound_tables()

    for spoil, _ in FAULTS.values():
        spoil(tables)

    findings = told(findings_of(tmp_path / "four", tables))
    assert len(findings) == len(FAULTS)
    for file, column, found in (expected for _, expected in FAULTS.values()):
        short = found.split(" (rows")[0].split(", as in")[0]
        assert any(told[:2] == (file, column) and short in told[2] for told in findings), found


def test_a_finding_names_the_line_of_the_file(tmp_path):
    tables = sound_tables()
    tables["transitions"].insert(3, step("E1", 2013, "M/X/5", "M/X/8"))

    (finding,) = findings_of(tmp_path / "four", tables)

    assert finding.row == 4


def test_many_faults_of_a_kind_are_shown_five_times_and_counted(tmp_path):
    """Lines 26 to 37 jump: 26 to 30 are shown, the other 7 counted."""
    tables = sound_tables()
    tables["transitions"] += [step("E1", 2013, "M/X/5", "M/X/8")] * 12

    findings = findings_of(tmp_path / "four", tables)

    assert [finding.row for finding in findings] == [26, 27, 28, 29, 30, None]
    assert findings[-1].found == "the like in 7 more rows (rows 31-37), 12 in all"


def test_missing_files_and_columns_are_named_together(tmp_path):
    tables = sound_tables()
    del tables["population"]
    tables["valid-states"] = [line.replace("needs", "wants") for line in tables["valid-states"]]

    found = told(findings_of(tmp_path / "four", tables))

    assert found == [
        ("population.csv", None, "no such file"),
        ("valid-states.csv", "needs", "no such column"),
    ]


def test_gzipped_tables_load_alike(tmp_path):
    plain = read_four_tables(write(tmp_path / "plain", sound_tables()))
    packed = tmp_path / "packed"
    packed.mkdir()
    for name, lines in sound_tables().items():
        (packed / f"{name}.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))

    assert read_four_tables(packed).transitions.equals(plain.transitions)


def test_rows_of_nobody_are_left_out_and_said(tmp_path):
    tables = sound_tables()
    tables["transitions"].append(step("E1", 2013, out(5), out(6)))

    notes = read_four_tables(write(tmp_path / "four", tables)).notes

    assert "25 rows read" in notes[0]
    assert "1 left out" in notes[0]
    assert "1 rows from NONSEND to NONSEND left out (rows 26)" in notes[2]


def test_states_outside_the_valid_ones_are_kept_and_said(tmp_path):
    """M takes NCY 0 to 10; two children go on to NCY 11 there."""
    tables = sound_tables()
    tables["transitions"] += [step("E1", 2013, "M/X/10", "M/X/11")] * 2

    loaded = read_four_tables(write(tmp_path / "four", tables))

    assert loaded.transitions["children"].sum() == 26
    assert any("2 children stand before or after a step in 1 states" in n for n in loaded.notes)


def test_a_stock_that_does_not_tie_is_said_and_loaded(tmp_path):
    """At January 2014 a step ends with 5 Y M, 6 X M, 7 X S; the next begins with 5 X M, 6 X M,
    10 X S: 3 children each, of whom 1 agrees, so 2 + 2 differ.
    """
    notes = read_four_tables(write(tmp_path / "four", sound_tables())).notes

    assert any(
        note.startswith("authority E1, January 2014: 3 children at the end of one step and 3 at")
        and "differ by 4 children" in note
        for note in notes
    )


def test_an_authority_that_hands_its_children_over_has_not_split(tmp_path):
    """In 2013 the child of E3 goes to E4, told by a pair of authorities; then E4 goes on."""
    tables = sound_tables()
    tables["transitions"] = [
        PAIR,
        *(f"{line.split(',')[0]},{line}" for line in tables["transitions"][1:]),
        "E3," + step("E4", 2013, "M/X/5", "M/X/6"),
        *(f"E4,{line}" for line in SPLIT[1:]),
    ]

    loaded = read_four_tables(write(tmp_path / "four", tables))

    assert "1 transferred to another authority" in loaded.notes[0]
    assert loaded.transitions.query("authority_code != authority_2")["children"].sum() == 1


def test_an_authority_that_stops_is_a_gap(tmp_path):
    tables = sound_tables()
    tables["transitions"] = [
        line for line in tables["transitions"] if not line.startswith("E2,2015")
    ]

    (finding,) = findings_of(tmp_path / "four", tables)

    assert finding.found == "no rows of calendar-year 2015 for authority 'E2'"


@pytest.mark.real_data
@pytest.mark.skipif(not PEER.is_dir(), reason=f"no peer's files at {PEER}")
def test_the_peers_folder_loads_as_it_is():
    """Counted by hand with awk: 8,351 rows, 994 from NONSEND, 537 to it, 623 change setting."""
    tables = read_four_tables(PEER)

    assert tables.transitions["children"].sum() == 8_351
    assert "994 joiners, 537 leavers, 623 movers, 6,197 stayers, 0 left out" in tables.notes[0]
    assert len(tables.population) == 310
    assert any("19 settings, 1,464 valid states" in note for note in tables.notes)
    assert any("1,781 children at the end of one step and 1,752" in note for note in tables.notes)


sides = st.one_of(st.none(), st.tuples(st.sampled_from("MS"), st.sampled_from("XY")))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), sides, sides), min_size=1, max_size=30))
def test_totals_tie_for_any_table(steps):
    tables = sound_tables()
    lines = [
        step(
            "E1",
            2013,
            "/".join([*(before or [OUTSIDE] * 2), str(ncy)]),
            "/".join([*(after or [OUTSIDE] * 2), str(ncy + 1)]),
        )
        for ncy, before, after in steps
    ]
    tables["transitions"] += lines
    tables["population"] += [
        f"E{n},{year},{ncy},100" for n in "12" for year in range(2013, 2017) for ncy in (1, 2)
    ]
    nobody = sum(before is None and after is None for _, before, after in steps)

    with tempfile.TemporaryDirectory() as folder:
        loaded = read_four_tables(write(Path(folder), tables))

    assert loaded.transitions["children"].sum() == 24 + len(lines) - nobody
    joiners = loaded.transitions.query("setting_1 == 'NONSEND'")["children"].sum()
    assert joiners == 6 + sum(b is None and a is not None for _, b, a in steps)

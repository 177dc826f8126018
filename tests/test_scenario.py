"""A scenario is checked when it is read, cannot be changed, and writes itself out whole."""

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from placement_planner.errors import ScenarioError
from placement_planner.scenario import Horizon, Scenario, read_scenario, scenario_template


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "scenario.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_an_empty_file_is_the_default_scenario(written):
    assert read_scenario(written("")) == Scenario()


def test_an_unknown_choice_is_named(written):
    with pytest.raises(ScenarioError, match=r"1 choice.*\n.*horizon\.colour"):
        read_scenario(written("[horizon]\ncolour = 1"))


def test_every_choice_out_of_range_is_named_in_one_go(written):
    text = "[horizon]\ndiscount_rate = 2\n[solver]\nthreads = 0\n[siting]\nmode = 'guess'"

    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(text))

    assert "3 choice(s) wrong" in str(caught.value)
    for name in ("horizon.discount_rate", "solver.threads", "siting.mode"):
        assert name in str(caught.value)


@pytest.mark.parametrize("years", [(), (2028, 2027), (2027, 2027)])
def test_years_must_rise(years):
    with pytest.raises(ValidationError, match="rising list"):
        Horizon(years=years)


def test_a_scenario_cannot_be_changed():
    scenario = Scenario()

    with pytest.raises(ValidationError, match="frozen"):
        scenario.name = "Other"
    with pytest.raises(ValidationError, match="frozen"):
        scenario.horizon.discount_rate = 0.1


def test_with_choices_returns_a_checked_copy():
    scenario = Scenario()

    changed = scenario.with_choices(horizon={"years": (2030, 2031)})

    assert changed.horizon.years == (2030, 2031)
    assert scenario.horizon.years != (2030, 2031)


@pytest.mark.parametrize(
    ("section", "choices", "told"),
    [
        ("horizon", {"discount_rate": 9}, "horizon.discount_rate: Input should be less than"),
        ("horizon", {"years": (2028, 2027)}, "horizon.years: years must be a rising list"),
        ("solver", {"speed": 3}, "solver.speed: Extra inputs are not permitted, found 3"),
        ("colour", {"of_maps": 3}, "colour: no such section; right would be one of horizon, need"),
        ("name", {"first": 3}, "name: no such section; right would be one of horizon, need"),
    ],
)
def test_a_wrong_choice_of_a_copy_is_told_in_plain_words(section, choices, told):
    with pytest.raises(ScenarioError) as caught:
        Scenario().with_choices(**{section: choices})

    assert str(caught.value).startswith(told)


def test_limits_of_circuity_that_cross_are_named():
    with pytest.raises(ScenarioError) as caught:
        Scenario().with_choices(travel={"circuity_low": 2.5, "circuity_high": 1.5})

    told = "travel.circuity_high: must be at least travel.circuity_low, which is 2.5, found 1.5"
    assert str(caught.value) == told


def test_a_limit_is_held_against_the_default_of_the_other(written):
    with pytest.raises(ScenarioError, match=r"travel.circuity_high: must be at least"):
        read_scenario(written("[travel]\ncircuity_low = 1.8"))


def test_a_hard_limit_may_lie_under_the_soft_one_which_then_prices_nothing():
    assert Scenario().with_choices(travel={"hard_minutes_secondary": 60})


def test_the_template_reads_back_as_the_same_scenario(written):
    scenario = Scenario(name='He said "yes" \\ no').with_choices(
        horizon={"years": (2027, 2029)}, siting={"level": "area"}
    )

    assert read_scenario(written(scenario_template(scenario))) == scenario


def test_the_template_explains_every_choice():
    text = scenario_template()

    for section, values in tomllib.loads(text).items():
        if not isinstance(values, dict):
            continue
        fields = type(getattr(Scenario(), section)).model_fields
        assert set(values) == set(fields)
        assert all(f"# {field.description}" in text for field in fields.values())


def test_a_period_stands_for_the_years_up_to_the_next():
    horizon = Horizon(years=(2027, 2028, 2030, 2033), last_period_years=2)

    assert horizon.weights == (1, 2, 3, 2)


def test_a_pound_a_year_later_is_worth_less():
    """£1 of 2028 is 1 / 1.2 = £0.8333 of 2027, and £1 of 2029 is 1 / 1.44 = £0.6944."""
    horizon = Horizon(years=(2027,), discount_rate=0.2)

    worth = [horizon.discount(year) for year in (2027, 2028, 2029)]

    assert worth == pytest.approx([1, 0.8333, 0.6944], abs=5e-5)


def test_a_file_that_is_missing_or_not_toml_says_so(written):
    with pytest.raises(ScenarioError, match="no such scenario file"):
        read_scenario(Path("/nowhere/scenario.toml"))
    with pytest.raises(ScenarioError, match="not a TOML file"):
        read_scenario(written("name ="))

"""Every case of every rule, proven by the public harness."""

import pytest

from statefence.registry import rules
from statefence.testing import check_case, parameters

CASES = {name: (rule, case) for name, rule, case in parameters(rules())}


@pytest.mark.parametrize("name", CASES)
def test_the_rule_does_what_its_case_says(name: str) -> None:
    rule, case = CASES[name]
    check_case(rule, case)

"""`statefence show-config`: the policy in force."""

from __future__ import annotations

from collections.abc import Sequence

from statefence.cli.exit_codes import CLEAN
from statefence.cli.output import write_lines
from statefence.cli.parsing import add_config, parser
from statefence.cli.project import policy_in_force


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    of = parser("show-config", "Show the policy in force, with the file it was read from.")
    add_config(of)
    of.add_argument("--schema", action="store_true", help="show the JSON Schema of the policy file instead")
    options = of.parse_args(arguments)
    write_lines((_schema(),) if options.schema else (_policy(options.config),))
    return CLEAN


def _schema() -> str:
    import json

    from statefence.policy.schema import json_schema

    return json.dumps(json_schema(), indent=2)


def _policy(config: str | None) -> str:
    from statefence.policy.show import show

    return show(policy_in_force(config)).rstrip("\n")

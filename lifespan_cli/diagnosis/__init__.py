"""Run → where the time went, in the user's own lines: for rules to judge and renderers to show. Pure.

`steps` folds a phase's call tree to the user's lines, `costs` ranks them, `chain` tells what the end of the phase
waited for; `imports` ranks what the user's code imports; `sequential` finds waits that could run side by side.
"""

from lifespan_cli.diagnosis.imports import ImportCost, import_costs, import_tree, module_work
from lifespan_cli.diagnosis.independence import SequentialWaits, sequential_waits
from lifespan_cli.diagnosis.steps import Step, chain, costs, steps

__all__ = [
    "ImportCost",
    "SequentialWaits",
    "Step",
    "chain",
    "costs",
    "import_costs",
    "import_tree",
    "module_work",
    "sequential_waits",
    "steps",
]

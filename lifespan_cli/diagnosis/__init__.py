"""Run → where the time went, in the user's own lines: for rules to judge and renderers to show. Pure.

`steps` folds a phase's call tree to the user's lines, `costs` ranks them, `chain` tells what the end of the phase
waited for; `import_costs` ranks what the user's code imports, and `top_level_work` tells what its modules do besides;
`sequential_waits` finds waits that could run side by side.
"""

from lifespan_cli.diagnosis.imports import (
    ImportCost,
    ImportNode,
    ModuleWork,
    import_costs,
    import_tree,
    module_work,
    top_level_work,
)
from lifespan_cli.diagnosis.independence import SequentialWaits, sequential_waits
from lifespan_cli.diagnosis.steps import Step, chain, costs, package, steps

__all__ = [
    "ImportCost",
    "ImportNode",
    "ModuleWork",
    "SequentialWaits",
    "Step",
    "chain",
    "costs",
    "import_costs",
    "import_tree",
    "module_work",
    "package",
    "sequential_waits",
    "steps",
    "top_level_work",
]

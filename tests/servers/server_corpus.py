"""The applications that are put before the real servers and before the tool; each with what it is called by.

Those of `tests/apps` are taken as they are where no server comes to ask them anything; the others are wrapped so that
they answer requests too (`apps/answering.py`). Those of `apps/` are ours: shapes, and what must not be wrapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
OURS = HERE / "apps"
OTHERS = HERE.parent / "apps"


@dataclass(frozen=True)
class App:
    """One application: `module:attribute`, with `()` where that is a factory; `file` is where it is to be read."""

    name: str
    target: str
    file: Path
    cwd: Path = OURS
    environ: Mapping[str, str] = field(default_factory=lambda: {"PYTHONPATH": str(OTHERS)})

    @property
    def factory(self) -> bool:
        """It is to be called."""
        return self.target.endswith("()")


def names(text: str) -> list[str]:
    """The words of the text."""
    return text.split()


LIVES = names(
    """
    clean clean_context_manager clean_extra_keys replaces_the_state returns_a_value returns_after_startup
    complete_before_receive complete_twice failed_after_complete crashes_after_startup crashes_while_up
    startup_returns_after_receive middleware_drops_the_lifespan
    refuses refuses_silently crashes_on_scope
    startup_crashes startup_crashes_in_a_group startup_raises_cancelled startup_raises_generator_exit
    startup_fails startup_fails_and_raises startup_fails_and_waits failed_without_message failed_message_is_no_text
    unknown_message answers_as_to_a_request mends_its_message message_is_no_dict message_without_type
    message_type_is_bytes message_is_a_mapping shutdown_first
    startup_waits_for_ever startup_swallows_its_cancellation startup_sleeps_in_the_loop
    exits_in_a_task exits_in_a_callback interrupts_startup stops_the_loop executes_another_program
    """
)
TARGETS = names(
    """
    module_mising:app attribute_missing:app attribute_path_missing:holder.app.inner attribute_is_none:app
    attribute_is_an_int:app attribute_raises:lazy.app
    import_raises:app import_lacks_a_package:app import_lacks_its_own_name:app syntax_error:app circular:app
    import_exits:app import_interrupts:app import_is_killed:app import_hangs:app
    """
)
SHAPES = names(
    """
    async_function async_function_of_any_arguments async_function_with_defaults async_function_with_other_names
    async_method async_static_method async_call async_call_of_any_arguments async_generator
    sync_function sync_function_of_any_arguments sync_method sync_call lambda_function awaitable_of_its_own
    partial_of_async partial_of_sync
    double_class double_function double_function_without_lifespan
    wsgi_function wsgi_object class_of_an_app a_text function_that_answers_with_text
    factory factory_with_a_default factory_that_is_async
    exits_in_startup exits_well_in_startup fails_and_exits_in_startup
    process_exits_in_startup process_is_killed_in_startup raises_cancelled_after_startup
    """
)
FACTORIES = names(
    """
    factory factory_with_a_default factory_that_is_async factory_that_raises factory_that_exits factory_with_a_fault
    factory_of_a_failure factory_of_nothing class_of_an_app async_function
    """
)


def _corpus() -> tuple[App, ...]:
    lives = [
        App(name, "answering:app", OTHERS / f"{name}.py", environ={"PYTHONPATH": str(OTHERS), "ANSWERING": name})
        for name in LIVES
    ]
    targets = [App(name, name, OTHERS / f"{name.partition(':')[0]}.py", OTHERS, {}) for name in TARGETS]
    shapes = [App(name, f"{name}:app", OURS / f"{name}.py") for name in SHAPES]
    factories = [App(f"{name}()", f"{name}:app()", OURS / f"{name}.py") for name in FACTORIES]
    dotted = App("dotted_path", "dotted_path:service.handle", OURS / "dotted_path.py")
    return (*lives, *shapes, dotted, *factories, *targets)


CORPUS = _corpus()

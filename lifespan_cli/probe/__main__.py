"""Started by file path, with the words of `options.Options` as arguments. Parses on any Python, to tell one too old.

The guard below matters: an application that uses multiprocessing's "spawn" runs this file again as `__mp_main__`.
"""

if __name__ == "__main__":
    import time

    born_ns = time.monotonic_ns() if hasattr(time, "monotonic_ns") else 0
    born_cpu_ns = time.process_time_ns() if hasattr(time, "process_time_ns") else 0

    import os
    import sys

    # Python 2 has sys.subversion in its place
    implementation = sys.implementation.name if hasattr(sys, "implementation") else vars(sys)["subversion"][0].lower()
    if sys.version_info < (3, 10) or implementation != "cpython":
        version = "%d.%d.%d" % sys.version_info[:3]  # noqa: UP031  # parsed by any Python
        hello = {
            "at_ns": 0,
            "python": version,
            "implementation": implementation,
            "executable": "",
            "platform": "",
        }
        wire = [word[len("wire=") :] for word in sys.argv if word.startswith("wire=")]
        os.write(int(wire[0]), (repr(("Hello", hello)) + "\n").encode("ascii"))
        sys.exit(0)

    here = os.path.dirname(os.path.abspath(__file__))
    package = os.path.dirname(here)
    # The folder of a script comes first on sys.path; a server's does not hold modules named like ours.
    if sys.path and os.path.abspath(sys.path[0]) == here:
        del sys.path[0]
    # By its place, not by a search: the package need not be installed in this interpreter, nor be what its path finds.
    # With what is there already, since importlib.util would be one module more than a server has at this point.
    path = os.path.join(package, "__init__.py")
    loader = type(__loader__)("lifespan_cli", path)  # type: ignore[name-defined]  # of every module
    module = sys.modules["lifespan_cli"] = type(sys)("lifespan_cli")
    module.__spec__ = type(sys.__spec__)("lifespan_cli", loader, origin=path, is_package=True)
    module.__file__, module.__loader__, module.__package__, module.__path__ = path, loader, "lifespan_cli", [package]
    loader.exec_module(module)
    from lifespan_cli.probe.main import run

    # What a server holds until the interpreter ends, too: as a cycle it goes after the application's own module.
    held = []  # type: list[object]  # parsed by any Python
    held.append(held)
    run(sys.argv[1:], born_ns, born_cpu_ns, held)

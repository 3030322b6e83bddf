"""Lays a service out as it lies on a developer's disk: the project, and beside it `.venv` with what it depends on.

The virtual environment holds the libraries of known cost, and sees those that are really installed where this runs.
"""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent


def install(service: str, folder: Path) -> Path:
    """Copy a service into a folder and make its environment; the folder of the project."""
    project = folder / service
    shutil.copytree(HERE / service, project, ignore=shutil.ignore_patterns("__pycache__"))
    environment = project / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (site,) = environment.glob("lib/python3.*/site-packages")
    shutil.copytree(HERE / "libraries", site, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    Path(site, "really_installed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return project

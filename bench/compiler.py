"""The C compiler of this machine, for the references and the reader."""

import shutil
import subprocess
from pathlib import Path


def compiled(source: Path, into: Path, *flags: str) -> Path | None:
    """The program or library made from this source; None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    subprocess.run([compiler, "-O2", "-Wall", *flags, "-o", into, source], check=True)
    return into

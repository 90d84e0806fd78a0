"""Writes a migration: what the models have and the last migration has not.

    .venv/bin/python -m tools.new_migration "Rooms can be archived"

Read it before it is committed: Alembic sees tables and columns, not what is in them. Then
`python -m tools.fresh_tables` has it in new files.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from talkoot import migrations
from talkoot.migrations.scripts import newest

VERSIONS = Path(migrations.__file__).with_name("versions")


def main(message: str) -> None:
    """Compare the models with a database that went through all migrations so far."""
    number = f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04d}"
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/new.db")
        with engine.begin() as connection:
            migrations.upgrade(connection, newest())
        with engine.begin() as connection:
            config = migrations.configuration(connection)
            config.set_main_option("file_template", f"{number}_{slug}")
            command.revision(config, message, autogenerate=True, rev_id=number)
        engine.dispose()
    written = VERSIONS / f"{number}_{slug}.py"
    before, line, after = written.read_text("utf-8").partition("depends_on = None\n")
    written.write_text(f'{before}{line}phase = "expand"\n{after}', "utf-8")
    for arguments in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, written], check=True)
    sys.stdout.write(f"{written}\n")


if __name__ == "__main__":
    main(sys.argv[1])

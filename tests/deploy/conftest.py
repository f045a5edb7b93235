"""PostgreSQL's own tools, from the machine or from the wheel the tests run on."""

import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.template import with_tools

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tools() -> dict[str, str]:
    """The environment in which psql, pg_dump and pg_restore are found, the tests' server's own first."""
    return with_tools()


@pytest.fixture
def psql(tools, database_url) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run psql on this test's database."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["psql", database_url, *arguments], env=tools, capture_output=True, text=True, timeout=60
        )

    return run


@pytest.fixture
def app_role(database_url, psql) -> Iterator[str]:
    """The application's role as deploy/roles.sql makes it, on this test's database."""
    name = f"app_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        done = psql("-v", f"app={name}", "-f", str(ROOT / "deploy" / "roles.sql"))
        assert done.returncode == 0, done.stderr
        yield name
        owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture
def as_app(app_role, database_url) -> Iterator[psycopg.Connection]:
    """A connection of the application's role, beside the owner's."""
    parts = urlsplit(database_url)
    host = parts.netloc.rpartition("@")[2]
    with psycopg.connect(parts._replace(netloc=f"{app_role}@{host}").geturl(), autocommit=True) as connection:
        yield connection

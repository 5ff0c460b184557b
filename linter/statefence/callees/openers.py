"""Who opens a database, and which argument decides which one."""

from __future__ import annotations

from typing import Any

from statefence.callees.records import Argument, Opener

SQLITE = "docs.python.org/3/library/sqlite3.html#sqlite3.connect"
URI = Argument("uri")
"""Asked for by the keyword alone, by drivers that hand their keywords on to sqlite3, and by those that take none."""
SQLALCHEMY = "docs.sqlalchemy.org/en/20/core/engines.html"


def database(*names: str, source: str, argument: str, position: int | None = 0, **options: object) -> Opener:
    """A database opened by a path."""
    fields = {"connection": True, "form": "uri", **options}
    return Opener(names, source, (Argument(argument, position),), **fields)  # type: ignore[arg-type] # see Opener


def server(*names: str, source: str, arguments: tuple[Argument, ...], **options: object) -> Opener:
    """A database server reached by a URL, a DSN or a host."""
    fields = {"form": "server", "connection": True, **options}
    return Opener(names, source, arguments, **fields)  # type: ignore[arg-type] # see Opener


def reading(keyword: str, position: int | None, *values: str | bool, default: str = "") -> dict[str, Any]:
    """The options of a callee that only reads with one of these values of an argument."""
    return {"mode_at": Argument(keyword, position), "mode": default, "reading": values}


DSN = (Argument("dsn", 0), Argument("conninfo"), Argument("host"), Argument("database"), Argument("dbname"))

OPENERS: tuple[Opener, ...] = (
    database("sqlite3.connect", "sqlite3.dbapi2.connect", source=SQLITE, argument="database", uri=Argument("uri", 7)),
    database(
        "sqlite3.Connection", "sqlite3.dbapi2.Connection", source=SQLITE, argument="database", uri=Argument("uri", 7)
    ),
    database(
        "pysqlite3.connect",
        "pysqlite3.dbapi2.connect",
        source="coleifer/pysqlite3",
        argument="database",
        uri=Argument("uri", 7),
    ),
    database(
        "sqlcipher3.connect",
        "sqlcipher3.dbapi2.connect",
        source="coleifer/sqlcipher3",
        argument="database",
        uri=Argument("uri", 7),
    ),
    database("sqlean.connect", source="nalgeon/sqlean.py", argument="database", uri=URI),
    database("aiosqlite.connect", source="aiosqlite.omnilib.dev", argument="database", uri=URI),
    database("asqlite.connect", "asqlite.create_pool", source="Rapptz/asqlite", argument="database", uri=URI),
    database("apsw.Connection", source="rogerbinns.github.io/apsw", argument="filename"),
    database(
        "sqlite_utils.Database",
        "sqlite_utils.db.Database",
        source="sqlite-utils.datasette.io: Database(filename_or_conn=None, memory=False, memory_name=None, ...)",
        argument="filename_or_conn",
        uri=URI,
        memory=("memory", "memory_name"),
    ),
    database("dataset.connect", source="dataset.readthedocs.io", argument="url", form="url", absent="memory"),
    database(
        "duckdb.connect",
        source="duckdb.org/docs/api/python: connect(database=':memory:', read_only=False, config={})",
        argument="database",
        absent="memory",
        **reading("read_only", 1, True),
    ),
    database("pysqlcipher3.dbapi2.connect", source="rigglemania/pysqlcipher3", argument="database"),
    database("libsql.connect", "libsql_experimental.connect", source="docs.turso.tech", argument="database"),
    database("libsql_client.create_client", source="libsql-client-py", argument="url", form="url"),
    database(
        "peewee.SqliteDatabase",
        source="docs.peewee-orm.com: of a database made with None, init(database) gives the path",
        argument="database",
        later="init",
        uri=URI,
    ),
    database(
        "playhouse.sqlite_ext.SqliteExtDatabase",
        "playhouse.sqlite_ext.CSqliteExtDatabase",
        "playhouse.sqlcipher_ext.SqlCipherDatabase",
        "playhouse.sqlcipher_ext.SqlCipherExtDatabase",
        "playhouse.sqliteq.SqliteQueueDatabase",
        "playhouse.apsw_ext.APSWDatabase",
        "playhouse.pool.PooledSqliteDatabase",
        "playhouse.pool.PooledSqliteExtDatabase",
        source="docs.peewee-orm.com",
        argument="database",
        uri=URI,
        later="init",
    ),
    database("playhouse.db_url.connect", source="docs.peewee-orm.com", argument="url", form="url"),
    database(
        "sqlalchemy.create_engine",
        "sqlalchemy.engine.create_engine",
        "sqlalchemy.engine.create.create_engine",
        "sqlalchemy.future.create_engine",
        "sqlalchemy.future.engine.create_engine",
        "sqlmodel.create_engine",
        source=SQLALCHEMY,
        argument="url",
        form="url",
    ),
    database(
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlalchemy.ext.asyncio.engine.create_async_engine",
        source=SQLALCHEMY,
        argument="url",
        form="url",
    ),
    Opener(
        (
            "sqlalchemy.engine_from_config",
            "sqlalchemy.engine.engine_from_config",
            "sqlalchemy.ext.asyncio.async_engine_from_config",
        ),
        "docs.sqlalchemy.org: engine_from_config(configuration, prefix='sqlalchemy.'): prefix + url is the key",
        (Argument("configuration", 0),),
        form="configuration",
        connection=True,
    ),
    database("ibis.duckdb.connect", source="ibis-project.org/backends/duckdb", argument="database", absent="memory"),
    database("ibis.sqlite.connect", source="ibis-project.org/backends/sqlite", argument="database", absent="memory"),
    database("databases.Database", source="encode/databases", argument="url", form="url"),
    database("diskcache.Cache", source="grantjenks.com/docs/diskcache", argument="directory", connection=False),
    database(
        "diskcache.FanoutCache",
        "diskcache.Deque",
        "diskcache.Index",
        source="grantjenks.com/docs/diskcache",
        argument="directory",
        connection=False,
    ),
    database(
        "shelve.open",
        source="docs.python.org/3/library/shelve.html: open(filename, flag='c', protocol=None, writeback=False)",
        argument="filename",
        connection=False,
        **reading("flag", 1, "r"),
    ),
    database(
        "shelve.DbfilenameShelf",
        source="docs.python.org/3/library/shelve.html: DbfilenameShelf(filename, flag='c', protocol=None, ...)",
        argument="filename",
        connection=False,
        **reading("flag", 1, "r"),
    ),
    database(
        "dbm.open",
        "dbm.gnu.open",
        "dbm.ndbm.open",
        "dbm.sqlite3.open",
        source="docs.python.org/3/library/dbm.html: open(file, flag='r', mode=0o666)",
        argument="file",
        connection=False,
        **reading("flag", 1, "r", default="r"),
    ),
    database(
        "dbm.dumb.open",
        source="docs.python.org/3/library/dbm.html: open(filename, flag='c', mode=0o666)",
        argument="filename",
        connection=False,
        **reading("flag", 1, "r"),
    ),
    database(
        "tinydb.TinyDB",
        source="tinydb.readthedocs.io: what else is passed goes to JSONStorage(path, ..., access_mode='r+')",
        argument="path",
        connection=False,
        **reading("access_mode", None, "r", "rb"),
    ),
    database(
        "lmdb.open",
        "lmdb.Environment",
        source="lmdb.readthedocs.io: Environment(path, ..., readonly=False, ...)",
        argument="path",
        connection=False,
        **reading("readonly", None, True),
    ),
    database("plyvel.DB", source="plyvel.readthedocs.io", argument="name", connection=False),
    database(
        "sqlitedict.SqliteDict",
        source="piskvorky/sqlitedict: SqliteDict(filename=None, tablename='unnamed', flag='c', ...)",
        argument="filename",
        connection=False,
        **reading("flag", 2, "r"),
    ),
    database("rocksdict.Rdict", source="rocksdict.github.io/RocksDict", argument="path", connection=False),
    database(
        "unqlite.UnQLite",
        source="unqlite-python.readthedocs.io",
        argument="filename",
        absent="memory",
        connection=False,
    ),
    database("ZODB.FileStorage.FileStorage", source="zodb.org", argument="file_name", connection=False),
    database(
        "persistqueue.SQLiteQueue",
        "persistqueue.FIFOSQLiteQueue",
        "persistqueue.FILOSQLiteQueue",
        "persistqueue.UniqueQ",
        "persistqueue.SQLiteAckQueue",
        "persistqueue.PDict",
        "persistqueue.Queue",
        source="peter-wangxu/persist-queue: the first argument is a directory",
        argument="path",
        connection=False,
        form="path",
    ),
    database(
        "requests_cache.CachedSession",
        "requests_cache.install_cache",
        "requests_cache.SQLiteCache",
        "requests_cache.backends.sqlite.SQLiteCache",
        source="requests-cache.readthedocs.io: CachedSession(cache_name='http_cache', backend=None, ...)",
        argument="cache_name",
        absent="http_cache.sqlite",
        connection=False,
        form="path",
    ),
    database(
        "huey.SqliteHuey",
        "huey.contrib.sql_huey.SqlHuey",
        source="huey.readthedocs.io: SqliteHuey(name='huey', filename='huey.db', ...)",
        argument="filename",
        position=None,
        absent="huey.db",
        connection=False,
    ),
    database(
        "apscheduler.jobstores.sqlalchemy.SQLAlchemyJobStore",
        source="apscheduler.readthedocs.io: SQLAlchemyJobStore(url=None, engine=None, ...)",
        argument="url",
        connection=False,
        form="url",
    ),
    database(
        "langgraph.checkpoint.sqlite.SqliteSaver.from_conn_string",
        "langgraph.checkpoint.sqlite.aio.AsyncSqliteSaver.from_conn_string",
        source="langchain-ai/langgraph: from_conn_string(conn_string)",
        argument="conn_string",
        connection=False,
    ),
    database(
        "langchain_community.utilities.SQLDatabase.from_uri",
        "langchain_community.utilities.sql_database.SQLDatabase.from_uri",
        source="langchain-ai/langchain-community: SQLDatabase.from_uri(database_uri, ...)",
        argument="database_uri",
        connection=False,
        form="url",
    ),
    database("pickledb.load", source="patx/pickledb", argument="location", connection=False),
    database(
        "kuzu.Database",
        source="docs.kuzudb.com",
        argument="database_path",
        absent="memory",
        connection=False,
        **reading("read_only", None, True),
    ),
    database(
        "chromadb.PersistentClient",
        source="docs.trychroma.com: path defaults to ./chroma",
        argument="path",
        absent="chroma",
        connection=False,
        form="path",
    ),
    Opener(
        ("chromadb.Client", "chromadb.EphemeralClient"),
        "docs.trychroma.com: Client(settings), in memory unless settings.persist_directory is set",
        (Argument("settings", 0),),
        form="settings",
        absent="memory",
    ),
    database(
        "lancedb.connect",
        "lancedb.connect_async",
        source="lancedb.github.io/lancedb",
        argument="uri",
        connection=False,
        form="url",
    ),
    server(
        "chromadb.HttpClient",
        "chromadb.AsyncHttpClient",
        source="docs.trychroma.com: HttpClient(host='localhost', port=8000, ...)",
        arguments=(Argument("host", 0),),
        absent="server",
        connection=False,
    ),
    Opener(
        ("qdrant_client.QdrantClient", "qdrant_client.AsyncQdrantClient"),
        "python-client.qdrant.tech: QdrantClient(location, url, ..., host, path)",
        (Argument("path"), Argument("location", 0), Argument("url", 1), Argument("host")),
        form="url",
        absent="server",
    ),
    Opener(
        ("pymilvus.MilvusClient",),
        "milvus.io: a path ending in .db is a local file",
        (Argument("uri", 0),),
        form="url",
        absent="server",
    ),
    server(
        "psycopg2.connect",
        "psycopg2.pool.SimpleConnectionPool",
        "psycopg2.pool.ThreadedConnectionPool",
        source="www.psycopg.org",
        arguments=DSN,
    ),
    server(
        "psycopg.connect",
        "psycopg.Connection.connect",
        "psycopg.AsyncConnection.connect",
        source="www.psycopg.org/psycopg3",
        arguments=(Argument("conninfo", 0), *DSN[2:]),
    ),
    server(
        "psycopg_pool.ConnectionPool",
        "psycopg_pool.AsyncConnectionPool",
        source="www.psycopg.org/psycopg3",
        arguments=(Argument("conninfo", 0),),
    ),
    server("asyncpg.connect", "asyncpg.create_pool", source="magicstack.github.io/asyncpg", arguments=DSN),
    server(
        "peewee.PostgresqlDatabase",
        "playhouse.postgres_ext.PostgresqlExtDatabase",
        "playhouse.pool.PooledPostgresqlDatabase",
        "playhouse.pool.PooledPostgresqlExtDatabase",
        source="docs.peewee-orm.com",
        arguments=(Argument("database", 0),),
    ),
    server(
        "peewee.MySQLDatabase",
        "playhouse.pool.PooledMySQLDatabase",
        source="docs.peewee-orm.com",
        arguments=(Argument("database", 0),),
    ),
    server(
        "pg8000.connect", "pg8000.dbapi.connect", source="github.com/tlocke/pg8000", arguments=(Argument("host", 1),)
    ),
    server("aiopg.connect", "aiopg.create_pool", source="aiopg.readthedocs.io", arguments=DSN),
    server(
        "pymysql.connect",
        "MySQLdb.connect",
        "mysql.connector.connect",
        "aiomysql.connect",
        "aiomysql.create_pool",
        source="peps.python.org/pep-0249",
        arguments=(Argument("host", 0), Argument("dsn")),
    ),
    server(
        "pymongo.MongoClient",
        "pymongo.mongo_client.MongoClient",
        "pymongo.AsyncMongoClient",
        "motor.motor_asyncio.AsyncIOMotorClient",
        source="pymongo.readthedocs.io",
        arguments=(Argument("host", 0),),
        absent="server",
        connection=False,
    ),
    server(
        "redis.from_url",
        "redis.Redis.from_url",
        "redis.StrictRedis.from_url",
        "redis.ConnectionPool.from_url",
        "redis.connection.ConnectionPool.from_url",
        "redis.asyncio.ConnectionPool.from_url",
        "aioredis.from_url",
        "redis.asyncio.from_url",
        "redis.asyncio.Redis.from_url",
        "valkey.from_url",
        "valkey.Valkey.from_url",
        "valkey.asyncio.from_url",
        "valkey.asyncio.Valkey.from_url",
        source="redis.readthedocs.io; valkey-py.readthedocs.io, which has the same",
        arguments=(Argument("url", 0),),
        connection=False,
    ),
    server(
        "redis.Redis",
        "redis.StrictRedis",
        "redis.asyncio.Redis",
        "valkey.Valkey",
        "valkey.asyncio.Valkey",
        source="redis.readthedocs.io; valkey-py.readthedocs.io, which has the same",
        arguments=(Argument("host", 0), Argument("unix_socket_path")),
        absent="server",
        connection=False,
    ),
)

"""The shape of the database, one small named step after the other. A step that has landed is never edited."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("corpus")


@MIGRATIONS()
def articles(db: Database) -> None:
    """The articles. ``key`` is what the index knows them by; ``seq`` counts every change, so an index can catch up."""
    table = db.table("articles")
    table.create(
        {
            "key": int,
            "id": str,
            "headline": str,
            "headline_derived": int,
            "text": str,
            "source": str,
            "source_name": str,
            "published": str,
            "day": str,
            "url": str,
            "byline": str,
            "section": str,
            "language": str,
            "story": int,
            "checksum": bytes,
            "seq": int,
        },
        pk="key",
        not_null={"id", "headline", "text", "source", "source_name", "published", "day", "story", "checksum", "seq"},
    )
    table.create_index(["id"], unique=True)
    table.create_index(["seq"], unique=True)
    table.create_index(["story"])
    table.create_index(["source", "day", "source_name"])


@MIGRATIONS()
def identity(db: Database) -> None:
    """The archive's own name, by which an index knows that it belongs to it."""
    db.execute("CREATE TABLE archive (name TEXT NOT NULL)")
    db.execute("INSERT INTO archive VALUES (lower(hex(randomblob(8))))")


@MIGRATIONS()
def copies(db: Database) -> None:
    """By what copies are found: the signature of the first article of each story, and under each of its bands its key.

    ``unsigned`` holds between which keys an older Dateline left articles that were never compared.
    """
    db.execute("CREATE TABLE signatures (key INTEGER PRIMARY KEY, signature BLOB NOT NULL)")
    db.execute("CREATE TABLE bands (band INTEGER, key INTEGER, PRIMARY KEY (band, key)) WITHOUT ROWID")
    db.execute("CREATE TABLE unsigned (first_key INTEGER NOT NULL, last_key INTEGER NOT NULL)")
    db.execute("INSERT INTO unsigned SELECT min(key), max(key) FROM articles HAVING count(*) > 0")


@MIGRATIONS()
def updates_and_documents(db: Database) -> None:
    """When an article was last replaced, in UTC; and what people set, as JSON objects under keys of the voice."""
    db.execute("ALTER TABLE articles ADD COLUMN updated TEXT")
    db.execute("CREATE TABLE documents (key TEXT PRIMARY KEY, document TEXT NOT NULL)")


@MIGRATIONS()
def books(db: Database) -> None:
    """The keeper's books: which articles went and which must not come, what was read, who did what, and the feeds.

    ``removed`` counts on in ``seq`` with the changes, so that an index learns of what went as of what came. A sighting
    of an older run than its file's says that the file holds the article no longer.
    """
    db.execute("CREATE TABLE removed (seq INTEGER PRIMARY KEY, key INTEGER NOT NULL)")
    db.execute(
        "CREATE TABLE files (key INTEGER PRIMARY KEY, place TEXT NOT NULL UNIQUE, root TEXT NOT NULL, checksum BLOB,"
        " way TEXT, run INTEGER NOT NULL, articles INTEGER NOT NULL, gone INTEGER NOT NULL, etag TEXT, modified TEXT,"
        " read_at TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX files_root ON files (root)")
    db.execute("CREATE TABLE refused (file INTEGER NOT NULL, origin TEXT NOT NULL, reason TEXT NOT NULL)")
    db.execute("CREATE INDEX refused_file ON refused (file)")
    db.execute(
        "CREATE TABLE sightings (file INTEGER, key INTEGER, run INTEGER NOT NULL, PRIMARY KEY (file, key))"
        " WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE withheld (id TEXT PRIMARY KEY, source TEXT NOT NULL, story INTEGER NOT NULL, at TEXT NOT NULL,"
        " why TEXT NOT NULL, key INTEGER NOT NULL, headline TEXT NOT NULL, published TEXT NOT NULL, article TEXT)"
    )
    db.execute("CREATE INDEX withheld_story ON withheld (story)")
    db.execute("CREATE TABLE corrections (id TEXT PRIMARY KEY, fields TEXT NOT NULL, was TEXT NOT NULL)")
    db.execute("CREATE TABLE limits (source TEXT PRIMARY KEY, characters INTEGER NOT NULL)")
    db.execute(
        "CREATE TABLE audit (key INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL,"
        " what TEXT NOT NULL, about TEXT NOT NULL, outcome TEXT, ended TEXT)"
    )
    db.execute(
        "CREATE TABLE feeds (key INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
        " state TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE entries (feed INTEGER, entry BLOB, checksum BLOB NOT NULL, tries INTEGER NOT NULL,"
        " PRIMARY KEY (feed, entry)) WITHOUT ROWID"
    )


@MIGRATIONS()
def late_bands(db: Database) -> None:
    """The bands that came last, which go among the others a part at a time (see ``Store.sign``)."""
    db.execute("CREATE TABLE late_bands (band INTEGER, key INTEGER, PRIMARY KEY (band, key)) WITHOUT ROWID")


FORMAT = 6
"""How many steps there are: written as SQLite's ``user_version``, by which an older Dateline knows a newer archive."""

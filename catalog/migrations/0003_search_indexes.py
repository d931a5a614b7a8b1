"""The indexes of the search: generated tsvectors and trigrams on PostgreSQL, FTS5 tables kept by triggers on SQLite."""

import sqlite3

from django.db import DatabaseError, migrations, transaction

_CONTENT = "title, labels, body"

SQLITE = [
    """CREATE VIRTUAL TABLE catalog_search USING fts5(title, labels, body, content='catalog_searchtext',
       content_rowid='product_id', tokenize='porter unicode61 remove_diacritics 2', prefix='3')""",
    f"""CREATE TRIGGER catalog_search_insert AFTER INSERT ON catalog_searchtext BEGIN
       INSERT INTO catalog_search(rowid, {_CONTENT}) VALUES (new.product_id, new.title, new.labels, new.body); END""",
    f"""CREATE TRIGGER catalog_search_delete AFTER DELETE ON catalog_searchtext BEGIN
       INSERT INTO catalog_search(catalog_search, rowid, {_CONTENT})
       VALUES ('delete', old.product_id, old.title, old.labels, old.body); END""",
    f"""CREATE TRIGGER catalog_search_update AFTER UPDATE ON catalog_searchtext BEGIN
       INSERT INTO catalog_search(catalog_search, rowid, {_CONTENT})
       VALUES ('delete', old.product_id, old.title, old.labels, old.body);
       INSERT INTO catalog_search(rowid, {_CONTENT}) VALUES (new.product_id, new.title, new.labels, new.body); END""",
]
SQLITE_UNDO = [
    "DROP TRIGGER catalog_search_insert",
    "DROP TRIGGER catalog_search_delete",
    "DROP TRIGGER catalog_search_update",
    "DROP TABLE catalog_search",
]
#: The trigram tokenizer came with SQLite 3.34; without it only words with one slip are understood.
SQLITE_TRIGRAM = [
    """CREATE VIRTUAL TABLE catalog_trigram USING fts5(word, content='catalog_searchword', content_rowid='id',
       tokenize='trigram')""",
    """CREATE TRIGGER catalog_trigram_insert AFTER INSERT ON catalog_searchword BEGIN
       INSERT INTO catalog_trigram(rowid, word) VALUES (new.id, new.word); END""",
    """CREATE TRIGGER catalog_trigram_delete AFTER DELETE ON catalog_searchword BEGIN
       INSERT INTO catalog_trigram(catalog_trigram, rowid, word) VALUES ('delete', old.id, old.word); END""",
    """CREATE TRIGGER catalog_trigram_update AFTER UPDATE ON catalog_searchword BEGIN
       INSERT INTO catalog_trigram(catalog_trigram, rowid, word) VALUES ('delete', old.id, old.word);
       INSERT INTO catalog_trigram(rowid, word) VALUES (new.id, new.word); END""",
]
SQLITE_TRIGRAM_UNDO = [
    "DROP TRIGGER IF EXISTS catalog_trigram_insert",
    "DROP TRIGGER IF EXISTS catalog_trigram_delete",
    "DROP TRIGGER IF EXISTS catalog_trigram_update",
    "DROP TABLE IF EXISTS catalog_trigram",
]
POSTGRESQL = [
    """ALTER TABLE catalog_searchtext
       ADD COLUMN title_document tsvector GENERATED ALWAYS AS (to_tsvector('english', title)) STORED,
       ADD COLUMN document tsvector GENERATED ALWAYS AS (
           setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', labels), 'B')
           || setweight(to_tsvector('english', body), 'D')) STORED""",
    "CREATE INDEX catalog_searchtext_title ON catalog_searchtext USING gin (title_document)",
    "CREATE INDEX catalog_searchtext_document ON catalog_searchtext USING gin (document)",
]
POSTGRESQL_UNDO = [
    "DROP INDEX catalog_searchtext_document",
    "DROP INDEX catalog_searchtext_title",
    "ALTER TABLE catalog_searchtext DROP COLUMN document, DROP COLUMN title_document",
]
POSTGRESQL_TRIGRAM = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX catalog_searchword_trigrams ON catalog_searchword USING gin (word gin_trgm_ops)",
]
# The extension stays: it may have been there before, and others may use it.
POSTGRESQL_TRIGRAM_UNDO = ["DROP INDEX IF EXISTS catalog_searchword_trigrams"]


def create(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        _run(schema_editor, SQLITE)
        if sqlite3.sqlite_version_info >= (3, 34):
            _run(schema_editor, SQLITE_TRIGRAM)
        return
    _run(schema_editor, POSTGRESQL)
    try:
        with transaction.atomic(using=connection.alias):
            _run(schema_editor, POSTGRESQL_TRIGRAM)
    except DatabaseError:
        # The role may not make extensions: words with one slip are understood without it. docs/finding.md says how
        # to add it later.
        pass


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        _run(schema_editor, [*SQLITE_TRIGRAM_UNDO, *SQLITE_UNDO])
    else:
        _run(schema_editor, [*POSTGRESQL_TRIGRAM_UNDO, *POSTGRESQL_UNDO])


def _run(schema_editor, statements):
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_finding")]
    operations = [migrations.RunPython(create, drop, elidable=False)]

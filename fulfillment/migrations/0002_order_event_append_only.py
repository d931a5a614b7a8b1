"""The history of an order cannot be rewritten: the database itself refuses."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER fulfillment_orderevent_no_update BEFORE UPDATE ON fulfillment_orderevent
       BEGIN SELECT RAISE(ABORT, 'order events are append-only'); END""",
    """CREATE TRIGGER fulfillment_orderevent_no_delete BEFORE DELETE ON fulfillment_orderevent
       BEGIN SELECT RAISE(ABORT, 'order events are append-only'); END""",
]
SQLITE_UNDO = [
    "DROP TRIGGER fulfillment_orderevent_no_update",
    "DROP TRIGGER fulfillment_orderevent_no_delete",
]
POSTGRESQL = [
    """CREATE FUNCTION fulfillment_orderevent_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'order events are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER fulfillment_orderevent_no_change BEFORE UPDATE OR DELETE ON fulfillment_orderevent
       FOR EACH ROW EXECUTE FUNCTION fulfillment_orderevent_refuse()""",
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER fulfillment_orderevent_no_change ON fulfillment_orderevent",
    "DROP FUNCTION fulfillment_orderevent_refuse()",
]


def _run(schema_editor, sqlite, postgresql):
    for statement in {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def create(apps, schema_editor):
    _run(schema_editor, SQLITE, POSTGRESQL)


def drop(apps, schema_editor):
    _run(schema_editor, SQLITE_UNDO, POSTGRESQL_UNDO)


class Migration(migrations.Migration):
    dependencies = [("fulfillment", "0001_initial")]
    operations = [migrations.RunPython(create, drop, elidable=False)]

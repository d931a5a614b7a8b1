"""The history stays as it is, but what was written in somebody's words may be forgotten: a note may become empty."""

from django.db import migrations

SAME = " AND ".join(
    f"NEW.{column} IS OLD.{column}" for column in ("id", "order_id", "supplier_order_id", "kind", "data", "actor", "at")
)
SQLITE = [
    "DROP TRIGGER fulfillment_orderevent_no_update",
    f"""CREATE TRIGGER fulfillment_orderevent_no_update BEFORE UPDATE ON fulfillment_orderevent
        WHEN NOT (NEW.note = '' AND {SAME})
        BEGIN SELECT RAISE(ABORT, 'order events are append-only'); END""",
]
SQLITE_UNDO = [
    "DROP TRIGGER fulfillment_orderevent_no_update",
    """CREATE TRIGGER fulfillment_orderevent_no_update BEFORE UPDATE ON fulfillment_orderevent
       BEGIN SELECT RAISE(ABORT, 'order events are append-only'); END""",
]
REFUSE = "RAISE EXCEPTION 'order events are append-only' USING ERRCODE = 'integrity_constraint_violation';"
POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION fulfillment_orderevent_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
          IF TG_OP = 'UPDATE' AND NEW.note = '' AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note' THEN
            RETURN NEW;
          END IF;
          {REFUSE}
        END $$""",
]
POSTGRESQL_UNDO = [
    f"""CREATE OR REPLACE FUNCTION fulfillment_orderevent_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN {REFUSE} END $$""",
]


def _run(schema_editor, sqlite, postgresql):
    for statement in {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def loosen(apps, schema_editor):
    _run(schema_editor, SQLITE, POSTGRESQL)


def tighten(apps, schema_editor):
    _run(schema_editor, SQLITE_UNDO, POSTGRESQL_UNDO)


class Migration(migrations.Migration):
    dependencies = [("fulfillment", "0011_personal_data_erased")]
    operations = [migrations.RunPython(loosen, tighten, elidable=False)]

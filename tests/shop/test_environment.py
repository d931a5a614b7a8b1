"""``.env.example`` explains exactly the variables that the settings read."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: env.str("NAME", …), env.bool(…) and so on; read_env and db_url_config take no variable's name.
_READ = re.compile(r"""\benv\.(?:str|bool|int|float|list|email_url)\(\s*"([A-Z0-9_]+)\"""")
_EXPLAINED = re.compile(r"^#?([A-Z][A-Z0-9_]+)=", re.MULTILINE)


def _read_by_settings() -> set[str]:
    modules = (ROOT / "shop" / "settings").glob("*.py")
    return {name for module in modules for name in _READ.findall(module.read_text(encoding="utf-8"))}


def _example() -> str:
    return (ROOT / ".env.example").read_text(encoding="utf-8")


def test_every_variable_of_the_settings_is_in_the_example():
    assert _read_by_settings() - set(_EXPLAINED.findall(_example())) == set()


def test_example_names_no_variable_that_nothing_reads():
    assert set(_EXPLAINED.findall(_example())) - _read_by_settings() == set()


def test_every_variable_has_a_line_of_explanation_above():
    lines = _example().splitlines()
    bare = []
    for above, line in zip(lines, lines[1:], strict=False):
        is_variable = _EXPLAINED.match(line)
        # A pair may share its explanation: the app secret stands right below the app key.
        if is_variable and not above.startswith("# ") and not _EXPLAINED.match(above):
            bare.append(line)

    assert bare == []

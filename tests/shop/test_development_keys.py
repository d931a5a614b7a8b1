"""Keys of a development machine: made once, readable by their owner only, the same for all who start at once."""

from __future__ import annotations

import multiprocessing

from cryptography.fernet import Fernet

from shop.development_keys import development_key


def test_key_is_made_once(tmp_path):
    assert development_key(tmp_path, "fields") == development_key(tmp_path, "fields")


def test_key_is_a_fernet_key(tmp_path):
    Fernet(development_key(tmp_path, "fields"))


def test_two_names_are_two_keys(tmp_path):
    assert development_key(tmp_path, "fields") != development_key(tmp_path, "secret")


def test_only_the_owner_may_read_it(tmp_path):
    development_key(tmp_path, "fields")

    assert (tmp_path / "fields.key").stat().st_mode & 0o777 == 0o600


def test_nothing_else_is_left_behind(tmp_path):
    development_key(tmp_path, "fields")

    assert [path.name for path in tmp_path.iterdir()] == ["fields.key"]


def test_processes_that_start_at_once_share_the_first_ones_key(tmp_path):
    with multiprocessing.get_context("fork").Pool(4) as pool:
        keys = pool.starmap(development_key, [(tmp_path, "fields")] * 16)

    assert len(set(keys)) == 1

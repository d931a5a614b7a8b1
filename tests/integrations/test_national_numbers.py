"""Numbers that parcels carry: their form, however it is punctuated, and their check digits."""

from __future__ import annotations

import pytest

from integrations.national_numbers import NUMBERS, has_form, is_valid


@pytest.mark.parametrize("kind", NUMBERS)
def test_example_that_people_are_shown_is_valid(kind: str) -> None:
    assert is_valid(kind, NUMBERS[kind].example)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("br_cpf", "12345678909"), ("br_cpf", "123.456.789-09"), ("br_cpf", "529 982 247-25"),
        ("cl_rut", "12345678-5"), ("cl_rut", "20.347.878-k"), ("cl_rut", "11.111.111-1"), ("cl_rut", "6.000.000-K"),
        ("ar_cuit", "20123456786"), ("il_id", "12345678-2"), ("kr_clearance", "p123456789012"),
        ("sa_national_address", "rrrd 2929"),
    ],
)  # fmt: skip
def test_good_number_is_valid_however_it_is_written(kind: str, number: str) -> None:
    assert is_valid(kind, number)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("br_cpf", "123.456.789-08"), ("br_cpf", "123.456.789-19"), ("br_cpf", "111.111.111-11"),
        ("cl_rut", "12.345.678-4"), ("cl_rut", "20.347.878-0"), ("ar_cuit", "20-12345678-5"), ("il_id", "123456789"),
    ],
)  # fmt: skip
def test_wrong_check_digit_is_told_from_a_wrong_form(kind: str, number: str) -> None:
    assert has_form(kind, number)
    assert not is_valid(kind, number)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("br_cpf", ""), ("br_cpf", "1234567890"), ("br_cpf", "12.345.678/0001-95"), ("cl_rut", "K"),
        ("il_id", "1234567"), ("kr_clearance", "123456789012"), ("sa_national_address", "RRR12929"),
    ],
)  # fmt: skip
def test_text_without_the_form_is_not_valid(kind: str, number: str) -> None:
    assert not has_form(kind, number)
    assert not is_valid(kind, number)

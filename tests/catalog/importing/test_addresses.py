"""Which products a pasted list, an address or a file names."""

from __future__ import annotations

import pytest

from catalog.importing.addresses import MAX_BYTES, BadList, read_file, read_list
from catalog.importing.spreadsheets import as_csv, harmless

ID, OTHER = "1005006000000101", "1005006000000102"


def ids(text: str) -> list[str]:
    return [entry.product_id for entry in read_list("aliexpress", text)]


@pytest.mark.parametrize(
    "text",
    [
        f"{ID}\n{OTHER}",
        f"  {ID}  \r\n\r\n{OTHER}\r\n",
        f"{ID}, {OTHER}",
        f"{ID} {OTHER}",
        f"{ID};{OTHER}",
        f"https://www.aliexpress.com/item/{ID}.html?spm=a,b\nhttps://aliexpress.us/item/{OTHER}.html",
        f"product_id,title\n{ID},Mug\n{OTHER},Cup",
        f"title;Product ID\nMug;{ID}\nCup;{OTHER}",
        f"Title\tProduct URL\n\"Mug, large\"\thttps://www.aliexpress.com/item/{ID}.html\nCup\t{OTHER}",
        f"id\n{ID}\n{OTHER}",
        f"'{ID}\n=\"{OTHER}\"",
        f"Mug,{ID}\nCup,{OTHER}",
    ],
)  # fmt: skip
def test_ids_and_addresses_are_found_however_they_are_listed(text):
    assert ids(text) == [ID, OTHER]


def test_a_line_without_an_id_is_kept_as_it_was_entered():
    entries = read_list("aliexpress", f"{ID}\n=cmd|' /C calc'!A0\nhttps://evil.example/item/{OTHER}.html")

    assert [(entry.entered, entry.product_id) for entry in entries] == [
        (ID, ID),
        ("=cmd|' /C calc'!A0", ""),
        (f"https://evil.example/item/{OTHER}.html", ""),
    ]


@pytest.mark.parametrize("text", ["", "  \n\n ", "\x00"])
def test_an_empty_list_is_refused(text):
    with pytest.raises(BadList, match="nothing in it"):
        read_list("aliexpress", text)


def test_a_list_without_end_is_refused():
    with pytest.raises(BadList, match="more than 5000"):
        read_list("aliexpress", "x\n" * 5001)


@pytest.mark.parametrize(
    "data",
    [
        f"product_id\n{ID}".encode("utf-16"),
        b"\xef\xbb\xbf" + f"product_id\n{ID}".encode(),
        f"T\xe9;{ID}".encode("cp1252"),
    ],
)
def test_files_of_every_spreadsheet_program_are_read(data):
    assert [entry.product_id for entry in read_file("aliexpress", data)] == [ID]


def test_a_file_that_is_no_text_is_refused():
    with pytest.raises(BadList, match="Save the table as CSV"):
        read_file("aliexpress", b"PK\x03\x04\x00\x00")


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(BadList, match="larger than 2 MB"):
        read_file("aliexpress", b"1" * (MAX_BYTES + 1))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "=HYPERLINK(A1)"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(("value", "cell"), [("Mug", "Mug"), (None, ""), (7, "7"), ("a=b", "a=b")])
def test_other_cells_stay_as_they_are(value, cell):
    assert harmless(value) == cell


def test_a_table_is_quoted_throughout():
    assert as_csv(["a"], [['=1"2'], ["x,y"]]) == '\ufeff"a"\r\n"\'=1""2"\r\n"x,y"\r\n'

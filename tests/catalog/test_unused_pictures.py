"""Files of pictures that nothing shows any more go; everything else in the folder of pictures stays."""

from __future__ import annotations

import os
import time
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from catalog import unused_pictures
from catalog.images import StoredPicture, store_picture
from catalog.models import ProductImage, StagedPicture, StagedProduct
from fulfillment import tasks
from tests.factories import CategoryFactory, ProductFactory, SupplierAccountFactory

pytestmark = pytest.mark.django_db

NAME = "0123456789abcdef0123456789abcdef-320.webp"


def stored(color: str, *, days: float = 2) -> StoredPicture:
    out = BytesIO()
    Image.new("RGB", (1000, 700), color).save(out, "PNG")
    picture = store_picture(out.getvalue(), folder="products")
    age(days)
    return picture


def age(days: float) -> None:
    """Make all files so old."""
    at = time.time() - days * 24 * 3600
    for path in media().rglob("*"):
        os.utime(path, (at, at), follow_symlinks=False)


def media() -> Path:
    return Path(settings.MEDIA_ROOT)


def files() -> set[str]:
    return {str(path.relative_to(media())) for path in media().rglob("*") if not path.is_dir()}


def show(picture: StoredPicture) -> ProductImage:
    row: ProductImage = ProductImage.objects.create(
        product=ProductFactory(), image=picture.large, thumbnail=picture.small, width=1000, height=700
    )
    return row


def stage(picture: StoredPicture) -> StagedPicture:
    product = StagedProduct.objects.create(account=SupplierAccountFactory(), external_product_id="1", country="US")
    row: StagedPicture = StagedPicture.objects.create(
        staged=product, url="https://a.example/1.jpg", large=picture.large, small=picture.small
    )
    return row


def test_a_picture_that_nothing_shows_goes_in_all_sizes():
    show(stored("red"))
    kept = files()
    stored("green")
    assert len(files()) == 2 * len(kept) == 8

    assert tasks.purge() == 4

    assert files() == kept


def test_a_picture_that_several_rows_share_stays_until_the_last_of_them_is_gone():
    picture = stored("red")
    row, staged = show(picture), stage(picture)

    row.delete()
    assert unused_pictures.purge() == 0
    staged.delete()
    assert unused_pictures.purge() == 4


def test_a_young_picture_stays_for_the_row_that_is_being_written():
    stored("red", days=0.9)

    assert unused_pictures.purge() == 0


def test_a_picture_that_is_stored_again_is_young_again():
    stored("red", days=0)
    age(2)
    kept = files()
    out = BytesIO()
    Image.new("RGB", (1000, 700), "red").save(out, "PNG")

    store_picture(out.getvalue(), folder="products")

    assert unused_pictures.purge() == 0
    assert files() == kept


def test_a_categorys_picture_stays():
    CategoryFactory(picture=stored("red").large)

    assert unused_pictures.purge() == 0


def test_what_the_shop_has_not_written_stays():
    folder = media() / "products"
    for name in ("logo.webp", "notes/" + NAME, "small/readme.txt", "../" + NAME, "../categories/" + NAME):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"ours")
    age(30)
    kept = files()

    assert unused_pictures.purge() == 0
    assert files() == kept


def test_links_are_neither_followed_nor_deleted(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / NAME).write_bytes(b"somebody's")
    folder = media() / "products"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small").symlink_to(outside)
    (folder / NAME).symlink_to(outside / NAME)
    age(30)
    os.utime(outside / NAME, (0, 0))

    assert unused_pictures.purge() == 0
    assert (outside / NAME).exists()
    assert (folder / NAME).is_symlink()


def test_a_folder_of_pictures_that_is_a_link_is_left_alone(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / NAME).write_bytes(b"somebody's")
    os.utime(outside / NAME, (0, 0))
    media().mkdir(parents=True, exist_ok=True)
    (media() / "products").symlink_to(outside)

    assert unused_pictures.purge() == 0
    assert (outside / NAME).exists()


def test_so_many_files_go_in_one_day_and_the_rest_the_next(monkeypatch):
    monkeypatch.setattr(unused_pictures, "MOST", 3)
    stored("red")

    assert [unused_pictures.purge() for _day in range(3)] == [3, 1, 0]

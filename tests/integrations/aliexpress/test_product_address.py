"""Which pasted texts name a product."""

from __future__ import annotations

import subprocess
import sys

import pytest

from integrations.aliexpress import product_id_from_url

ID = "1005006361450153"


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"  {ID}\n",
        f"https://www.aliexpress.com/item/{ID}.html",
        f"https://www.aliexpress.com/item/{ID}.html?spm=a2g0o.home&gatewayAdapt=glo2fra#nav",
        f"http://www.aliexpress.com/item/{ID}.html",
        f"//www.aliexpress.us/item/{ID}.html",
        f"www.aliexpress.com/item/{ID}.html",
        f"aliexpress.com/item/{ID}.html",
        f"https://m.aliexpress.com/item/{ID}.html",
        f"https://de.aliexpress.com/item/{ID}.html",
        f"https://www.aliexpress.com/i/{ID}.html",
        f"https://m.aliexpress.com/i/{ID}.htm",
        f"https://www.aliexpress.com/item/yoga-mat-6mm/{ID}.html",
        f"https://www.aliexpress.com/item/{ID}",
        f"https://WWW.AliExpress.com/item/{ID}.html",
        f"https://www.aliexpress.com/store/product/Yoga-Mat/1102602_{ID}.html",
        f"https://m.aliexpress.com/p/trade/confirm.html?a=b&productId={ID}",
        f"https://star.aliexpress.com/share/share.htm?redirectUrl=x&productId={ID}",
        f"https://www.aliexpress.com/ssr/1/nn?productIds={ID}",
    ],
)
def test_usual_forms_give_the_id(text: str) -> None:
    assert product_id_from_url(text) == ID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yoga mat",
        "12345",
        "9" * 20,
        "١٠٠٥٠٠٦٣٦١٤٥٠",
        f"https://www.alibaba.com/item/{ID}.html",
        f"https://aliexpress.ru/item/{ID}.html",
        f"https://www.aliexpress.com.example.net/item/{ID}.html",
        f"https://notaliexpress.com/item/{ID}.html",
        f"https://www.aliexpress.com@example.net/item/{ID}.html",
        f"https://example.net/?u=www.aliexpress.com/item/{ID}.html",
        f"https://example.net/?productId={ID}",
        f"javascript://www.aliexpress.com/item/{ID}.html",
        "https://www.aliexpress.com/category/100005062/yoga.html",
        "https://www.aliexpress.com/item/abc.html",
        "https://[broken/item/1.html",
        "https://www.aliexpress.com/?" + "&".join(f"a{n}=1" for n in range(200)),
    ],
)
def test_everything_else_gives_none(text: str) -> None:
    assert product_id_from_url(text) is None


def test_importing_the_package_loads_no_django() -> None:
    program = "import sys, integrations.aliexpress; sys.exit(any(m.startswith('django') for m in sys.modules))"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

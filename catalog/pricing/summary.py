"""What a pricing rule says, in a line that people read."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import PriceRule
from catalog.pricing.choosing import terms_of
from catalog.pricing.formula import Band
from catalog.pricing.rounding import COIN

_K = PriceRule.Kind


def summary_of(rule: PriceRule) -> str:
    """``Cost × 1.4, at least 20 % left, up to the next .99``. Reads the rule's ranges."""
    parts = [_base(rule)]
    if rule.includes_shipping:
        parts.append(_("shipping to %(country)s in the price") % {"country": rule.shipping_country or "?"})
    if rule.selling_fee_percent or rule.selling_fee_fixed:
        fee = _added(rule.selling_fee_percent, rule.selling_fee_fixed, rule.currency)
        parts.append(_("selling fees of %(fee)s on top") % {"fee": fee})
    if rule.minimum_margin_percent is not None:
        parts.append(_("at least %(percent)s %% left") % {"percent": plain(rule.minimum_margin_percent)})
    if rule.rounding != COIN:
        parts.append(_rounding(rule))
    if rule.compare_at == PriceRule.CompareAt.PERCENT:
        parts.append(_("price before %(percent)s %% above") % {"percent": plain(rule.compare_at_percent)})
    elif rule.compare_at != PriceRule.CompareAt.KEEP:
        parts.append(_("price before: %(what)s") % {"what": rule.get_compare_at_display()})
    return ", ".join(parts)


def plain(number: Decimal) -> str:
    """``40.000`` as ``40``, ``0.30`` as ``0.3``."""
    return f"{number.normalize():f}"


def _base(rule: PriceRule) -> str:
    if rule.kind == _K.MARGIN:
        return _("%(percent)s %% of the price is left") % {"percent": plain(rule.percent)}
    if rule.kind == _K.BANDS:
        return "; ".join(_band(band, rule.currency) for band in terms_of(rule).bands) or _("no range yet")
    percent = rule.percent if rule.kind in (_K.PERCENT, _K.FORMULA) else Decimal(0)
    fixed = rule.fixed if rule.kind in (_K.FIXED, _K.FORMULA) else Decimal(0)
    return _times(percent, fixed, rule.currency)


def _times(percent: Decimal, fixed: Decimal, currency: str) -> str:
    text = _("cost × %(factor)s") % {"factor": plain(1 + percent / 100)}
    return f"{text} + {plain(fixed)} {currency}" if fixed else text


def _added(percent: Decimal, fixed: Decimal, currency: str) -> str:
    parts = [f"{plain(percent)} %"] if percent else []
    return " + ".join([*parts, f"{plain(fixed)} {currency}"] if fixed else parts)


def _band(band: Band, currency: str) -> str:
    text = _times(band.percent, band.fixed, currency)
    if band.up_to is None:
        return _("above: %(what)s") % {"what": text}
    return _("up to %(limit)s: %(what)s") % {"limit": plain(band.up_to), "what": text}


def _rounding(rule: PriceRule) -> str:
    words = {"step": plain(rule.rounding_step), "ending": f"{rule.rounding_ending:.2f}"}
    if rule.rounding == PriceRule.Rounding.UP:
        return (
            _("up to every %(step)s ending %(ending)s") % words
            if rule.rounding_ending
            else _("up to a multiple of %(step)s") % words
        )
    return (
        _("to the nearest %(step)s ending %(ending)s") % words
        if rule.rounding_ending
        else _("to the nearest multiple of %(step)s") % words
    )

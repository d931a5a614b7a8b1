"""Which product is worth the next call: pure functions over plain numbers.

How often a product moves is learned from its past checks, how much it is wanted from views, baskets and sales. Both
fade, so that last month's success does not outweigh this week's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import exp, log

#: What the shop's visitors do, in views.
VIEW, BASKET, SALE = 1.0, 10.0, 50.0

_DEMAND_HALF_LIFE_H = 7 * 24.0
_MOVES_HALF_LIFE_H = 14 * 24.0
#: What is believed of a product before it has been watched: about one change in two days.
_PRIOR_CHANGES, _PRIOR_HOURS = 0.5, 24.0
#: A product that nobody has looked at yet is wanted a little all the same.
_LEAST_DEMAND = 1.0


def score(*, demand: float, changes_per_hour: float, age_h: float) -> float:
    """What a check is worth now: how many wishes (in views) it saves from being answered with old facts.

    With changes at random the facts are still true after ``age_h`` with probability ``exp(-x)``, x = rate times age.
    Checking what moves least *among the stale* lasts longest, so the score is demand / rate times the probability of
    two changes or more: it grows with demand and age, and is small both for what hardly moves and for what moves so
    often that no check helps for long (Azar et al., Tractable near-optimal policies for crawling, PNAS 2018).
    """
    x = changes_per_hour * max(0.0, age_h)
    return (demand + _LEAST_DEMAND) / changes_per_hour * (1.0 - exp(-x) * (1.0 + x))


def changes_per_hour(*, changes_seen: float, hours_watched: float) -> float:
    """How often it moves, as far as its checks have shown; never zero."""
    return (changes_seen + _PRIOR_CHANGES) / (hours_watched + _PRIOR_HOURS)


def learned(*, changes_seen: float, hours_watched: float, hours: float, has_moved: bool) -> tuple[float, float]:
    """``changes_seen`` and ``hours_watched`` after one more check, ``hours`` after the one before it."""
    fading = exp(-log(2) * max(0.0, hours) / _MOVES_HALF_LIFE_H)
    return changes_seen * fading + (1.0 if has_moved else 0.0), hours_watched * fading + max(0.0, hours)


def faded(demand: float, *, since: timedelta) -> float:
    """A demand of ``since`` ago as it counts now."""
    return demand * exp(-log(2) * max(0.0, since.total_seconds()) / 3600 / _DEMAND_HALF_LIFE_H)


def hours_between(earlier: datetime, later: datetime) -> float:
    """How many hours lie between two instants; not below zero."""
    return max(0.0, (later - earlier).total_seconds() / 3600)

"""The demo's texts in German, beside the English ones in ``catalogue.json`` and ``pages.py``."""

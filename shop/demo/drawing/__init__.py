"""Drawings of the demo products: SVG built by code, rendered to WebP by a developer.

Run ``python -m shop.demo.drawing`` to redraw everything (see ``__main__``).
"""

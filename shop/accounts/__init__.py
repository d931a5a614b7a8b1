"""Accounts of customers: what the pages and the API do with them, without either."""

"""The pages of a customer's account."""

"""The demo catalogue: its data, its pictures and the code that draws them."""

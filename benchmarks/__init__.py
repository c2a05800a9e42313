"""Measuring the product from outside: figures beside floors and peers, kills and power cuts.

Everything here is a stranger to the product: it starts `wanghuo up`, speaks to its sockets and
reads its database, and never calls its rules. Nothing here runs inside the product.
"""

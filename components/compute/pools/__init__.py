"""ProxySQL of one site: the pods between clients and the members of the database."""

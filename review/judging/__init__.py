"""From plans to a review: dangers, what becomes of the topology, and one verdict."""

"""What travel by road is held to: the graph, the router, the ranking, and their doors."""

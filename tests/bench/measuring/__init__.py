"""What tests/bench/run is made of: places with a server, clients, works, and a table of results."""

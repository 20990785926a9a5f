"""Processes and edges: the web app, the API per audience, pages, CLI, worker, scheduler, wiring."""

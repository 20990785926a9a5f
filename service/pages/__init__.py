"""What a person sees in a browser: the poster page, its end, the home page, the API docs."""

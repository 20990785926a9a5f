"""What does a Poster API list now, and what is gone from it?"""

"""Which case is a poster of, and what becomes of its alert?"""

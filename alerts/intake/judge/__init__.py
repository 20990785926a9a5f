"""What would we make of a poster: tier, area, whom to call, reasons to hold?"""

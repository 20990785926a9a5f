"""What happens later? Ends, all-clears, takedown, expiry, receipts."""

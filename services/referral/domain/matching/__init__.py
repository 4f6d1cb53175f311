"""Who fits this call: hard filters, widening, a score that can be explained, and fairness between experts."""

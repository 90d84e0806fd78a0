"""Previews: what pages that messages link to say of themselves, fetched by the server alone."""

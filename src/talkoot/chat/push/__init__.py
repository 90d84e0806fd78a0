"""Web push: what reaches a browser whose page is closed, by the push service that the browser names."""

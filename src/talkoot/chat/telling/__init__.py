"""What is said of a message to somebody who does not look at the page."""

"""What every feature stands on: database, unit of work, log, errors, time, ids. Knows no chat word."""

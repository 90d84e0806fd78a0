"""Host applications that sign their own users in: with an assertion for each, signed by a key of theirs."""

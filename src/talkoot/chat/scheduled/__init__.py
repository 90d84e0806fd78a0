"""Scheduled messages: written now, sent later, if their author may send them then."""

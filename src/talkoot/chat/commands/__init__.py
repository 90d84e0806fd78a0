"""Commands: what people run with `/name` and bots do; what is said with it is the bot's to read alone."""

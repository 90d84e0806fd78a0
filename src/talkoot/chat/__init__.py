"""The features, each a folder that owns its tables; lower ones never know higher ones."""

"""The text of files: taken out of them in a process of its own, for anybody may have made them."""
